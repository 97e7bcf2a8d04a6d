"""Evidence for the words of a mixture: passages of the novel whose model said most for each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from pipeline.engine.memories.mixed import MixedModel
from pipeline.engine.writing.evidence import Evidence, evidence_for
from pipeline.engine.writing.generate import Choice


def find_mixed_evidence(
    choices: Iterable[Choice],
    seed_ids: Sequence[int],
    *,
    mixture: MixedModel,
    rare_words: Mapping[str, Sequence[str]],
) -> Iterator[tuple[Choice, Evidence]]:
    """Yield each written word, as it comes, with the passages that speak for it.

    What a passage tells as its chapter begins with the model's name. For the rest see
    `find_evidence`.

    Parameters
    ----------
    choices : iterable of Choice
    seed_ids : sequence of int
        The ids before the first of them.
    mixture : MixedModel
        What writes.
    rare_words : model → sequence of str
        The words of its training chapters that its vocabulary lacks, in order.
    """
    history = list(seed_ids)
    for choice in choices:
        number = mixture.speaker_of(choice.shares)
        part, own_id = mixture.parts[number], mixture.own_id(number, choice.word_id)
        found: Evidence = ()
        if own_id is not None:
            before = mixture.own_ids(number, history[-part.model.steps :])
            found = evidence_for(own_id, choice.vector, before, part.model, rare_words[part.name])
        yield (
            choice,
            tuple(
                (replace(passage, chapter=f"{part.name} {passage.chapter}"), quote)
                for passage, quote in found
            ),
        )
        history.append(choice.word_id)
