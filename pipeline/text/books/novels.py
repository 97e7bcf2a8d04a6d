"""A small catalogue of public-domain novels that can be named instead of a file."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class _Novel:
    """A novel of Project Gutenberg."""

    title: str
    number: int  # of the e-book

    @property
    def url(self) -> str:
        """Return the address of the plain UTF-8 text."""
        return f"https://www.gutenberg.org/cache/epub/{self.number}/pg{self.number}.txt"


NOVELS = {
    novel.title: novel
    for novel in (
        _Novel("红楼梦", 24264),
        _Novel("三国演义", 23950),
        _Novel("西游记", 23962),
        _Novel("水浒传", 23863),
    )
}
