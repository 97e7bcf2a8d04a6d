"""What is refused before any cluster is asked, and what nodes are told apart by."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from pipeline.calls import answer_call, open_answer, pack_call
from pipeline.cluster.opening import open_cluster
from pipeline.cluster.task import answer
from pipeline.cluster.versions import difference, versions
from pipeline.errors import DataError, SettingsError


@pytest.mark.parametrize(
    "name",
    ["", "here", "10.0.0.1", "ray://10.0.0.1:10001", "host:port", "host:0", "host:65536"],
)
def test_what_is_no_cluster_is_refused(name: str) -> None:
    with (
        pytest.raises(SettingsError, match="expected local, auto or HOST:PORT"),
        open_cluster(name, ()),
    ):
        pass


def test_without_ray_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)  # as good as not installed
    with pytest.raises(SettingsError, match="xuxie\\[cluster\\]"), open_cluster("local", ()):
        pass


def test_a_ray_that_cannot_be_imported_is_told_of(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "ray.py").write_text("raise ImportError('built for others')", encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with (
        pytest.raises(SettingsError, match="cannot be imported, ImportError: built for others; "),
        open_cluster("local", ()),
    ):
        pass


def test_versions_tell_code_python_and_libraries() -> None:
    found = versions(("numpy", "no-such-library"))
    assert set(found) == {"Python", "xuxie", "numpy", "no-such-library"}
    assert found["no-such-library"] == "none"
    assert difference(found, found) == ""
    other = {**found, "numpy": "1.0"}
    assert difference(found, other) == f"numpy 1.0 in place of {found['numpy']}"


def test_a_worker_of_other_versions_does_nothing() -> None:
    expected = {**versions(("numpy",)), "numpy": "1.0"}
    kind, data, _ = answer(expected, pack_call(print, "never"))
    assert kind == "differs"
    assert data.decode().endswith("in place of 1.0")


def test_a_job_goes_there_and_back_as_bytes() -> None:
    same = versions(("numpy",))
    assert open_answer(answer(same, pack_call(abs, -3)).data) == 3
    raised = answer(same, pack_call(len, 3))
    with pytest.raises(TypeError, match="has no len") as caught:
        open_answer(raised.data)
    assert "Traceback" in caught.value.__notes__[0]


def raise_it(error: Exception) -> None:
    raise error


def test_an_error_of_ours_keeps_its_fields() -> None:
    error = DataError("expected a novel", stage="fetch")
    with pytest.raises(DataError, match="expected a novel") as caught:
        open_answer(answer_call(pack_call(raise_it, error)))
    assert caught.value.stage == "fetch"
