"""Four nodes, of which workers and whole nodes end in each stage that they work for."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from nodes import SECONDS, TestCluster, needs_ray
from pipelines import NOVELLA, arguments_for, artifact_files, start, write_small_novel

from benchmarks.made_up import zipf_ids
from pipeline.artifacts.ngram import KneserNey, ngram_arrays
from pipeline.cluster.opening import open_cluster
from pipeline.engine.memories.ngram import train_kneser_ney

pytestmark = [pytest.mark.slow, needs_ray]
BOOKS = 8
CHARACTERS = 185_000  # of a book: eight are more than a cluster is not asked for, 4 MB and 10⁶
SHARDS = ("train.shards=4", "train.epochs=2", "train.hidden=8", "train.max_batches=10")
EACH = ("fetch.books=each", "segment.user_dictionary=")


@pytest.fixture(scope="module")
def cluster() -> Iterator[TestCluster]:
    """Four nodes; tests that end one add another."""
    found = TestCluster()
    for _ in range(3):
        found.add().wait()  # at once, Ray would not give each of them the time that it takes
    yield found
    found.close()


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Eight long books of the novella's sentences, mixed so that no two are one, and a broken one.

    Beside them, in `alone`, lies what a run without a cluster makes of them.
    """
    folder = tmp_path_factory.mktemp("shelf")
    (folder / "books").mkdir()
    sentences = [each + "。" for each in NOVELLA.read_text(encoding="utf-8").split("。")]
    for number in range(BOOKS):
        drawn = np.random.default_rng(number).integers(len(sentences), size=CHARACTERS // 20)
        text = "".join(sentences[index].replace("\n", "") for index in drawn)[:CHARACTERS]
        pieces = [text[start : start + 5000] for start in range(0, len(text), 5000)]
        lines = [f"第{index + 1}章\n{piece}\n" for index, piece in enumerate(pieces)]
        (folder / "books" / f"{number}.txt").write_text("".join(lines), encoding="utf-8")
    (folder / "books" / "broken.txt").write_bytes(bytes(range(128, 256)) * 40)
    finish(run("segment", folder / "alone", folder / "books", *EACH))
    return folder


def run(
    stage: str, artifacts: Path, source: Path, *settings: str, cluster: TestCluster | None = None
) -> subprocess.Popen[str]:
    """Begin a run of a stage, on the cluster if one is given."""
    chosen = [word for setting in settings for word in ("--set", setting)]
    there = [] if cluster is None else ["--cluster", cluster.address]
    return start(["run", stage, *arguments_for(artifacts, source), *chosen, *there])


def finish(process: subprocess.Popen[str]) -> None:
    """Let a run come to its end, which is a good one."""
    try:
        _, errors = process.communicate(timeout=3 * SECONDS)
    finally:
        process.kill()
    assert process.returncode == 0, errors


def await_line(process: subprocess.Popen[str], beginning: str) -> None:
    """Wait until a run says a line that begins so."""
    assert process.stderr is not None
    assert any(line.startswith(beginning) for line in process.stderr), beginning


@pytest.mark.parametrize("whole", [False, True], ids=["worker", "node"])
def test_fetch_and_segment_lose_one_and_make_the_same_bytes(
    cluster: TestCluster, shelf: Path, tmp_path: Path, whole: bool
) -> None:
    process = run("segment", tmp_path, shelf / "books", *EACH, cluster=cluster)
    for stage in ("fetch", "segment"):
        await_line(process, f"{stage}: ")
        cluster.kill_busy(whole=whole)
    finish(process)
    assert artifact_files(tmp_path) == artifact_files(shelf / "alone")
    make_up(cluster)


def make_up(cluster: TestCluster) -> None:
    """Add nodes for those that have ended."""
    for node in [node for node in cluster.nodes if node.process.poll() is not None]:
        cluster.nodes.remove(node)
        cluster.add().wait()


@pytest.mark.parametrize("whole", [False, True], ids=["worker", "node"])
def test_counting_ngrams_loses_one_and_makes_the_same_model(
    cluster: TestCluster, whole: bool
) -> None:
    count = partial(
        train_kneser_ney,
        zipf_ids(3_000_000, vocabulary=5_000),
        np.array([[0, 3_000_000]]),
        vocabulary_size=5_000,
    )
    done = [0.0]
    done_when_lost: list[float] = []

    def lose() -> None:
        cluster.kill_busy(whole=whole)
        done_when_lost.append(done[-1])

    with open_cluster(cluster.address, ("numpy",)) as workers:
        thread = threading.Thread(target=lose)
        thread.start()
        found = count(workers=workers, advance=lambda words, total: done.append(words))
        thread.join()
    assert done_when_lost[0] < done[-1], "nobody was lost while there was work"
    assert ngram_bytes(found) == ngram_bytes(count())
    make_up(cluster)


def ngram_bytes(model: KneserNey) -> dict[str, bytes]:
    return {name: values.tobytes() for name, values in ngram_arrays(model).items()}


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the small novel, and a training in four parts without a cluster."""
    folder = tmp_path_factory.mktemp("trained")
    finish(run("train", folder / "alone", write_small_novel(folder), *SHARDS))
    return folder


@pytest.mark.parametrize(
    "lose",
    [
        lambda cluster: None,
        partial(TestCluster.kill_busy, whole=False),
        partial(TestCluster.kill_busy, whole=True),
    ],
    ids=["nothing", "worker", "node"],
)
def test_a_training_in_four_parts_on_four_nodes_makes_the_same_bytes(
    cluster: TestCluster, trained: Path, tmp_path: Path, lose: Callable[[TestCluster], None]
) -> None:
    novel = next(trained.glob("*.txt"))
    process = run("train", tmp_path, novel, *SHARDS, cluster=cluster)
    await_line(process, "train: ")
    lose(cluster)
    finish(process)
    assert artifact_files(tmp_path) == artifact_files(trained / "alone")
    make_up(cluster)


def files_by_key(artifacts: Path) -> dict[str, bytes]:
    """Return stage/key/file → bytes; manifests tell times."""
    found = {}
    for stage in ("fetch", "segment", "embed", "window", "train", "decode", "remember", "model"):
        for path in artifacts.glob(f"{stage}/*/*"):
            if path.name != "manifest.json":
                found[str(path.relative_to(artifacts))] = path.read_bytes()
    return found


GRID = ("embed.vector_size=16,24", "train.hidden=8,12")


def run_grid(
    artifacts: Path, novel: Path, cluster: TestCluster | None = None
) -> subprocess.Popen[str]:
    """Begin a run that makes four models."""
    axes = [word for axis in GRID for word in ("--grid", axis)]
    few = [word for setting in ("train.epochs=1", *SHARDS[-1:]) for word in ("--set", setting)]
    there = [] if cluster is None else ["--cluster", cluster.address]
    return start(["run-all", "--quick", *arguments_for(artifacts, novel), *few, *axes, *there])


@pytest.mark.parametrize("whole", [False, True], ids=["worker", "node"])
def test_a_grid_loses_one_in_two_stages_and_makes_the_same_bytes(
    cluster: TestCluster, grid_alone: Path, tmp_path: Path, whole: bool
) -> None:
    process = run_grid(tmp_path, next(grid_alone.glob("*.txt")), cluster)
    cluster.kill_busy(whole=whole)  # at the first models' embeddings: before it nothing goes there
    await_line(process, "train (vector_size=16 hidden=8): ")  # the others are at it
    cluster.kill_busy(whole=whole)
    finish(process)
    made = files_by_key(tmp_path)
    assert made == files_by_key(grid_alone / "alone")
    assert sum(name.startswith("train/") and name.endswith("history.json") for name in made) == 4
    make_up(cluster)


@pytest.fixture(scope="module")
def grid_alone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the small novel, and four models of it made one after the other."""
    folder = tmp_path_factory.mktemp("grid")
    finish(run_grid(folder / "alone", write_small_novel(folder)))
    return folder


def test_a_node_that_died_just_now_is_passed_over(cluster: TestCluster) -> None:
    cluster.nodes[-1].kill()
    with open_cluster(cluster.address, ("numpy",)) as workers:
        assert list(workers.map(abs, [-1, -2])) == [1, 2]
    make_up(cluster)


def test_two_commands_at_once_share_the_cores_and_both_end(
    cluster: TestCluster, trained: Path, tmp_path: Path
) -> None:
    novel = next(trained.glob("*.txt"))
    both = [run("train", tmp_path / name, novel, *SHARDS, cluster=cluster) for name in "ab"]
    for process in both:
        finish(process)
    for name in "ab":
        assert artifact_files(tmp_path / name) == artifact_files(trained / "alone")


def test_a_training_goes_on_without_the_cluster_whose_head_has_died(
    trained: Path, tmp_path: Path
) -> None:
    cluster = TestCluster()
    try:
        novel = next(trained.glob("*.txt"))
        process = run("train", tmp_path, novel, *SHARDS, cluster=cluster)
        await_line(process, "train: ")
        cluster.head.kill()
        _, errors = process.communicate(timeout=SECONDS)
    finally:
        process.kill()
        cluster.close()
    assert process.returncode == 1
    assert errors.splitlines()[-1].endswith("the same command goes on from there")
    assert "Traceback" not in errors
    finish(run("train", tmp_path, novel, *SHARDS))
    assert artifact_files(tmp_path) == artifact_files(trained / "alone")
