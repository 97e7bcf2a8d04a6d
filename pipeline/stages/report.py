"""report: what was trained on what, how well, and what it writes, as one page for people."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from pydantic import Field

from pipeline.artifacts.corpus import Corpus, left_out
from pipeline.artifacts.report import REPORT, Language, Report, seal
from pipeline.artifacts.segmentation import section_words
from pipeline.artifacts.windows import PARTS, Windows
from pipeline.stage import Context, Made, Stage, StageConfig

if TYPE_CHECKING:
    from pipeline.artifacts.embedding import Embedding
    from pipeline.artifacts.evaluation import Evaluation
    from pipeline.artifacts.memories import Memories
    from pipeline.artifacts.network import Network
    from pipeline.artifacts.segmentation import Segmentation
    from pipeline.artifacts.training import Training
    from pipeline.engine.bundle.artifact import Finished
    from pipeline.page.overview import Facts, Part
    from pipeline.page.people import Person
    from pipeline.page.prose import Sample
    from pipeline.page.wordmap import Place

_TEMPERATURES = (0.6, 0.9, 1.2)
_BOOKS = 3  # of a shelf in which a character is counted
_TITLE = 40  # characters of a first line that stands for a title where there is none


class ReportConfig(StageConfig):
    """Settings of `report`."""

    map_words: int = Field(300, ge=1, le=2_000, description="most frequent words on the map")
    characters: int = Field(12, ge=1, le=100, description="main characters, at most")
    neighbours: int = Field(8, ge=1, le=50, description="nearest words of each character")
    sample_words: int = Field(150, ge=1, le=10_000, description="words of each sample")
    copied_words: int = Field(5, ge=1, le=1_000, description="least words of a copy to be marked")
    seed: int = Field(
        1, ge=0, lt=2**31, description="seed of the samples' random numbers (the map draws none)"
    )
    language: Language = Field(
        "zh", description="which language the page opens in, zh or en; it holds both"
    )


def _describe_training(fetch: Corpus, embed: Embedding, decode: Network) -> Facts:
    """Return what was read, how, and how large what came of it is."""
    from pipeline.page.overview import Facts

    words, dimensions = embed.vectors.shape
    whole = left_out(fetch)
    return Facts(
        characters=sum(map(len, fetch.paragraphs)),
        paragraphs=len(fetch.paragraphs),
        encoding=fetch.encoding,
        replaced=fetch.replaced,
        cuts=len(fetch.cuts) - len(whole),
        left_out=[cut.document for cut in whole],
        rejoined_lines=fetch.rejoined_lines,
        words=words,
        dimensions=dimensions,
        units=len(decode.recurrent_kernel),
        layers=1 + len(decode.upper_layers),
        steps=decode.steps,
    )


def _describe_parts(window: Windows) -> Iterator[Part]:
    """Yield what each part of the novel holds."""
    import numpy as np

    from pipeline.page.overview import Part

    for part in PARTS:
        chapters = sum(section["part"] == part for section in window.sections)
        ids = [window.ids[start:stop] for start, stop in window.spans[part]]
        known = np.concatenate(ids) < window.vocabulary_size  # (tokens of the part,)
        yield Part(part, chapters, len(known), float(known.mean()))


def divide_settings(made: Mapping[str, Made]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the settings that are not the defaults, and those that are, by their full names.

    Of an address only what says where it lies is told: what else is in it may be a password.
    """
    changed: dict[str, Any] = {}
    rest: dict[str, Any] = {}
    for stage, own in made.items():
        for name, value in own.settings.items():
            shown = _without_secrets(value) if isinstance(value, str) else value
            (changed if name in own.changed else rest)[f"{stage}.{name}"] = shown
    return changed, rest


def _without_secrets(text: str) -> str:
    """Return an address without user, password, query and fragment; any other text as it is."""
    if "://" not in text:
        return text
    scheme, _, place = text.partition("://")
    host, slash, path = re.split(r"[?#]", place, maxsplit=1)[0].partition("/")
    return f"{scheme}://{host.rpartition('@')[2]}{slash}{path}"


def _lay_out(
    config: ReportConfig, embed: Embedding, decode: Network, people: Collection[str]
) -> list[Place]:
    """Return the places of the most frequent words of content."""
    from pipeline.learning.map import map_vectors
    from pipeline.page.wordmap import Place
    from pipeline.text.words.tags import dictionary_tags, is_content_word

    tags = dictionary_tags(embed.words)
    ids = [i for i, word in enumerate(embed.words) if is_content_word(word, tags.get(word))]
    chosen = ids[: config.map_words]  # the vocabulary goes by frequency
    points = map_vectors(decode.output_vectors[chosen])  # (n, 2)
    return [
        Place(embed.words[i], float(x), float(y), int(embed.counts[i]), embed.words[i] in people)
        for i, (x, y) in zip(chosen, points, strict=True)
    ]


