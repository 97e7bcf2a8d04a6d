"""Cutting a text as a model's novel was cut: by the same segmenter, with the same words."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pipeline.engine.bundle.model import Cutting
    from pipeline.text.words.segment import Cut


def trained_cut(cutting: Cutting) -> Cut:
    """Return the segmenter that cut the novel, with the user's words and the names found in it."""
    from pipeline.text.words.dictionary import UserWord
    from pipeline.text.words.segment import make_cut

    own = (UserWord(*entry) for entry in cutting.user_words)
    names = (UserWord(name) for name in cutting.names)
    return make_cut("jieba" if cutting.engine == "jieba" else "rjieba", (*own, *names))


def trained_script(cutting: Cutting) -> Callable[[str], str] | None:
    """Return what turns traditional characters into simplified ones, if the novel's were."""
    if not cutting.simplified:
        return None
    from pipeline.text.cleaning.script import to_simplified

    return lambda text: to_simplified([text])[0]
