"""The real pipeline, killed again and again: what is left is sound, and the next run ends as if
nothing had happened.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from pipelines import (
    ROOT,
    SECONDS,
    STAGES,
    Trained,
    arguments_for,
    artifact_files,
    call,
    environment,
    heed_interrupts,
    start,
)
from pipelines import trained as train_once

from pipeline.catalog import STAGES as CATALOG
from pipeline.project import open_project
from pipeline.runner.plan import plan

pytestmark = pytest.mark.skipif(os.name == "nt", reason="needs POSIX signals")

# Stages that take long enough to be hit from outside while they run.
LONG = ("segment", "embed")

# Stages that die by DYING: of what is read and of what is learnt one each. How artifacts are kept
# is the same for all; tests/commands/test_faults.py stops that at every step of it.
SAVED = ("fetch", "train")

# Runs the command line and dies when a stage's files are written but its manifest is not.
DYING = """
import os, signal, sys
import cli
stage = sys.argv.pop(1)
def watch(event, arguments):
    if event != "open" or not str(arguments[0]).endswith("manifest.json"):
        return
    folder = os.path.dirname(arguments[0])
    if os.path.basename(os.path.dirname(folder)) == ".tmp" and last == stage:
        os.kill(os.getpid(), signal.SIGKILL)
class Listener:
    def write(self, text):
        global last
        last = text.partition(":")[0]
        sys.__stderr__.write(text)
    def flush(self): sys.__stderr__.flush()
    def isatty(self): return False
last, sys.stderr = "", Listener()
sys.addaudithook(watch)
cli.main()
"""

# Runs the command line and sends itself a signal when the second checkpoint is put in place of the
# first: from outside a training of a second can be missed.
HIT = """
import os, signal, sys
import cli
number, seen = int(sys.argv.pop(1)), 0
def watch(event, arguments):
    global seen
    if event == "os.rename" and str(arguments[1]).endswith("checkpoint.safetensors"):
        seen += 1
        if seen == 2:
            os.kill(os.getpid(), number)
sys.addaudithook(watch)
cli.main()
"""


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Trained:
    """A run that nothing has disturbed."""
    return train_once(tmp_path_factory.getbasetemp())


def begin(stage: str, artifacts: Path, novel: Path) -> subprocess.Popen[str]:
    """Start `run-all` and return as soon as it says that a stage begins."""
    process = start(["run-all", *arguments_for(artifacts, novel)])
    assert process.stderr is not None
    for line in process.stderr:
        if line.startswith(f"{stage}: "):
            return process
    raise AssertionError(f"{stage} did not begin; exit code {process.wait()}")


def kill(process: subprocess.Popen[str]) -> None:
    """Send SIGKILL and see that the process dies of it."""
    process.kill()
    process.communicate(timeout=SECONDS)
    assert process.returncode == -signal.SIGKILL


def die_while_saving(stage: str, artifacts: Path, novel: Path) -> None:
    """Let `run-all` kill itself in the middle of the stage's commit."""
    done = subprocess.run(
        [sys.executable, "-c", DYING, stage, "run-all", *arguments_for(artifacts, novel)],
        cwd=ROOT,
        env=environment(),
        capture_output=True,
        timeout=SECONDS,
    )
    assert done.returncode == -signal.SIGKILL, done.stderr.decode()


def states(artifacts: Path, novel: Path) -> list[str]:
    """Return each stage's state, every file digested again."""
    options = arguments_for(artifacts, novel)
    project = open_project(artifacts, config_path=Path(options[1]), source=str(novel))
    return [step.state for step in plan(CATALOG, project.settings, project.store, verify=True)]


def checkpoint(artifacts: Path) -> bytes:
    """Return the training's checkpoint; nothing where there is none."""
    paths = list(artifacts.glob(".scratch/train-*/checkpoint.safetensors"))
    return paths[0].read_bytes() if paths else b""


def disturb_training(artifacts: Path, novel: Path) -> None:
    """Kill a training after one epoch, and interrupt the next, which must go on from there."""
    killed = hit_after_an_epoch(signal.SIGKILL, artifacts, novel)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    before = checkpoint(artifacts)
    assert before

    stopped = hit_after_an_epoch(signal.SIGINT, artifacts, novel)
    assert (stopped.returncode, stopped.stdout) == (130, "")
    # On a slow machine lines of progress come before it.
    last = stopped.stderr.strip().splitlines()[-1]
    assert last == "xuxie: interrupted; the same command goes on where it stopped"
    assert checkpoint(artifacts) not in (b"", before)


def hit_after_an_epoch(
    number: signal.Signals, artifacts: Path, novel: Path
) -> subprocess.CompletedProcess[str]:
    """Let `run-all` send itself a signal when it has trained for one epoch and for a second one."""
    return subprocess.run(
        [sys.executable, "-c", HIT, str(int(number)), "run-all", *arguments_for(artifacts, novel)],
        cwd=ROOT,
        env=environment(),
        preexec_fn=heed_interrupts,
        capture_output=True,
        text=True,
        timeout=SECONDS,
    )


@pytest.mark.slow
def test_killed_again_and_again_the_run_ends_as_if_undisturbed(
    undisturbed: Trained, tmp_path: Path
) -> None:
    artifacts, novel = tmp_path / "artifacts", undisturbed.novel
    for number, stage in enumerate(STAGES):
        if stage in LONG:
            kill(begin(stage, artifacts, novel))
        if stage == "train":
            disturb_training(artifacts, novel)
        if stage not in SAVED:
            continue
        die_while_saving(stage, artifacts, novel)

        assert list(artifacts.glob(".tmp/*"))  # it did die half-way
        found = states(artifacts, novel)
        assert found == ["fresh"] * number + ["missing"] * (len(STAGES) - number)

    done = call("run-all", *arguments_for(artifacts, novel))

    assert done.returncode == 0, done.stderr
    assert artifact_files(artifacts) == artifact_files(undisturbed.artifacts)
    assert not list(artifacts.glob(".tmp/*"))
    assert not list(artifacts.glob(".scratch/*"))
    assert states(artifacts, novel) == ["fresh"] * len(STAGES)


@pytest.mark.slow
def test_a_flipped_byte_of_a_real_artifact_is_found_and_mended(
    undisturbed: Trained, tmp_path: Path
) -> None:
    artifacts = tmp_path / "artifacts"
    shutil.copytree(undisturbed.artifacts, artifacts)
    path = next(artifacts.glob("decode/*/network.safetensors"))
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)

    written = call("generate", "青棠听了，", "--artifacts", str(artifacts))
    mended = call("run-all", *arguments_for(artifacts, undisturbed.novel))

    assert written.returncode == 0, "the model is a thing of its own"
    assert mended.returncode == 0, mended.stderr
    assert [path.name.partition("-")[0] for path in artifacts.glob(".quarantine/*")] == ["decode"]
    assert artifact_files(artifacts) == artifact_files(undisturbed.artifacts)
