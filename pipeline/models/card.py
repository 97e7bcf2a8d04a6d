"""The model card: what a model is and what to mind, in Markdown, for those who share it."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.engine.bundle.model import Card, NovelModel
from pipeline.plural import counted

_NAMES = {
    "bits_per_character": "bits per character",
    "top1": "true next piece guessed first",
    "mrr": "mean of 1/rank of the true next piece",
    "perplexity": "perplexity over pieces",
    "coverage": "share of pieces that have a probability",
}


def model_card(model: NovelModel, name: str, size: int) -> str:
    """Return the card of a model in a file of `size` bytes, as a text of Markdown."""
    return "\n".join(_card_lines(model, name, size)) + "\n"


def _card_lines(model: NovelModel, name: str, size: int) -> Iterator[str]:
    """Yield the card's lines."""
    card, text_ids = model.card, model.memories.text_ids
    yield f"# {_escape(card.title or name)}"
    yield ""
    yield "A small word model of one novel, made with xuxie: it writes on from a phrase."
    yield ""
    yield f"- vocabulary: {len(model.network.words):,} words and characters"
    read, chapters = int((text_ids >= 0).sum()), len(model.memories.chapters)
    yield f"- read: {counted(read, 'word')} in {counted(chapters, 'chapter')}"
    yield f"- file: {size / 1e6:,.1f} MB, safetensors, schema in docs/model-format.md"
    yield f"- novel: sha256 {card.source_digest or 'unknown'}"
    made = ", ".join(f"{key} {value}" for key, value in sorted(card.made_with.items()))
    yield f"- made with: {_escape(made) or 'unknown'}"
    yield ""
    yield from _score_lines(card)
    yield "## Settings that differ from the defaults"
    yield ""
    for setting, value in sorted(card.settings.items()):
        yield f"- `{_escape(setting)}` = `{_escape(str(value))}`"
    yield "" if card.settings else "None.\n"
    yield "## Licence and limits"
    yield ""
    yield _escape(card.licence_note)
    yield ""
    yield f'    xuxie generate "{card.seed_phrase}" --model {name}'


def _score_lines(card: Card) -> Iterator[str]:
    """Yield the scores on chapters that were held out."""
    yield "## Scores on chapters never seen in training"
    yield ""
    if card.scores is None:
        yield "Not evaluated."
    else:
        for key, score in card.scores.items():
            yield f"- {_NAMES.get(key, key)}: {'–' if score is None else f'{score:,.4g}'}"
    yield ""


def _escape(text: str) -> str:
    """Return text that Markdown shows as it is: no markup, no HTML."""
    return "".join(f"\\{c}" if c in "\\`*_[]<>#|" else c for c in text)
