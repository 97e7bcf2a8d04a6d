"""Why the writer wrote a word, as lines for people and as JSON: what `generate --why` shows.

Three things tell: the candidates with cosine and probability, the share of each component in the
word's probability, and passages of the novel that write the word in a like state. Nothing here
prints.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from pipeline.artifacts.segmentation import PARAGRAPH_BREAK
from pipeline.commands.words import choice_line, generation_json, show_word

if TYPE_CHECKING:
    from pipeline.engine.memories.voice import Voice
    from pipeline.engine.writing.evidence import Evidence, Passage, Quote
    from pipeline.engine.writing.generate import Choice
    from pipeline.engine.writing.seed import Seed


def give_reasons(
    choices: Iterable[Choice],
    seed_ids: Sequence[int],
    model: Voice,
    rare_words: Mapping[str, Sequence[str]] | None,
) -> Iterator[tuple[Choice, Evidence | None]]:
    """Yield the choices as they come, each with its evidence; None if no rare words are given.

    `rare_words` are those of each model that writes, by its name.
    """
    from pipeline.engine.memories.mixed import MixedModel
    from pipeline.engine.memories.next_word import Model
    from pipeline.engine.writing.evidence import find_evidence
    from pipeline.engine.writing.mixed_evidence import find_mixed_evidence

    if rare_words is None:
        yield from ((choice, None) for choice in choices)
    elif isinstance(model, MixedModel):
        yield from find_mixed_evidence(choices, seed_ids, mixture=model, rare_words=rare_words)
    elif isinstance(model, Model):
        (rare,) = rare_words.values()
        yield from find_evidence(choices, seed_ids, model=model, rare_words=rare)


def word_lines(choice: Choice, evidence: Evidence | None, width: int = 10_000) -> Iterator[str]:
    """Yield a written word with its candidates, and below it who spoke for it and the passages.

    A passage tells its cosine, its text with the word marked, and its chapter.
    """
    yield choice_line(choice, width)
    if evidence is None:
        return
    yield "    said by " + said_by(percentages(choice.shares))
    for passage, quote in evidence:
        yield f"    {passage.cosine:+.2f}  {quote_line(quote)}  ({_place_line(passage)})"
    if not evidence:
        yield "    no passage found"


def said_by(parts: Mapping[str, float]) -> str:
    """Return who spoke for a word: network 60 %, or, of a mixture, 红楼梦 60 % (network 40, …)."""
    from pipeline.engine.memories.mixed import BETWEEN

    models: dict[str, dict[str, float]] = {}
    for name, percent in parts.items():
        model, _, component = name.rpartition(BETWEEN)
        models.setdefault(model, {})[component] = percent
    if "" in models:
        return ", ".join(f"{name} {percent:.0f} %" for name, percent in parts.items())
    told = []
    for model, own in sorted(models.items(), key=lambda item: -sum(item[1].values())):
        components = ", ".join(f"{name} {percent:.0f}" for name, percent in own.items())
        told.append(f"{model} {sum(own.values()):.0f} % ({components})")
    return ", ".join(told)


def percentages(shares: Mapping[str, float]) -> dict[str, float]:
    """Return each component's part of a word's probability in per cent, the greatest first."""
    total = sum(shares.values()) or 1.0  # a word of no probability is nobody's
    ordered = sorted(shares.items(), key=lambda item: -item[1])
    return {name: 100 * share / total for name, share in ordered}


def quote_line(quote: Quote) -> str:
    """Return a passage in one line, its word marked 【】."""
    from pipeline.engine.writing.values import spell_quote

    before, word, after = spell_quote(quote)
    return f"…{before}【{word}】{after}…".replace("\n", show_word(PARAGRAPH_BREAK))


def _place_line(passage: Passage) -> str:
    """Return where a passage stands, and how many words before it are those just written."""
    agreement = passage.agreement
    if not agreement:
        return passage.chapter
    words = "word" if agreement == 1 else f"{agreement} words"
    return f"{passage.chapter}; the same {words} before it"


def word_json(choice: Choice, evidence: Evidence | None) -> dict[str, Any]:
    """Return a written word as JSON values, with the shares λ_k·p_k of its probability."""
    from pipeline.engine.writing.values import choice_json, passage_json, shares_json

    if evidence is None:
        return choice_json(choice)
    return {
        **choice_json(choice),
        "shares": shares_json(choice.shares),
        "passages": [passage_json(passage, quote) for passage, quote in evidence],
    }


def explained_json(
    seed_phrase: str,
    seed: Seed,
    samples: Sequence[tuple[int, Sequence[tuple[Choice, Evidence | None]]]],
) -> dict[str, Any]:
    """Return samples, each an `rng_seed` and its explained words, as JSON values."""
    texts = [{"rng_seed": number, "choices": [c for c, _ in words]} for number, words in samples]
    document = generation_json(seed_phrase, seed, texts)
    for sample, (_, words) in zip(document["samples"], samples, strict=True):
        sample["words"] = [word_json(choice, evidence) for choice, evidence in words]
    return document
