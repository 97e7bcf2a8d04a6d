"""What web pages leave in a text: tags, scripts, comments, readings above characters, entities.

A tag is cut only where it is one beyond doubt: it has a tag's grammar, and something closes it or
it is of a kind that nothing closes. `<A 级任务>`, `x<b` and `<I love you>` are the author's words.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

from pipeline.chinese import count_chinese
from pipeline.text.cleaning.lines import HIDDEN_END, NEW_END, replace_found
from pipeline.text.cuts import Cut

_LINE = f"[\n{HIDDEN_END}{NEW_END}]"
_ENTITY = re.compile(
    r"&(?:amp;){0,4}(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});"
    # without the semicolon only those that pages are full of, and that no word goes on from
    r"|&(?:amp;){0,4}(?:nbsp|[lr]dquo|[lr]squo|hellip|mdash|middot|quot|e[mn]sp|lt|gt|#\d{2,6})"
    r"(?![A-Za-z0-9;=])"
)
_SPACE = r"[ \t\u3000\n" + HIDDEN_END + "]"
_VALUE = r"""(?:"[^"<>]{0,500}"|'[^'<>]{0,500}'|[^\s"'<>=`]{1,300})"""
_FLAGS = "checked|selected|disabled|nowrap|noshade|hidden|readonly|async|defer"
_TAG = re.compile(
    rf"<(?P<close>/?)(?P<name>[A-Za-z][A-Za-z0-9]{{0,15}})"
    rf"(?P<given>(?:{_SPACE}{{1,20}}+[A-Za-z_:@][\w:.\-]{{0,40}}+"
    rf"(?:{_SPACE}{{0,5}}={_SPACE}{{0,5}}{_VALUE})"
    rf"|{_SPACE}{{1,20}}+(?:{_FLAGS})(?![\w\-])){{0,20}}+){_SPACE}{{0,20}}+(?P<empty>/?)>",
    re.ASCII,
)
_BLOCK_NAMES = """
    p div li tr dd dt dl ul ol table tbody thead h1 h2 h3 h4 h5 h6 blockquote section article
    header footer nav main center pre form select option body html head title figure hr br
"""
_INLINE_NAMES = """
    a abbr b big cite code del em font i ins label s small span strike strong sub sup u td th
    ruby rb rt rp rtc button iframe object noscript meta link img input wbr base
"""
_BLOCKS, _INLINE = frozenset(_BLOCK_NAMES.split()), frozenset(_INLINE_NAMES.split())
_VOID = frozenset({"br", "hr", "img", "input", "link", "meta", "wbr", "base"})
_NEVER_CLOSED = frozenset({"p", "li", "td", "th", "tr", "dd", "dt", "option"})  # as HTML lets them
_REGULAR = 3  # so many tags make a text one that has them

_COMMENT = re.compile(r"<!--(?:(?!<!--|-->).){0,4000}?-->", re.DOTALL)
_DECLARATION = re.compile(r"<!doctype\b[^<>]{0,400}>|<\?xml\b[^<>]{0,200}\?>", re.IGNORECASE)
_READING = re.compile(
    rf"<(?P<kind>rt|rp)\b[^<>]{{0,100}}>(?P<held>[^<>]{{0,60}})"
    rf"(?:</(?P=kind){_SPACE}{{0,5}}>|(?=<(?:rt|rp)\b|</(?:ruby|rtc)\b))",
    re.IGNORECASE,
)
_HOLDER = re.compile(r"<(script|style|select|noscript)\b", re.IGNORECASE)
_HOLDER_END = {
    name: re.compile(rf"</{name}\s*>", re.IGNORECASE)
    for name in ("script", "style", "select", "noscript")
}
_MOST_HELD = 100_000  # characters of a script or a list; what is longer has lost its end
_LOOKED_AT = 2_000  # of these characters
_FEW_CHINESE, _CHINESE_SHARE = 100, 0.5  # of them may be Chinese, or it is prose
_MOST_GIVEN = 500  # characters of its opening tag
_WHOLE = re.compile(r".*", re.DOTALL)


def cut_markup(text: str) -> tuple[str, list[Cut]]:
    """Return a text without markup, with `NEW_END` where tags part lines, and what was cut."""
    cuts: list[Cut] = []
    if "<" in text:
        text, cuts = _cut_tags(text)
    if "&" in text:
        text, more = replace_found(text, _ENTITY.finditer(text), "entity", _unescape)
        cuts += more
        if more and any("<" in html.unescape(cut.text) for cut in more):
            text, escaped = _cut_tags(text)  # a page that was escaped as a whole
            cuts += escaped
    return text, cuts