def _describe_people(
    config: ReportConfig, segment: Segmentation, decode: Network, people: dict[str, int]
) -> list[Person]:
    """Return each character with its count and the words of greatest cosine, punctuation aside."""
    import numpy as np

    from pipeline.chinese import is_all_chinese
    from pipeline.engine.network.nearest import nearest_words
    from pipeline.page.people import Person

    words, books = decode.words, _count_by_book(segment, people)
    named = [i for i, word in enumerate(words) if is_all_chinese(word)]
    row_of = {words[i]: row for row, i in enumerate(named)}
    ids, cosines = nearest_words(
        np.array([row_of[name] for name in people], dtype=np.int64),
        vectors=decode.output_vectors[named],
        count=config.neighbours,
    )
    return [
        Person(name, count, [(words[named[i]], float(c)) for i, c in zip(*row, strict=True)], own)
        for (name, count), own, *row in zip(people.items(), books, ids, cosines, strict=True)
    ]


def _count_by_book(segment: Segmentation, people: Collection[str]) -> list[list[tuple[str, int]]]:
    """Return for each character which of a shelf's books name it most, and how often."""
    named = {name: Counter[int]() for name in people}
    if segment.books:
        for section in segment.sections:
            for word in section_words(segment, section):
                if word in named:
                    named[word][section.book] += 1
    return [
        [(segment.books[book], count) for book, count in counts.most_common(_BOOKS)]
        for counts in named.values()
    ]


def _write_samples(
    config: ReportConfig, decode: Network, memories: Memories, seed_phrase: str
) -> Iterator[Sample]:
    """Yield a text for each temperature, with what it copies; all go on from the same phrase."""
    from pipeline.engine.copy_index import copied_stretches, index_text
    from pipeline.engine.writing.pieces import divide_text
    from pipeline.engine.writing.sampling import Sampling
    from pipeline.engine.writing.writer import Writer
    from pipeline.page.prose import Sample

    writer = Writer(decode, memories)
    seed = writer.understand(seed_phrase)
    novel = index_text(memories.text_ids, len(decode.words))
    for temperature in _TEMPERATURES:
        sampling = Sampling(temperature=temperature)
        choices = list(
            writer.stream(seed, words=config.sample_words, sampling=sampling, rng_seed=config.seed)
        )
        words = [choice.word for choice in choices]
        ids = [choice.word_id for choice in choices]
        copied = copied_stretches(novel, ids, config.copied_words)
        runs = [(start, stop) for start, stop, _ in copied]
        longest = max((stop - start for start, stop in runs), default=0)
        yield Sample(temperature, divide_text(words, runs, previous=seed.words[-1]), longest)


def report(
    config: ReportConfig,
    *,
    fetch: Corpus,
    segment: Segmentation,
    embed: Embedding,
    window: Windows,
    train: Training,
    decode: Network,
    remember: Memories,
    model: Finished,
    evaluate: Evaluation,
    context: Context,
) -> Report:
    """Put everything that people want to know on one page, and draw the curves."""
    from pipeline.page.document import document
    from pipeline.page.texts_en import ENGLISH
    from pipeline.page.texts_zh import CHINESE
    from pipeline.page.told import Told, sections
    from pipeline.plots import draw_curves
    from pipeline.text.words.cast import main_characters

    cast = dict(main_characters(segment.lines, config.characters, frozenset(embed.words)))
    seed_phrase = model.model.card.seed_phrase
    told = Told(
        facts=_describe_training(fetch, embed, decode),
        parts=list(_describe_parts(window)),
        training=train.history,
        evaluation=evaluate,
        about={book.title: f"{book.author} {book.period}".strip() for book in fetch.books},
        places=_lay_out(config, embed, decode, cast),
        people=_describe_people(config, segment, decode, cast),
        seed_phrase=seed_phrase,
        samples=list(_write_samples(config, decode, remember, seed_phrase)),
        copied_words=config.copied_words,
        settings=divide_settings(context.made),
        costs=[(name, own.seconds, own.bytes) for name, own in context.made.items()],
    )
    languages = sorted((CHINESE, ENGLISH), key=lambda texts: texts.name != config.language)
    if fetch.books:
        languages = [texts.of_shelf() for texts in languages]
    title = fetch.title or fetch.paragraphs[0][:_TITLE]
    return Report(
        seal(document([(title, texts, sections(texts, told)) for texts in languages])),
        draw_curves(train.history, ENGLISH.panels),  # the pictures' font has no Chinese
    )


STAGE = Stage(
    name="report",
    inputs=(
        "fetch",
        "segment",
        "embed",
        "window",
        "train",
        "decode",
        "remember",
        "model",
        "evaluate",
    ),
    config=ReportConfig,
    run=report,
    codec=REPORT,
    libraries=("jieba", "matplotlib", "numpy", "opencc", "scikit-learn", "threadpoolctl"),
)
