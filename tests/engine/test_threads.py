"""A word is computed on one thread, whoever writes; between two words the caller has all."""

from __future__ import annotations

from threading import Thread

import numpy as np
import pytest
from threadpoolctl import threadpool_info, threadpool_limits
from writers import WORDS, model_of

from pipeline.engine import threads
from pipeline.engine.threads import one_thread_a_word
from pipeline.engine.writing import generate
from pipeline.engine.writing.writer import Writer


def blas_threads() -> set[int]:
    return {one["num_threads"] for one in threadpool_info() if one["user_api"] == "blas"}


def several() -> None:
    threads._blas_libraries.cache_clear()  # a test before may have loaded one more since
    if blas_threads() != {2}:
        pytest.skip("numpy's products take one thread on this machine")


def test_a_context_takes_one_thread_and_gives_all_back() -> None:
    with threadpool_limits(2, user_api="blas"):
        several()
        with one_thread_a_word():
            assert blas_threads() == {1}
            with one_thread_a_word():
                assert blas_threads() == {1}
            assert blas_threads() == {1}
        assert blas_threads() == {2}
        with pytest.raises(KeyError), one_thread_a_word():
            raise KeyError
        assert blas_threads() == {2}


def test_whichever_thread_comes_next_takes_one_thread_too() -> None:
    seen: list[set[int]] = []

    def look() -> None:
        with one_thread_a_word():
            seen.append(blas_threads())

    with threadpool_limits(2, user_api="blas"):
        several()
    for _ in range(2):
        thread = Thread(target=look)
        thread.start()
        thread.join()
    look()
    assert seen == [{1}, {1}, {1}]


def test_the_library_writes_on_one_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[set[int]] = []

    def watched(weights: np.ndarray, *how: object) -> list[int]:
        seen.append(blas_threads())
        found: list[int] = weights.argmax(axis=1).tolist()
        return found

    monkeypatch.setattr(generate, "choose_all", watched)
    writer = Writer(model_of(1).network)
    with threadpool_limits(2, user_api="blas"):
        several()
        for _ in writer.stream(writer.understand(WORDS[20]), words=5):
            assert blas_threads() == {2}
        writer.continue_text(WORDS[20], words=5)
        assert blas_threads() == {2}
    assert len(seen) >= 10
    assert set.union(*seen) == {1}
