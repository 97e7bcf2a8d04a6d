"""Standard streams that are closed, full or read by nobody: no traceback, the right exit code."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from commands import MODEL, SEED_PHRASE, model_options
from pipelines import ROOT, SECONDS, Trained, arguments_for, environment

pytestmark = pytest.mark.skipif(os.name == "nt", reason="needs a POSIX shell")

FULL = Path("/dev/full")


def shell(command: str, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a line of bash in which $X stands for the command line and "$@" for the arguments."""
    return subprocess.run(
        ["bash", "-c", f"set -o pipefail; {command}", "bash", *arguments],
        cwd=ROOT,
        env={**environment(), "X": f"{sys.executable} cli.py", **variables},
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=SECONDS,
    )


@pytest.mark.slow
@pytest.mark.skipif(not FULL.exists(), reason="needs /dev/full")
@pytest.mark.parametrize("command", ["--help", "dag", "dag --json", "--version", "lab list"])
def test_a_full_disk_is_one_line_and_exit_1(command: str) -> None:
    done = shell(f"$X {command} > /dev/full")
    assert (done.returncode, len(done.stderr.splitlines())) == (1, 1)
    assert done.stderr.startswith("xuxie: standard output: expected to write the results, got: No")


@pytest.mark.parametrize("command", ["--help", "dag", "generate --help", "config"])
def test_a_reader_who_is_gone_is_no_error(command: str) -> None:
    done = shell(f"$X {command} | true; echo ${{PIPESTATUS[0]}}")
    assert (done.stdout, done.stderr) == ("0\n", "")


@pytest.mark.slow
@pytest.mark.parametrize("closed", [">&-", "2>&-", "<&-", ">&- 2>&-", "<&- >&- 2>&-"])
def test_closed_streams_are_empty_ones(closed: str) -> None:
    done = shell(f"$X dag {closed}; echo $?")
    assert done.stdout.splitlines()[-1] == "0"
    assert done.stderr == ""
    refused = shell(f"$X run trian {closed}; echo $?")
    assert refused.stdout == "2\n"
    assert len(refused.stderr.splitlines()) == ("2>&-" not in closed)


@pytest.mark.slow
def test_nothing_can_be_read_from_a_closed_input(trained: Trained) -> None:
    for command in ("generate", "score"):
        done = shell(f'$X {command} - "$@" <&-', *model_options(trained))
        assert (done.returncode, done.stdout, len(done.stderr.splitlines())) == (3, "", 1)


@pytest.mark.slow
@pytest.mark.parametrize(
    "streams", ["2>&1 | head -1", "2>&-", "2> >(true)"], ids=["head", "closed", "no reader"]
)
def test_a_run_that_nobody_hears_goes_on_to_its_end(
    trained: Trained, tmp_path: Path, streams: str
) -> None:
    """`fetch` and `segment` run in seconds; the second would have been missing."""
    options = ["--config", "tiny", "--source", str(trained.novel), "--artifacts", str(tmp_path)]
    done = shell(f'$X run segment "$@" {streams}; echo ${{PIPESTATUS[0]}}', *options)
    assert done.stdout.splitlines()[-1] == "0"
    assert "Traceback" not in done.stdout + done.stderr
    assert len(list(tmp_path.glob("segment/*/manifest.json"))) == 1


@pytest.mark.slow
def test_run_all_that_nobody_hears_is_remembered(trained: Trained, tmp_path: Path) -> None:
    artifacts = tmp_path / "artifacts"
    done = shell(
        'cp -r "$1" "$2"; shift; rm -r "$1"/report "$1"/current* ; artifacts="$1"; shift; '
        '$X run-all "$@" 2>&1 | true; echo ${PIPESTATUS[0]}',
        str(trained.artifacts),
        str(artifacts),
        *arguments_for(artifacts, trained.novel),
    )
    assert done.stdout == "0\n", done.stderr
    assert len(list(artifacts.glob("report/*/report.html"))) == 1
    written = shell('$X generate "$@" --greedy', SEED_PHRASE, "--artifacts", str(artifacts))
    assert (written.returncode, written.stderr) == (0, f"xuxie: model {MODEL}\n")


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_chinese_arguments_in_a_locale_that_has_none(trained: Trained, encoding: str) -> None:
    done = subprocess.run(
        [
            *(sys.executable, "cli.py", "generate", "--greedy", "--words", "3", "--artifacts"),
            *(os.fsencode(trained.artifacts), SEED_PHRASE.encode(encoding)),
            *("--model", MODEL.encode(encoding)),
        ],
        cwd=ROOT,
        env={
            **{k: v for k, v in os.environ.items() if k not in ("LANG", "PYTHONIOENCODING")},
            **{"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
        },
        capture_output=True,
        timeout=SECONDS,
    )
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.decode("utf-8").startswith(SEED_PHRASE)


def test_a_file_whose_name_is_no_text_is_named_escaped() -> None:
    name = b"\xffno\x1b[31m.txt"
    done = subprocess.run(
        [sys.executable, "cli.py", "config", "--config", name],
        cwd=ROOT,
        env={**environment(), "PYTHONUTF8": "1"},
        capture_output=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        timeout=SECONDS,
    )
    assert (done.returncode, done.stdout, done.stderr.count(b"\n")) == (2, b"", 1)
    assert rb"\xffno\x1b[31m.txt" in done.stderr
