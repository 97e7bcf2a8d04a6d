from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from jobs import die, refuse, square
from nodes import SECONDS, TestCluster, die_once, needs_ray, reversed_bytes, slowly
from pipelines import (
    NOVEL,
    ROOT,
    arguments_for,
    artifact_files,
    environment,
    start,
    write_small_novel,
)

from pipeline.cluster.opening import open_cluster
from pipeline.cluster.workers import ClusterWorkers
from pipeline.errors import DataError, SettingsError, WorkersLost

pytestmark = [pytest.mark.slow, needs_ray]
NUMPY = ("numpy",)


@pytest.fixture(scope="module")
def cluster() -> Iterator[TestCluster]:
    found = TestCluster()
    found.add()
    yield found
    found.close()


@pytest.fixture(scope="module")
def workers(cluster: TestCluster) -> Iterator[ClusterWorkers]:
    with open_cluster(cluster.address, NUMPY) as found:
        wait_for_cores(found, 2)
        yield found


def wait_for_cores(workers: ClusterWorkers, cores: int) -> None:
    end = time.monotonic() + SECONDS
    while workers.count != cores:
        assert time.monotonic() < end, f"{workers.count} cores, expected {cores}"
        list(workers.map(abs, range(2)))
        time.sleep(0.2)


def test_results_come_in_order_from_both_nodes(workers: ClusterWorkers, tmp_path: Path) -> None:
    found = list(workers.map(partial(slowly, folder=tmp_path), range(12)))

    assert [number for number, _ in found] == list(range(12))
    assert len({node for _, node in found}) == 2
    assert os.getpid() not in {process for _, process in workers.map(square, range(3))}


def test_no_more_items_are_begun_than_workers_can_have_ready(
    workers: ClusterWorkers, tmp_path: Path
) -> None:
    taken = []

    def items() -> Iterator[int]:
        for number in range(1000):
            taken.append(number)
            yield number

    results = workers.map(partial(slowly, folder=tmp_path), items())
    assert next(results)[0] == 0
    results.close()

    assert len(taken) <= 5
    assert list(workers.map(abs, [-3])) == [3]  # what was left is in nobody's way


def test_large_items_and_large_results_pass_each_other(workers: ClusterWorkers) -> None:
    """Each side sends more than a pipe holds, before it reads what the other has sent."""
    items = [bytes([number]) * 3_000_000 + b"end" for number in range(30)]
    results = workers.map(reversed_bytes, items)
    assert [result[:4] for result in results] == [b"dne" + item[:1] for item in items]


def test_an_item_whose_worker_dies_is_done_again(workers: ClusterWorkers, tmp_path: Path) -> None:
    assert list(workers.map(partial(die_once, folder=tmp_path), range(5))) == list(range(5))
    assert (tmp_path / "died").exists()


def test_an_item_that_kills_every_worker_is_told_of(workers: ClusterWorkers) -> None:
    with pytest.raises(WorkersLost, match="expected the work to be done, got WorkerCrashedError"):
        list(workers.map(die, range(4)))


