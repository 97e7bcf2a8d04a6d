"""What a client is told where it gets no answer: an error as HTTP's status and one line.

Each API puts that into its own client's form; `as_native` is that of the page.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus

from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

from pipeline.errors import Busy, DataError, NotReady, SettingsError, XuxieError
from pipeline.program import told
from pipeline.shown import shown

_LOG = logging.getLogger("xuxie.desk")
_LONGEST = 2000  # characters of a message


class BadRequest(SettingsError):
    """A request that is not answered; `status` is HTTP's number for why, `option` the field."""

    def __init__(self, message: str, *, option: str | None = None, status: int = 400) -> None:
        super().__init__(message, option=option)
        self.status = status


@dataclass(frozen=True)
class Refusal:
    """What is said instead of an answer.

    Attributes
    ----------
    status : int
        HTTP's number for it.
    message : str
        One line: what was expected, what came, what to do.
    option : str or None
        The field at fault, as clients call it: top_k.
    headers : mapping of str to str
    """

    status: int
    message: str
    option: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


def refusal_of(error: BaseException) -> Refusal:
    """Return what a client is told of an error; of an unforeseen one only its name.

    The log has the rest: whoever started the desk may see what a client may not.
    """
    if isinstance(error, HTTPException):
        return _by_number(error)
    if not isinstance(error, XuxieError):
        _LOG.error("unforeseen", exc_info=error)
        name = type(error).__name__
        return Refusal(500, f"expected to answer, got {name}; the log of desk --debug tells more")
    option, message = _field(error.option), told(error)
    if option and error.option and message.startswith(error.option):
        message = option + message.removeprefix(error.option)
    headers = {"Retry-After": "1"} if isinstance(error, Busy) else {}
    return Refusal(_status(error), shown(message, _LONGEST), option, headers)


def as_native(refusal: Refusal) -> Response:
    """Return a refusal as the page understands it."""
    error = {"message": refusal.message, "option": refusal.option}
    return JSONResponse({"error": error}, refusal.status, dict(refusal.headers))


def _status(error: XuxieError) -> int:
    """Return HTTP's number for an error."""
    if isinstance(error, BadRequest):
        return error.status
    if isinstance(error, NotReady):
        return 404
    if isinstance(error, Busy):
        return 503
    return 400 if isinstance(error, SettingsError | DataError) else 500


def _field(option: str | None) -> str | None:
    """Return a command's option as the field of a request: --top-k is top_k."""
    return option.removeprefix("--").replace("-", "_") if option else None


def _by_number(error: HTTPException) -> Refusal:
    """Return what is said of a page that is not there, or of a wrong method."""
    headers = dict(error.headers or {})
    if error.status_code == 404:
        message = "expected an address of the desk, found nothing there; /docs lists them"
    elif error.status_code == 405:
        message = f"expected one of the methods {headers.get('Allow', 'of this address')}"
    else:
        message = HTTPStatus(error.status_code).phrase.lower()
    return Refusal(error.status_code, message, None, headers)
