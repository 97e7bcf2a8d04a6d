"""Errors as HTTP tells them: a number, one line, the field; nothing of what is unforeseen."""

from __future__ import annotations

import json
import logging

import pytest
from starlette.exceptions import HTTPException

from pipeline.desk.refusals import BadRequest, as_native, refusal_of
from pipeline.engine.writing.sampling import Sampling
from pipeline.errors import ArtifactDamaged, Busy, DataError, NotReady, SettingsError, XuxieError


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (BadRequest("x", status=413), 413),
        (BadRequest("x"), 400),
        (SettingsError("x"), 400),
        (DataError("x"), 400),
        (NotReady("x"), 404),
        (Busy("x"), 503),
        (ArtifactDamaged("x"), 500),
        (XuxieError("x"), 500),
        (KeyError("x"), 500),
        (HTTPException(404), 404),
        (HTTPException(405, headers={"Allow": "GET"}), 405),
    ],
)
def test_each_error_has_its_number_and_one_line(error: Exception, status: int) -> None:
    refusal = refusal_of(error)
    assert refusal.status == status
    assert refusal.message
    assert "\n" not in refusal.message


def test_who_is_refused_as_others_are_served_is_told_when_to_come_back() -> None:
    assert refusal_of(Busy("x")).headers == {"Retry-After": "1"}
    assert refusal_of(DataError("x")).headers == {}


def test_an_option_is_named_as_clients_name_it() -> None:
    with pytest.raises(SettingsError) as caught:
        Sampling(top_k=-1)
    refusal = refusal_of(caught.value)
    assert refusal.option == "top_k"
    assert refusal.message == "top_k: expected a whole number of at least 0, got -1"


def test_what_mends_it_is_said() -> None:
    message = refusal_of(NotReady("expected a model, found none", command="run-all")).message
    assert message.startswith("expected a model, found none; run: ")


def test_what_is_unforeseen_stays_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR, "xuxie.desk"):
        refusal = refusal_of(ValueError("a secret of the desk"))
    assert "secret" not in refusal.message
    assert "ValueError" in refusal.message
    assert "a secret of the desk" in caplog.text


def test_a_message_shows_nothing_that_a_terminal_obeys() -> None:
    assert refusal_of(DataError("red \x1b[31m")).message == "red \\x1b[31m"


def test_the_page_gets_message_and_field() -> None:
    response = as_native(refusal_of(BadRequest("n: expected 1", option="n", status=413)))
    assert response.status_code == 413
    assert json.loads(bytes(response.body)) == {
        "error": {"message": "n: expected 1", "option": "n"}
    }
