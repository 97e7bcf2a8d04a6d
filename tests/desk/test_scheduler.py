"""Texts that are written together are those that are written alone, and leave within a word."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from functools import partial

import pytest
from made_up import random_network
from writers import PLAIN, WORDS, text_of

from pipeline.desk.job import Job, begin
from pipeline.desk.scheduler import Scheduler
from pipeline.engine.writing.generate import Choice
from pipeline.engine.writing.making import Text
from pipeline.engine.writing.options import WritingOptions
from pipeline.engine.writing.writer import Writer
from pipeline.errors import Busy, DataError

WRITER = Writer(random_network(5, words=WORDS, carry_state=True))


def job(words: int = 12, rng_seed: int = 1) -> Job:
    writing = WritingOptions(words=words, finish=False)
    return Job(WORDS[20], writing, PLAIN, rng_seed=rng_seed)


def run(work: Callable[[Scheduler], Awaitable[object]], most: int = 64) -> None:
    async def with_thread() -> None:
        scheduler = Scheduler(most)
        scheduler.start()
        try:
            await asyncio.wait_for(work(scheduler), 60)
        finally:
            await asyncio.to_thread(scheduler.stop)
        assert scheduler.count == 0

    asyncio.run(with_thread())


async def until(holds: Callable[[], bool]) -> None:
    while not holds():
        await asyncio.sleep(0.01)


async def all_of(words: AsyncGenerator[list[Choice]]) -> list[Choice]:
    return [choice async for some in words for choice in some]


def test_each_text_is_that_of_its_seed_alone() -> None:
    jobs = [job(words=5 + seed, rng_seed=seed) for seed in range(12)]

    async def work(scheduler: Scheduler) -> None:
        texts = await asyncio.gather(
            *(all_of(scheduler.write(partial(begin, WRITER, own))) for own in jobs)
        )
        for own, text in zip(jobs, texts, strict=True):
            seed = WRITER.understand(own.text)
            alone = WRITER.stream(
                seed, writing=own.writing, sampling=own.sampling, rng_seed=own.rng_seed
            )
            assert text_of(text) == text_of(list(alone))

    run(work)


def test_who_leaves_is_written_for_no_more() -> None:
    async def work(scheduler: Scheduler) -> None:
        words = scheduler.write(partial(begin, WRITER, job(words=100_000)))
        assert await anext(words)
        await words.aclose()
        assert scheduler.count == 0
        assert len(await all_of(scheduler.write(partial(begin, WRITER, job())))) >= 12
        await until(lambda: not scheduler._going)

    run(work)


def test_a_reader_that_does_not_read_is_waited_for() -> None:
    async def work(scheduler: Scheduler) -> None:
        words = scheduler.write(partial(begin, WRITER, job(words=100_000)))
        await anext(words)
        (task,) = scheduler._going
        await until(lambda: task.waited_for)
        await asyncio.sleep(0.1)  # the word that was under way
        before = task.words.qsize()
        await asyncio.sleep(0.2)
        assert before == task.words.qsize()
        await words.aclose()

    run(work)


def test_what_cannot_be_read_is_told_and_others_are_written() -> None:
    async def work(scheduler: Scheduler) -> None:
        with pytest.raises(DataError, match="seed phrase"):
            await all_of(scheduler.write(partial(begin, WRITER, Job("   "))))
        assert await all_of(scheduler.write(partial(begin, WRITER, job())))

    run(work)


def test_a_text_that_fails_fails_alone_of_its_round_and_the_thread_goes_on() -> None:
    def broken() -> Text:
        text = begin(WRITER, job())
        object.__setattr__(text.asks[0].position, "reading", None)
        return text

    async def work(scheduler: Scheduler) -> None:
        with pytest.raises(AttributeError):
            await all_of(scheduler.write(broken))
        assert await all_of(scheduler.write(partial(begin, WRITER, job())))

    run(work)


def test_too_many_are_refused() -> None:
    async def work(scheduler: Scheduler) -> None:
        first = scheduler.write(partial(begin, WRITER, job(words=100_000)))
        await anext(first)
        with pytest.raises(Busy, match="expected fewer than 1 texts under way"):
            await all_of(scheduler.write(partial(begin, WRITER, job())))
        await first.aclose()

    run(work, most=1)
