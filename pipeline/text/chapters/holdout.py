"""Which parts of a novel are held out for validation and for testing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import accumulate, pairwise

from pipeline.artifacts.corpus import Chapter
from pipeline.artifacts.segmentation import Part, Section
from pipeline.errors import DataError

LEAST_PARAGRAPHS = 3  # one section for each part
_LEAST_HELD_OUT = 0.5  # of an even share, for each part of a book of few chapters
_TRAINED = 0.8  # least share of the text that is trained on, unless less is asked for


def divide_parts(
    chapters: Sequence[Chapter],
    sizes: Sequence[int],
    *,
    every: int,
    validation: int,
    test: int,
) -> tuple[Section, ...]:
    """Give every chapter its part, such that four fifths of the text are left to train on.

    Chapters whose index modulo `every` is `validation` or `test` are held out; a book of fewer
    chapters gives up one for each, at the same relative place. Where that leaves less than four
    fifths, as in a book of three chapters, or where there are no three chapters, the text is cut
    into `every` stretches of about equal size, at paragraph ends, and the stretches of those
    numbers are held out: parts of chapters.

    Parameters
    ----------
    chapters : at least one
    sizes : the characters of each paragraph
    every, validation, test : `validation` ≠ `test`, both below `every`

    Returns
    -------
    tuple of Section
        Titles hold the volume's and the chapter's; pieces of a chapter are numbered.

    Raises
    ------
    DataError
        There are not even three paragraphs to divide.
    """
    whole = [(_titled(chapter), chapter.start, chapter.stop) for chapter in chapters]
    if len(chapters) >= LEAST_PARAGRAPHS:
        sections = _numbered_parts(whole, every=every, validation=validation, test=test)
        few = len(chapters) < every
        if enough_is_trained(sections, sizes, every=every) and not (
            few and _too_little(sections, sizes, every=every)
        ):
            return sections
    stretches = [(c.title, c.start, c.stop) for c in cut_stretches(sizes, count=every)]
    parted = _numbered_parts(stretches, every=every, validation=validation, test=test)
    return parted if len(chapters) == 1 else _cut_at_both(whole, parted)


def _titled(chapter: Chapter) -> str:
    r"""Return a chapter's title with its volume's before it.

    >>> _titled(Chapter("第三章 月", 0, 9, volume="第二卷 秋"))
    '第二卷 秋\\u3000第三章 月'
    """
    if not chapter.volume or chapter.title.startswith(chapter.volume):
        return chapter.title
    return f"{chapter.volume}\u3000{chapter.title}"


def _numbered_parts(
    stretches: Sequence[tuple[str, int, int]], *, every: int, validation: int, test: int
) -> tuple[Section, ...]:
    """Give stretches (title, start, stop) their parts by their index."""
    period = min(every, len(stretches))
    validation_index = validation * period // every
    test_index = test * period // every
    if validation_index == test_index:
        test_index = (validation_index + 1) % period
    parts: dict[int, Part] = {validation_index: "validation", test_index: "test"}
    return tuple(
        Section(title, start, stop, parts.get(index % period, "train"))
        for index, (title, start, stop) in enumerate(stretches)
    )


def enough_is_trained(sections: Sequence[Section], sizes: Sequence[int], *, every: int) -> bool:
    """Return whether four fifths of the characters train, or what two in `every` leave."""
    until = [0, *accumulate(sizes)]
    held_out = sum(until[s.stop] - until[s.start] for s in sections if s.part != "train")
    return held_out <= max(1 - _TRAINED, 2 / every) * until[-1] * (1 + 1e-9)


def _too_little(sections: Sequence[Section], sizes: Sequence[int], *, every: int) -> bool:
    """Return whether a held-out part is less than half of one in `every`."""
    until = [0, *accumulate(sizes)]
    held_out = {"validation": 0, "test": 0, "train": 0}
    for section in sections:
        held_out[section.part] += until[section.stop] - until[section.start]
    return min(held_out["validation"], held_out["test"]) < _LEAST_HELD_OUT / every * until[-1]


def _cut_at_both(
    chapters: Sequence[tuple[str, int, int]], parted: Sequence[Section]
) -> tuple[Section, ...]:
    """Cut the text where a chapter begins or the part changes; pieces of a chapter are numbered."""
    changes = [b.start for a, b in pairwise(parted) if a.part != b.part]
    bounds = sorted({start for _, start, _ in chapters} | set(changes) | {parted[-1].stop})
    sections: list[Section] = []
    chapter = part = 0
    for start, stop in pairwise(bounds):
        while chapters[chapter][2] <= start:
            chapter += 1
        while parted[part].stop <= start:
            part += 1
        sections.append(Section(chapters[chapter][0], start, stop, parted[part].part))
    return _number_pieces(sections, [start for _, start, _ in chapters])


def _number_pieces(sections: Sequence[Section], starts: Sequence[int]) -> tuple[Section, ...]:
    """Return the sections with numbers for those of chapters that were cut: 第一章（2）."""
    begins = set(starts)
    chapter_of = list(accumulate(section.start in begins for section in sections))
    pieces = Counter(chapter_of)
    result: list[Section] = []
    count = 0
    for section, chapter in zip(sections, chapter_of, strict=True):
        count = 1 if section.start in begins else count + 1
        title = f"{section.title}（{count}）" if pieces[chapter] > 1 else section.title
        result.append(Section(title, section.start, section.stop, section.part))
    return tuple(result)


def cut_stretches(sizes: Sequence[int], *, count: int) -> list[Chapter]:
    """Cut paragraphs of the given sizes into at most `count` stretches of about equal size."""
    if len(sizes) < LEAST_PARAGRAPHS:
        raise DataError(
            f"segment: expected chapters, or at least {LEAST_PARAGRAPHS} paragraphs, to hold some "
            f"out; got {len(sizes)}; put line ends between the paragraphs"
        )
    share = sum(sizes) / min(count, len(sizes))
    bounds = [0]
    total = 0
    for number, size in enumerate(sizes, 1):
        total += size
        left = len(sizes) - number
        if total >= share * len(bounds) or left <= LEAST_PARAGRAPHS - len(bounds):
            bounds.append(number)
    bounds[-1] = len(sizes)
    return [
        Chapter(f"第{number}段", start, stop)
        for number, (start, stop) in enumerate(pairwise(bounds), 1)
    ]