def _unescape(found: re.Match[str]) -> str:
    """Return the character that an entity stands for, however often it was escaped."""
    old = found.group()
    name = re.sub(r"^&(?:amp;)+", "&", old) if old != "&amp;" else old
    new = html.unescape(name.rstrip(";") + ";")
    if new in ("\n", "\r"):
        return NEW_END
    return old if len(new) > 2 else new  # not a name that stands for anything


def _cut_tags(text: str) -> tuple[str, list[Cut]]:
    """Cut comments, scripts, readings and tags, in this order."""
    cuts: list[Cut] = []
    for reason, finder in (
        ("comment", _COMMENT.finditer),
        ("declaration", _DECLARATION.finditer),
        ("script", _find_held),
        ("reading", _READING.finditer),
    ):
        text, more = replace_found(text, finder(text), reason, lambda _: "")
        cuts += more
    tags = list(_find_tags(text))
    text, more = replace_found(text, tags, "tag", _after_tag)
    return text, cuts + more


def _after_tag(tag: re.Match[str]) -> str:
    """Return what stands in a tag's place: the end of a line where a page begins a new one."""
    return NEW_END if tag["name"].lower() in _BLOCKS else ""


def _find_held(text: str) -> Iterator[re.Match[str]]:
    """Yield scripts, style sheets and lists to choose from, with what they hold.

    Each character is looked at a fixed number of times, however many tags there are: what closes
    none does not close the next either.
    """
    done = 0
    ends: dict[str, re.Match[str] | None] = {}  # by name, the closing tag found last
    for opening in _HOLDER.finditer(text):
        name = opening[1].lower()
        body = text.find(">", opening.end(), opening.end() + _MOST_GIVEN)
        if opening.start() < done or body < 0:
            continue
        end = ends.get(name)
        if name not in ends or (end is not None and end.start() < body):
            end = ends[name] = _HOLDER_END[name].search(text, body)
        if end is None or end.end() - opening.start() > _MOST_HELD:
            continue
        if _is_prose(text[body : min(end.start(), body + _LOOKED_AT)]):
            continue
        done = end.end()
        if found := _WHOLE.match(text, opening.start(), done):
            yield found


def _is_prose(held: str) -> bool:
    """Return whether what a script or a list would hold is a text for readers."""
    return count_chinese(held) > max(_FEW_CHINESE, _CHINESE_SHARE * len(held))


def _find_tags(text: str) -> Iterator[re.Match[str]]:
    """Yield what is a tag beyond doubt, in order."""
    found = [tag for tag in _TAG.finditer(text) if tag["name"].lower() in _BLOCKS | _INLINE]
    paired = _pair(found)
    regular = len(paired) + sum(_tells_itself(tag) for tag in found) >= _REGULAR
    loose: dict[str, int] = {}
    for index, tag in enumerate(found):
        if index not in paired:
            loose[tag["name"].lower()] = loose.get(tag["name"].lower(), 0) + 1
    for index, tag in enumerate(found):
        name = tag["name"].lower()
        often = loose.get(name, 0) >= _REGULAR and (name in _VOID or name in _NEVER_CLOSED)
        at_an_end = _at_an_end(text, tag) and (regular or name in ("br", "hr"))
        closes = regular and tag["close"]
        if index in paired or _tells_itself(tag) or often or at_an_end or closes:
            yield tag


def _tells_itself(tag: re.Match[str]) -> bool:
    """Return whether a tag needs no other: it has values, or is closed in itself."""
    return bool(tag["given"]) or (bool(tag["empty"]) and tag["name"].lower() in _VOID)


def _at_an_end(text: str, tag: re.Match[str]) -> bool:
    """Return whether a tag stands at the beginning or end of a line."""
    before, after = text[max(0, tag.start() - 1) : tag.start()], text[tag.end() : tag.end() + 1]
    return not before or not after or bool(re.match(_LINE, before) or re.match(_LINE, after))


def _pair(found: list[re.Match[str]]) -> set[int]:
    """Return the indices of tags that open and close one another."""
    paired: set[int] = set()
    waiting: dict[str, list[int]] = {}
    for index, tag in enumerate(found):
        name = tag["name"].lower()
        if name in _VOID:
            continue
        if not tag["close"]:
            waiting.setdefault(name, []).append(index)
        elif waiting.get(name):
            paired.update((waiting[name].pop(), index))
    return paired
