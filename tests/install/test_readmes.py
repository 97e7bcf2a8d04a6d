"""README.zh-CN.md says what README.md says: the same sections, commands, tables and links."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field

import pytest
from pipelines import ROOT

ENGLISH, CHINESE = "README.md", "README.zh-CN.md"
LINK = re.compile(r"\]\(([^)\s]+)\)")
CODE = re.compile(r"`([^`]+)`")
COMMENT = re.compile(r"(^|\s+)#( .*)?$")  # of a shell or of Python: each language has its own
CELL = re.compile(r"(?<!\\)\|")


@dataclass
class Section:
    """A heading with what stands below it: what is in code, and what the prose is about."""

    level: int
    title: str
    lines: list[str] = field(default_factory=list)
    code: list[str] = field(default_factory=list)

    def spans(self) -> Counter[str]:
        """What stands in `code` within the prose, line ends in it aside."""
        prose = "\n".join(self.lines)
        return Counter(" ".join(span.split()) for span in CODE.findall(prose))

    def links(self) -> Counter[str]:
        """Where links lead to; a heading on the same page is told by its number."""
        return Counter(LINK.findall("\n".join(self.lines)))

    def rows(self) -> list[int]:
        """The table rows' numbers of cells, in their order."""
        return [len(CELL.split(line)) for line in self.lines if line.startswith("|")]


def sections(name: str) -> list[Section]:
    """A README's sections in their order."""
    found = [Section(0, "")]
    fenced = False
    for line in (ROOT / name).read_text(encoding="utf-8").splitlines():
        if line.startswith("```"):
            fenced = not fenced
            found[-1].code.append(line)
        elif fenced or line.startswith("    "):
            found[-1].code.append(COMMENT.sub("", line).rstrip())
        elif heading := re.fullmatch(r"(#+) (.*)", line):
            found.append(Section(len(heading[1]), heading[2]))
        else:
            found[-1].lines.append(line)
    return found


PAIRS = list(zip(sections(ENGLISH), sections(CHINESE), strict=False))
BELOW = pytest.mark.parametrize(("english", "chinese"), PAIRS, ids=[own.title for own, _ in PAIRS])


def test_both_have_the_same_headings() -> None:
    levels = {name: [own.level for own in sections(name)] for name in (ENGLISH, CHINESE)}
    side_by_side = "\n".join(f"{own.title} = {other.title}" for own, other in PAIRS)
    if levels[ENGLISH] != levels[CHINESE]:
        pytest.fail(f"a heading is missing in one of them; mend this first:\n{side_by_side}")


@BELOW
def test_code_blocks_are_the_same_but_for_comments(english: Section, chinese: Section) -> None:
    hold_together(english, Counter(english.code), Counter(chinese.code))
    assert chinese.code == english.code, "in another order"


@BELOW
def test_the_prose_names_the_same_commands_files_and_options(
    english: Section, chinese: Section
) -> None:
    hold_together(english, english.spans(), chinese.spans())


@BELOW
def test_tables_have_the_same_rows(english: Section, chinese: Section) -> None:
    own, other = english.rows(), chinese.rows()
    assert own == other, (
        f"{english.title}: {len(own)} rows of a table, and {len(other)} in {CHINESE}"
    )


@BELOW
def test_links_lead_to_the_same_places(english: Section, chinese: Section) -> None:
    hold_together(english, neutral(english.links(), ENGLISH), neutral(chinese.links(), CHINESE))


def hold_together(section: Section, english: Counter[str], chinese: Counter[str]) -> None:
    """Fail with what one of the two lacks."""
    lines = [f"only in {ENGLISH}: {text}" for text in (english - chinese).elements()]
    lines += [f"only in {CHINESE}: {text}" for text in (chinese - english).elements()]
    if lines:
        pytest.fail("\n".join([f"{section.title}:", *lines]), pytrace=False)


def neutral(links: Counter[str], page: str) -> Counter[str]:
    """Links with places on the page as the numbers of their headings, the other README as one."""
    numbers = {f"#{anchor(own.title)}": str(n) for n, own in enumerate(sections(page))}
    other = {ENGLISH: CHINESE, CHINESE: ENGLISH}[page]
    gone = [link for link in links if link.startswith("#") and link not in numbers]
    assert gone == []
    return Counter(
        "the other" if link == other else numbers.get(link, link) for link in links.elements()
    )


def anchor(title: str) -> str:
    """The place that GitHub gives a heading."""
    return re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")


def test_each_links_to_the_other_in_its_first_lines() -> None:
    for page, other in ((ENGLISH, CHINESE), (CHINESE, ENGLISH)):
        first = (ROOT / page).read_text(encoding="utf-8").splitlines()[:3]
        assert any(f"]({other})" in line for line in first)
