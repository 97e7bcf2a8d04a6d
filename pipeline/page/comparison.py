"""The page of a comparison: a heat map of models and texts, trees, and the figures as tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pipeline.page.document import document, note, section
from pipeline.page.markup import Markup, chinese, element, table
from pipeline.page.texts import Texts
from pipeline.page.texts_en import ENGLISH
from pipeline.page.texts_zh import CHINESE

Json = Mapping[str, Any]

_WIDTH = 820.0  # of a drawing, in its own units
_LABEL, _CELL, _ROW = 170.0, 92.0, 34.0  # of the heat map
_FEW = 7  # models whose figures stand in it; of more it shows colours alone
_SLANTED = 110.0  # height of names that stand aslant
_TREE_WIDTH, _TREE_ROW = 480.0, 28.0  # of the lines of a tree
_LONGEST = 12  # characters of a name in a drawing; the whole stands in its title


@dataclass(frozen=True)
class _Words:
    """What the page says in one language."""

    texts: Texts
    title: str
    about: str
    scores: str
    scores_note: str
    no_marks: str
    nearest: str
    nearest_note: str
    nearest_head: tuple[str, ...]
    whole: str
    amounts: tuple[str, str]
    trained: str
    unknown: str
    tree: str
    tree_note: str
    delta: str
    delta_note: str
    none: str


_ENGLISH = _Words(
    texts=ENGLISH,
    title="Comparison",
    about="How well models foretell texts, and which texts are near each other by that.",
    scores="Bits per character",
    scores_note=(
        "A row a text, a column a model. Scored are the chapters that are held out of each "
        "text{whole}. The darker, the worse a model is than the best one of the row. * the model "
        "was trained on the other chapters of the text; ! much of them stands in what it was "
        "trained on, and nothing is made of it. Below a figure stands its 95 % interval, chapters "
        "drawn with replacement; fewer than four chapters have none. A model that was trained on "
        "more foretells any text better: the last row tells on how many characters."
    ),
    no_marks="Words alone count: neither punctuation nor line ends.",
    nearest="Nearest",
    nearest_note=(
        "The models of other texts, the one that foretells a text best first. Where the interval "
        "of a lead holds 0, chapters like these do not tell which of the two is nearer."
    ),
    nearest_head=("text", "model", "bits per character", "lead on the next"),
    whole="; of a text that no model has read, all of them",
    amounts=("characters", "chapters"),
    trained="trained on",
    unknown="{share:.0%} unknown",
    tree="Tree",
    tree_note=(
        "How many bits per character worse each of two models foretells the other's text than its "
        "own model does, the mean of both; groups by the average of their members (UPGMA); of "
        "several models of one novel the best stands for it. Matter, "
        "length and edition count in it as well as who wrote."
    ),
    delta="Burrows’ Delta",
    delta_note=(
        "Of the same chapters: the mean difference of z-scores of the {words} most frequent words; "
        "means and standard deviations over all compared chapters."
    ),
    none="none",
)
_CHINESE = _Words(
    texts=CHINESE,
    title="比较",
    about="各个模型猜各篇文字猜得有多准，由此看哪些文字彼此相近。",
    scores="每字比特数",
    scores_note=(
        "每行一篇文字，每列一个模型。评的是每篇文字留出的章回{whole}。"
        "颜色越深，这个模型比同一行里最好的差得越多。* 表示模型是用这部书的其他章回训练的；"
        "! 表示这些章回有不少就在模型训练时读过的文字里，这个数不算数。"
        "数字下面是它的 95% 区间，由有放回地抽取章回得出；不到四回的没有。"
        "训练时读得多的模型猜什么都准些：最后一行是各个模型训练时读了多少字。"
    ),
    no_marks="只算词，不算标点和段落结束。",
    nearest="最相近的",
    nearest_note=(
        "别的书的模型，猜得最准的在前。领先的区间若包含 0，单凭这样几回看不出两者哪个更近。"
    ),
    nearest_head=("文字", "模型", "每字比特数", "比下一个领先"),
    whole="，模型都没读过的则是全文",
    amounts=("字数", "章回"),
    trained="训练字数",
    unknown="{share:.0%} 不认得",
    tree="树",
    tree_note=(
        "两个模型互相猜对方的书，各比对方自己的模型每字多用多少比特，取平均；各组之间取成员的平均（UPGMA）；"
        "一部书有几个模型时，取猜它猜得最准的那个。"
        "里面不只有谁写的，也有写的是什么、多长、什么版本。"
    ),
    delta="Burrows 的 Delta",
    delta_note=(
        "同样的章回：最常用的 {words} 个词的 z 分数之差的平均；均值和标准差取自参加比较的所有章回。"
    ),
    none="无",
)
_LANGUAGES = {"zh": _CHINESE, "en": _ENGLISH}


def comparison_page(found: Json, language: str) -> str:
    """Return the page in both languages, which opens in `language`: zh or en."""
    first = _LANGUAGES[language]
    others = [words for words in _LANGUAGES.values() if words is not first]
    versions = [
        (words.title, replace(words.texts, about=words.about), list(_sections(words, found)))
        for words in (first, *others)
    ]
    return document(versions)


def _sections(words: _Words, found: Json) -> Iterator[Markup]:
    """Yield all that is told in one language."""
    texts = words.texts
    told = words.scores_note.format(whole=words.whole if found["whole"] else "")
    told = told if found["marks"] else f"{told} {words.no_marks}"
    scores = (note(told), _heat_map(found), _score_table(words, found))
    yield section(texts, "scores", words.scores, *scores)
    yield section(texts, "nearest", words.nearest, note(words.nearest_note), _nearest(words, found))
    if found["tree"]:
        yield section(texts, "tree", words.tree, note(words.tree_note), _dendrogram(found["tree"]))
    if delta := found["delta"]:
        told = words.delta_note.format(words=len(delta["words"]))
        drawn = _dendrogram(delta["tree"])
        far = _delta_table(words, delta)
        yield section(texts, "delta", words.delta, note(told), drawn, far)


def _heat_map(found: Json) -> Markup:
    """Return the heat map: each text's scores, darker where they are worse than its best."""
    models = [own["name"] for own in found["models"]]
    few = len(models) <= _FEW
    cell = _CELL if few else (_WIDTH - _LABEL - _SLANTED / 2) / len(models)
    top = _ROW if few else _SLANTED
    heads = [_heading(name, _LABEL + cell * (p + 0.5), top, few) for p, name in enumerate(models)]
    most = max((_excess(text, own) for text in found["texts"] for own in text["scores"]), default=0)
    rows = [
        part
        for number, text in enumerate(found["texts"])
        for part in _heat_row(text, top + _ROW * number, cell, most or 1.0)
    ]
    return _drawing([*heads, *rows], top + _ROW * len(found["texts"]) + 4)


