"""`desk`: a page to write at together with a novel, and an API that clients speak."""

from __future__ import annotations

import json
import os
import sys
from contextlib import suppress
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING

import typer

from pipeline.commands.console import guarded, say
from pipeline.commands.options import (
    AllowOrigins,
    Artifacts,
    AsJson,
    Host,
    ModelName,
    OpenPage,
    Port,
    Token,
)
from pipeline.errors import SettingsError
from pipeline.models import shelf
from pipeline.models.names import SUFFIX
from pipeline.project import ARTIFACTS
from pipeline.shown import visible

if TYPE_CHECKING:
    from pipeline.desk.desk import Desk
    from pipeline.desk.serve import Place


@guarded
def desk(
    context: typer.Context,
    model: ModelName = None,
    port: Port = 8765,
    host: Host = "127.0.0.1",
    token: Token = None,
    allow_origins: AllowOrigins = None,
    open_page: OpenPage = None,
    as_json: AsJson = False,
    artifacts: Artifacts = ARTIFACTS,
) -> None:
    """Write together with a novel at a page in the browser; other programs may write too."""
    from pipeline.desk.app import build_app
    from pipeline.desk.desk import open_desk
    from pipeline.desk.serve import serve, take_place

    folder = artifacts.absolute()
    opened = open_desk(folder, _on_shelf(folder, model))
    empty = not opened.models.entries()
    place = take_place(host, port, token=token, origins=allow_origins or ())
    wanted = sys.stdout.isatty() and not as_json if open_page is None else open_page

    def began() -> None:
        _tell(place, as_json)
        if empty:
            say("xuxie: no model yet; the page offers to train one")
        Thread(target=_prepare, args=(opened,), daemon=True).start()
        if wanted:
            Thread(target=_open_page, args=(place.link, open_page), daemon=True).start()

    debug = context.params.get("debug") or context.find_root().params.get("debug")
    serve(build_app(opened, place.gate), place, began, debug=bool(debug))


def _on_shelf(artifacts: Path, model: str | None) -> str | None:
    """Return the name of the model that is meant, None where none is named.

    Raises
    ------
    SettingsError
        There is none of that name on the shelf.
    """
    if model is None:
        return None
    folder = shelf.shelf_of(artifacts)
    path = shelf.find(folder, model)
    if path.parent != folder:
        raise SettingsError(
            f"--model: expected the name of a model, got the file {visible(str(path))}; "
            "models import brings it to the others",
            option="--model",
        )
    return path.name.removesuffix(SUFFIX)


def _tell(place: Place, as_json: bool) -> None:
    """Print where the desk is."""
    if as_json:
        told = {"address": place.address, "token": place.gate.token, "link": place.link}
        return print(json.dumps(told), flush=True)
    print(place.link, flush=True)
    return say("xuxie: the desk is open at this address; Ctrl-C closes it")


def _prepare(opened: Desk) -> None:
    """Open the model that will write and learn its novel's habits, before anybody waits for it."""
    from pipeline.desk.job import Job, begin

    with suppress(Exception):  # whoever asks for it is told
        loaded = opened.models.load(opened.default_model)
        begin(loaded.writer, Job(loaded.novel.card.seed_phrase), loaded.ready)


def _open_page(link: str, asked: bool | None) -> None:
    """Open the page in the browser, where there is one with a window."""
    import webbrowser

    if sys.platform == "linux" and not (
        os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    ):  # or a browser of the terminal would take it over
        if asked:
            say("xuxie: no browser to open here; open the address yourself")
        return
    with suppress(Exception):  # the address is there to be opened by hand
        webbrowser.open(link)
