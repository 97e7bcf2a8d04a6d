"""Results as lines of text for people. Nothing here prints."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from pipeline.artifacts.segmentation import PARAGRAPH_BREAK

if TYPE_CHECKING:
    from pipeline.artifacts.evaluation import Evaluation
    from pipeline.engine.generate import Candidate, Choice
    from pipeline.engine.seed import Seed
    from pipeline.engine.stream import ScoredWord

SCORES = ("top1", "top5", "top10", "mrr", "cosine", "perplexity", "coverage")
ABLATION = ("top1", "mrr", "perplexity")
LEAD = ("top1_difference", "perplexity_ratio")

# Columns of the table on written text: heading → measure of `engine.diversity`.
WRITING = {
    "distinct2": "distinct2",
    "repeated4": "repeated4",
    "copy": "longest_copy",
    "sentence": "sentence_length",
    "lengths off": "sentence_length_distance",
    "marks off": "punctuation_distance",
}


def status_lines(rows: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Yield a line a stage: state, seconds, size, reasons; rows as `explain.status_rows` makes."""
    for row in rows:
        seconds = "" if row["seconds"] is None else f"{row['seconds']:,.1f} s"
        size = "" if row["bytes"] is None else f"{row['bytes'] / 1e6:,.2f} MB"
        reasons = "; ".join(row["reasons"])
        yield f"{row['stage']:<10}{row['state']:<9}{seconds:>10}{size:>12}  {reasons}".rstrip()


def result_lines(evaluation: Evaluation) -> Iterator[str]:
    """Yield what a run came to: the scores on both held-out parts, the memories', the sample."""
    for part in ("validation", "test"):
        yield f"\n{part} chapters, never seen in training"
        yield from score_lines(evaluation.scores[part])
    yield "\nwhat the memories add on the test chapters, weights fitted on the validation chapters"
    yield from ablation_lines(evaluation.ablation["test"])
    yield from writing_lines(evaluation.writing)
    yield f"\n{evaluation.sample}\n"


