"""model: all that writes, in one file, and the first thing it writes."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from pydantic import Field

from pipeline.artifacts.segmentation import Segmentation, section_words
from pipeline.engine.bundle.artifact import FINISHED, Finished
from pipeline.engine.bundle.model import Card, Cutting, NovelModel, pack_words
from pipeline.stage import Context, Stage, StageConfig

if TYPE_CHECKING:
    from pipeline.artifacts.corpus import Corpus
    from pipeline.artifacts.memories import Memories
    from pipeline.artifacts.network import Network
    from pipeline.artifacts.tokens import Tokenizer

_SEED_WORDS = 20


class ModelConfig(StageConfig):
    """Settings of `model`."""

    seed_phrase: str = Field(
        "",
        max_length=1000,
        description="what the sample continues; empty takes the first held-out chapter's opening",
    )
    sample_words: int = Field(200, ge=1, le=100_000, description="words of the sample")
    seed: int = Field(1, ge=0, lt=2**31, description="seed of the sample's random numbers")


def held_out_opening(segment: Segmentation, vocabulary: Collection[str]) -> str:
    """Return how the test sections begin: the first line that begins with a word to go on from.

    That is a Chinese word of the vocabulary among the line's first 20; a section's first line is
    its heading. The vocabulary's first Chinese word where there is no such line.
    """
    from pipeline.chinese import has_chinese

    known = set(filter(has_chinese, vocabulary))
    for section in segment.sections:
        if section.part == "test":
            lines = segment.lines[section.start : section.stop]
            for line in lines[1:] or lines:
                words = line.split(" ")[:_SEED_WORDS]
                if not known.isdisjoint(words):
                    return _up_to_a_stop(words)
    return next(filter(has_chinese, vocabulary), "")


def _up_to_a_stop(words: Sequence[str]) -> str:
    """Return the first sentence, else the clauses that are whole, else all of the words."""
    from pipeline.chinese import SENTENCE_ENDS

    for stops, which in ((SENTENCE_ENDS, 0), ("，；：", -1)):
        ends = [number for number, word in enumerate(words) if word in stops]
        if ends:
            return "".join(words[: ends[which] + 1])
    return "".join(words)


def rare_of(segment: Segmentation, tokenizer: Tokenizer) -> list[str]:
    """Return what the training chapters hold beside the pieces, in order."""
    training = (section for section in segment.sections if section.part == "train")
    words = (word for section in training for word in section_words(segment, section))
    return [p for word in words for p in tokenizer.pieces(word) if p not in tokenizer.ids]


def model(
    config: ModelConfig,
    *,
    fetch: Corpus,
    segment: Segmentation,
    decode: Network,
    remember: Memories,
    context: Context,
) -> Finished:
    """Put the model together and let it write on from the seed phrase."""
    from pipeline.artifacts.network import tokenizer_of
    from pipeline.engine.writing.writer import Writer

    seed_phrase = config.seed_phrase or held_out_opening(segment, decode.words)
    sample = Writer(decode, remember).continue_text(
        seed_phrase, words=config.sample_words, rng_seed=config.seed
    )
    whole = NovelModel(
        network=decode,
        memories=remember,
        cutting=Cutting(names=tuple(name.word for name in segment.names)),
        card=Card(title=fetch.title, source_digest=fetch.source_digest, seed_phrase=seed_phrase),
        rare_text=pack_words(rare_of(segment, tokenizer_of(decode))),
    )
    return Finished(model=whole, sample=seed_phrase + sample)


STAGE = Stage(
    name="model",
    inputs=("fetch", "segment", "decode", "remember"),
    config=ModelConfig,
    run=model,
    codec=FINISHED,
    libraries=("numpy", "opencc", "threadpoolctl"),  # opencc reads a seed phrase in other script
)