def test_what_a_job_raises_is_raised_here(workers: ClusterWorkers, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no 3") as caught:
        list(workers.map(partial(refuse, path=tmp_path), range(9)))
    assert (caught.value.stage, caught.value.path) == ("segment", tmp_path)
    with pytest.raises(ValueError, match="function at the top of a module"):
        list(workers.map(lambda number: number, range(2)))


def test_a_node_that_comes_meanwhile_helps(
    cluster: TestCluster, workers: ClusterWorkers, tmp_path: Path
) -> None:
    node = cluster.add()
    try:
        nodes: set[str] = set()
        end = time.monotonic() + SECONDS
        job = partial(slowly, folder=tmp_path)
        for _, name in workers.map(job, iter(lambda: 0, 1)):  # without end
            nodes.add(name)
            if len(nodes) == 3 or time.monotonic() > end:
                break
        assert len(nodes) == 3
        node.kill()  # what it was at is done again
        assert len(list(workers.map(job, range(12)))) == 12
    finally:
        node.kill()


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the small novel, and the artifacts that a run without a cluster makes of it."""
    folder = tmp_path_factory.mktemp("here")
    run_all(folder / "artifacts", write_small_novel(folder), "--set", "train.hidden=8")
    return folder


def run_all(artifacts: Path, novel: Path, *options: str) -> str:
    """Make a model with as little training as there can be; return what is printed."""
    few = ["--quick", "--set", "train.epochs=1", "--set", "segment.workers=2"]
    return finish(start(["run-all", *arguments_for(artifacts, novel), *few, *options]))


def test_a_run_makes_the_same_bytes_as_without(
    cluster: TestCluster, here: Path, tmp_path: Path
) -> None:
    run_all(tmp_path, here / NOVEL, "--set", "train.hidden=8", "--cluster", cluster.address)

    files = artifact_files(tmp_path)
    assert files == artifact_files(here / "artifacts")
    assert {name.partition("/")[0] for name in files} >= {"segment", "train", "model"}


def test_models_of_a_grid_have_the_same_bytes_and_scores_as_alone(
    cluster: TestCluster, here: Path, tmp_path: Path
) -> None:
    options = ["--grid", "train.hidden=8,16", "--cluster", cluster.address]
    output = run_all(tmp_path, here / NOVEL, *options)

    names = {path.name for path in (tmp_path / "models").iterdir()}
    assert names >= {"澄秋阁 hidden=8.safetensors", "澄秋阁 hidden=16.safetensors"}
    lines = [line.split() for line in output.splitlines() if line.startswith("hidden=")]
    assert [(line[0], line[-1]) for line in lines] == [("hidden=8",) * 2, ("hidden=16",) * 2]
    made = {
        stage: len([*tmp_path.glob(f"{stage}/*/manifest.json")]) for stage in ("fetch", "train")
    }
    assert made == {"fetch": 1, "train": 2}
    for path in (here / "artifacts").glob("train/*/*"):
        if path.name != "manifest.json":
            assert (
                tmp_path / path.relative_to(here / "artifacts")
            ).read_bytes() == path.read_bytes()

    compare = ["compare", str(here / NOVEL), "--artifacts", str(tmp_path)]
    table = finish(start(compare))
    assert finish(start([*compare, "--cluster", cluster.address])) == table
    assert "hidden=16" in table


def test_a_training_in_shards_goes_on_elsewhere_with_the_same_bytes(
    cluster: TestCluster, tmp_path: Path
) -> None:
    novel = write_small_novel(tmp_path)
    shards = ["run", "train", "--set", "train.shards=2", "--set", "train.epochs=3"]
    alone, there = ([*shards, *arguments_for(tmp_path / name, novel)] for name in "ab")
    finish(start(alone))
    process = start([*there, "--cluster", cluster.address])
    end = time.monotonic() + 5 * SECONDS
    while not [*(tmp_path / "b").glob(".scratch/train-*/checkpoint.safetensors")]:
        assert process.poll() is None, "it ended before its first epoch"
        assert time.monotonic() < end
        time.sleep(0.1)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=SECONDS)
    assert process.returncode == 130, errors

    finish(start(there))  # with one worker in place of two
    assert artifact_files(tmp_path / "a") == artifact_files(tmp_path / "b")


def finish(process: subprocess.Popen[str]) -> str:
    """Let a command come to its end; return what it printed."""
    try:
        output, errors = process.communicate(timeout=5 * SECONDS)
    finally:
        process.kill()
    assert process.returncode == 0, errors
    return output


def test_another_xuxie_on_a_node_is_named(cluster: TestCluster, tmp_path: Path) -> None:
    other = tmp_path / "other"
    shutil.copytree(ROOT / "pipeline", other / "pipeline")
    with (other / "pipeline" / "shown.py").open("a") as module:
        module.write("# another\n")
    node = cluster.add(other)
    try:
        message = refusal(cluster)
    finally:
        node.kill()
    assert "expected the same xuxie, Python and libraries as here, got xuxie" in message
    assert re.search(
        r"node \S+: .*\(code [0-9a-f]{8}\) in place of .*\(code [0-9a-f]{8}\)", message
    )


def refusal(cluster: TestCluster) -> str:
    """Connect until a node that is about to join is refused; return the message."""
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        try:
            with open_cluster(cluster.address, NUMPY):
                time.sleep(0.5)
        except SettingsError as error:
            return str(error)
    return "nothing was refused"


def test_an_address_where_something_else_listens_is_refused_in_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("pipeline.cluster.workers.REACH_SECONDS", 1.0)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        name = f"127.0.0.1:{silent.getsockname()[1]}"
        with (
            pytest.raises(SettingsError, match=f"--cluster {name}: .* within 1 seconds, got none"),
            open_cluster(name, ()),
        ):
            pass


def test_nothing_is_left_of_a_private_cluster_and_home_stays_as_it_is(tmp_path: Path) -> None:
    home, temporary = tmp_path / "home", Path(tempfile.mkdtemp(prefix="t"))  # sockets: a short path
    home.mkdir()
    code = (
        "from pipeline.cluster.opening import open_cluster\n"
        "with open_cluster('local', ('numpy',)) as found:\n"
        "    print(sum(found.map(abs, range(5))))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**environment(), "HOME": str(home), "TMPDIR": str(temporary)},
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=5 * SECONDS,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "10\n", "")
    assert list(home.iterdir()) == []
    temporary.rmdir()  # empty, or this fails
    assert str(temporary) not in subprocess.run(["ps", "ax"], capture_output=True, text=True).stdout


def test_ctrl_c_ends_a_run_on_a_cluster_in_one_line(cluster: TestCluster, tmp_path: Path) -> None:
    novel = write_small_novel(tmp_path)
    options = [*arguments_for(tmp_path / "artifacts", novel), "--cluster", cluster.address]
    process = start(["run-all", *options])
    assert process.stderr is not None
    for line in process.stderr:
        if line.startswith("segment:"):
            break
    process.send_signal(signal.SIGINT)
    began = time.monotonic()
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 130
    assert errors.splitlines()[-1].endswith("the same command goes on where it stopped")
    assert "Traceback" not in errors
    assert time.monotonic() - began < 20


def test_a_head_that_dies_is_told_of_soon(tmp_path: Path) -> None:
    cluster = TestCluster()
    try:
        with open_cluster(cluster.address, NUMPY) as workers:
            job = partial(slowly, folder=tmp_path)
            results = workers.map(job, range(1000))
            assert next(results)[0] == 0
            threading.Timer(0.5, cluster.head.kill).start()
            began = time.monotonic()
            with pytest.raises(WorkersLost, match="is gone; what was finished is kept"):
                list(results)
            assert time.monotonic() - began < 60
    finally:
        cluster.close()