def score_lines(models: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    """Yield the scores of one part as a table, a line a model, the most surprised one first.

    Where there are intervals, a line for each model and one for the comparison follow.
    """
    yield f"{'model':<17}" + "".join(f"{name:>11}" for name in SCORES)
    rows = sorted(models.items(), key=lambda item: -(item[1]["perplexity"] or 0))
    for model, scores in rows:
        yield f"{model:<17}" + "".join(f"{format_score(scores[name]):>11}" for name in SCORES)
    if all(scores["interval"] for _, scores in rows):
        yield from interval_lines(rows)


def ablation_lines(rows: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Yield what each memory adds on one part, a line a mixture with its weights."""
    yield f"{'mixture':<21}" + "".join(f"{name:>11}" for name in ABLATION) + "   weights"
    for row in rows:
        scores = "".join(f"{format_score(row[name]):>11}" for name in ABLATION)
        weights = "  ".join(f"{name} {share:.3f}" for name, share in row["weights"].items())
        yield f"{row['name']:<21}{scores}   {weights}"


def writing_lines(ways: Mapping[str, Mapping[str, float | None]]) -> Iterator[str]:
    """Yield the measures of written text as a table, a line a way of writing."""
    if ways:
        yield "\nwritten from held-out openings, beside what really follows them (held_out)"
        yield f"{'way':<12}" + "".join(f"{heading:>13}" for heading in WRITING)
    for way, measures in ways.items():
        yield f"{way:<12}" + "".join(
            f"{format_score(measures[name]):>13}" for name in WRITING.values()
        )


def interval_lines(rows: Sequence[tuple[str, Mapping[str, Any]]]) -> Iterator[str]:
    """Yield the 95 % intervals of models, and those of their leads on Kneser–Ney."""
    yield "95 % intervals, held-out chapters drawn with replacement:"
    for model, scores in rows:
        yield f"{model:<17}" + format_intervals(scores["interval"], ("top1", "perplexity"))
    yield "against kneser_ney_known:"
    for model, scores in rows:
        if lead := scores.get("against_kneser_ney_known"):
            yield f"{model:<17}" + format_intervals(lead, LEAD)


def format_intervals(intervals: Mapping[str, Sequence[float]], names: Sequence[str]) -> str:
    """Write intervals as `name low to high`, side by side."""
    return "   ".join(
        f"{name} {format_score(intervals[name][0])} to {format_score(intervals[name][1])}"
        for name in names
    )


def format_score(score: float | None) -> str:
    """Write a share or a ratio with four decimals, a perplexity with one."""
    if score is None:
        return "–"
    return f"{score:.4f}" if abs(score) < 10 else f"{score:,.1f}"


def setting_lines(rows: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Yield a line a setting: name, value, origin, description."""
    for row in rows:
        value = json.dumps(row["value"], ensure_ascii=False)
        yield f"{row['setting']} = {value}  ({row['origin']})"
        yield f"    {row['description']}"


def fact_line(facts: Mapping[str, Any]) -> str:
    """Return facts of an artifact in one line; those that are zero or empty are left out."""
    shown = {name: value for name, value in facts.items() if value not in (0, "", None)}
    return " · ".join(
        f"{name} {value:,}" if isinstance(value, int) else f"{name} {value}"
        for name, value in shown.items()
    )


def choice_line(choice: Choice) -> str:
    """Return a written word with the candidates for its place: word (cosine, probability)."""
    others = "  ".join(map(candidate_line, choice.candidates))
    return f"{candidate_line(choice)}  │  {others}"


def candidate_line(candidate: Candidate | Choice) -> str:
    """Return a word with its cosine and its probability."""
    return f"{show_word(candidate.word)} {candidate.cosine:+.2f} {candidate.probability:.3f}"


def show_word(word: str) -> str:
    """Return a word as it can be shown in a line."""
    return "¶" if word == PARAGRAPH_BREAK else word


def generation_json(
    seed_phrase: str, seed: Seed, samples: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    """Return samples, each of `rng_seed` and `choices`, as JSON values."""
    from pipeline.engine.generate import spell

    return {
        "seed_phrase": seed_phrase,
        "seed_words": list(seed.words),
        "dropped": list(seed.dropped),
        "stand_ins": [
            {"word": stand_in.word, "parts": [list(parts) for parts in stand_in.parts]}
            for stand_in in seed.stand_ins
        ],
        "samples": [
            {
                "rng_seed": sample["rng_seed"],
                "text": spell([c.word for c in sample["choices"]], previous=seed.words[-1]),
                "words": [choice_json(choice) for choice in sample["choices"]],
            }
            for sample in samples
        ],
    }


def choice_json(choice: Choice) -> dict[str, Any]:
    """Return a choice as JSON values."""
    row: dict[str, Any] = {
        "word": choice.word,
        "cosine": round(choice.cosine, 6),
        "probability": round(choice.probability, 8),
    }
    if choice.candidates:
        row["candidates"] = [
            {"word": c.word, "cosine": round(c.cosine, 6), "probability": round(c.probability, 8)}
            for c in choice.candidates
        ]
    return row


def scoring_lines(scored: Iterable[ScoredWord], *, json_lines: bool) -> Iterator[str]:
    """Yield a line a word as the words come, and a summary at the end; nothing before the first."""
    from pipeline.engine.stream import Tally

    tally = Tally()
    for word in scored:
        if not tally.words and not json_lines:
            yield f"{'rank':>7}{'log p':>10}{'cosine':>9}  word"
        tally.add(word)
        yield json.dumps(scored_json(word), ensure_ascii=False) if json_lines else scored_line(word)
    summary = tally.summary()
    yield json.dumps({"summary": summary}) if json_lines else summary_line(summary)


def scored_line(scored: ScoredWord) -> str:
    """Return a scored word in columns; the word comes last, as its width is uncertain."""
    word = show_word(scored.word)
    if scored.rank is None or scored.log_probability is None or scored.cosine is None:
        return f"{'–' if scored.known else 'unknown':>7}{'–':>10}{'–':>9}  {word}"
    return f"{scored.rank:>7}{scored.log_probability:>10.4f}{scored.cosine:>+9.4f}  {word}"


def scored_json(scored: ScoredWord) -> dict[str, Any]:
    """Return a scored word as JSON values; scores are null where there are none."""
    return {
        "word": scored.word,
        "known": scored.known,
        "rank": scored.rank,
        "log_probability": scored.log_probability and round(scored.log_probability, 6),
        "cosine": scored.cosine and round(scored.cosine, 6),
    }


def summary_line(summary: Mapping[str, int | float | None]) -> str:
    """Return the figures of a text in one line."""
    return "summary  " + "  ".join(
        f"{name} {value:,}" if isinstance(value, int) else f"{name} {format_score(value)}"
        for name, value in summary.items()
    )