def _drawing(parts: Sequence[Markup], height: float) -> Markup:
    """Return a drawing of the usual width."""
    return element(
        "figure", element("svg", *parts, viewBox=f"0 0 {_WIDTH:g} {height:g}", role="img")
    )


def _heading(name: str, x: float, bottom: float, few: bool) -> Markup:
    """Return a model's name above its column: upright, or aslant where columns are narrow."""
    y = bottom - 0.35 * _ROW
    return _label(name, x, y, "middle" if few else "start", None if few else -40)


def _heat_row(text: Json, top: float, width: float, most: float) -> Iterator[Markup]:
    """Yield a text's name and its cells."""
    yield _label(text["name"], _LABEL - 8, top + _ROW * 0.65, "end")
    for place, own in enumerate(text["scores"]):
        left = _LABEL + width * place
        yield element(
            "rect",
            element("title", f"{text['name']} · {own['model']}: {_figure(own)}"),
            x=left + 1,
            y=top + 1,
            width=width - 2,
            height=_ROW - 2,
            fill="var(--accent)",
            fill_opacity=f"{0.06 + 0.6 * _excess(text, own) / most:.3f}",
            stroke="currentColor" if own["own"] else None,
            stroke_dasharray="4 3" if own["learnt"] else None,
        )
        if width == _CELL:
            where = {"x": left + width / 2, "y": top + _ROW * 0.65}
            yield element("text", _figure(own), text_anchor="middle", font_size="13", **where)


