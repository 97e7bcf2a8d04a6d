"""The proper names of a novel, rather too many than too few: what must not turn up in another.

`names.py` finds what the segmenter should keep whole, and `cast.py` who speaks. Here a name is what
the dictionary tags so, and what this novel uses far more often than Chinese does if it speaks or
could be a name by its form.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from pipeline.chinese import is_all_chinese
from pipeline.text.words.cast import could_be_name, main_characters
from pipeline.text.words.dictionary import dictionary_frequencies
from pipeline.text.words.tags import dictionary_tags

_SPEAKERS = 400  # at most
_NAME_TAGS = frozenset(("nr", "ns", "nt", "nz"))  # persons, places, bodies, other names
_TAGGED_COUNT = 3  # least occurrences of a word that is tagged as a name
_OWN_COUNT = 30  # least occurrences of one that nobody is seen to speak by
_OWN_FACTOR = 15  # how much more frequent the novel's own words are than in the dictionary's texts


def proper_names(lines: Sequence[str]) -> tuple[str, ...]:
    """Return what may be a name, the most frequent first; `lines` are words parted by spaces."""
    counts = Counter(word for line in lines for word in line.split(" "))
    words = [word for word in counts if len(word) > 1 and is_all_chinese(word)]
    tags, usual = dictionary_tags(words), dictionary_frequencies()
    scale = sum(counts.values()) / sum(usual.values())
    speaking = {word for word, _ in main_characters(lines, _SPEAKERS, frozenset(words))}
    found = set()
    for word in words:
        count = counts[word]
        tagged = tags.get(word, "")[:2] in _NAME_TAGS and count >= _TAGGED_COUNT
        own = count >= _OWN_FACTOR * scale * (usual.get(word, 0) + 1)
        named = word in speaking or (count >= _OWN_COUNT and could_be_name(word, tags))
        if tagged or (own and named):
            found.add(word)
    return tuple(sorted(found, key=lambda word: (-counts[word], word)))