def _excess(text: Json, own: Json) -> float:
    """Return by how much a score is worse than the best that counts of its text."""
    told = [one["bits_per_character"] for one in text["scores"] if not one["learnt"]]
    best = min((bits for bits in told if bits is not None), default=None)
    bits = own["bits_per_character"]
    return 0.0 if best is None or bits is None or own["learnt"] else max(0.0, float(bits - best))


def _figure(own: Json) -> str:
    """Write a score with its mark."""
    bits = own["bits_per_character"]
    mark = "!" if own["learnt"] else "*" if own["own"] else ""
    return ("–" if bits is None else f"{bits:.3f}") + mark


def _label(name: str, x: float, y: float, anchor: str, turned: float | None = None) -> Markup:
    """Return a name in a drawing, cut where it is long, turned by so many degrees."""
    return element(
        "text",
        element("title", name),
        name if len(name) <= _LONGEST else name[: _LONGEST - 1] + "…",
        lang="zh",
        font_size="13",
        x=x,
        y=y,
        text_anchor=anchor,
        transform=None if turned is None else f"rotate({turned:g} {x:.1f} {y:.1f})",
    )


def _score_table(words: _Words, found: Json) -> Markup:
    """Return the scores with their intervals."""
    models = [own["name"] for own in found["models"]]
    rows = [
        [
            chinese(text["name"]),
            f"{text['characters']:,}",
            str(len(text["chapters"])),
            *(_score(words, own) for own in text["scores"]),
        ]
        for text in found["texts"]
    ]
    trained = [f"{own['characters']:,}" for own in found["models"]]
    heads = (words.nearest_head[0], *words.amounts, *models)
    return table(heads, [*rows, [words.trained, "", "", *trained]])


def _score(words: _Words, own: Json) -> Markup:
    """Return a score, its interval, and what the model does not know where that is much."""
    unknown = ""
    if own["strange"]:
        unknown = element("small", words.unknown.format(share=own["unseen_share"]))
    return Markup(element("span", _figure(own)) + _small(own["interval"]) + unknown)


def _small(interval: Sequence[float] | None) -> str:
    """Return an interval for below its figure."""
    return element("small", f"[{interval[0]:z.3f}, {interval[1]:z.3f}]") if interval else ""


def _nearest(words: _Words, found: Json) -> Markup:
    """Return the table of what is nearest to each text."""
    rows = []
    for text in found["texts"]:
        for own in text["nearest"]:
            bits = f"{own['bits_per_character']:.3f}"
            lead = "–" if own["lead"] is None else f"{own['lead']:z.3f}"
            told = Markup(element("span", lead) + _small(own["interval"]))
            rows.append([chinese(text["name"]), chinese(own["model"]), bits, told])
    return table(words.nearest_head, rows) if rows else note(words.none)


def _delta_table(words: _Words, delta: Json) -> Markup:
    """Return Delta between each two texts."""
    rows = [
        [chinese(" – ".join(own["texts"])), f"{own['delta']:.3f}"] for own in delta["distances"]
    ]
    return table((words.nearest_head[0], "Delta"), rows)


def _dendrogram(tree: Sequence[Json]) -> Markup:
    """Return a tree as a drawing: names to the left, heights to the right."""
    leaves = [*tree[-1]["left"], *tree[-1]["right"]] if tree else []
    top = max((own["height"] for own in tree), default=0) or 1.0
    place = {(name,): (0.0, _TREE_ROW * (row + 0.5)) for row, name in enumerate(leaves)}
    lines: list[Markup] = []
    for own in tree:
        x = _TREE_WIDTH * own["height"] / top
        ends = [place[tuple(own[side])] for side in ("left", "right")]
        points = [ends[0], (x, ends[0][1]), (x, ends[1][1]), ends[1]]
        middle = (ends[0][1] + ends[1][1]) / 2
        place[*own["left"], *own["right"]] = (x, middle)
        path = " ".join(f"{_LABEL + a:.1f},{b:.1f}" for a, b in points)
        lines.append(element("polyline", points=path, class_="curve"))
        where = {"x": _LABEL + x + 5, "y": middle - 4}
        lines.append(element("text", f"{own['height']:.3f}", class_="tick", **where))
    names = (
        _label(name, _LABEL - 8, _TREE_ROW * (row + 0.5) + 4, "end")
        for row, name in enumerate(leaves)
    )
    return _drawing([*names, *lines], _TREE_ROW * len(leaves))
