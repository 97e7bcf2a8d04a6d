"""Opening a model: every fact and every number is bounded before anything is done with it.

What a bound is for: no number can ask for more memory than the file has, none leads out of an
array, none becomes infinite in the network, and no text does anything to a terminal.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.artifacts import checks
from pipeline.artifacts.checks import Bounds
from pipeline.artifacts.layers import take_upper, upper_shapes
from pipeline.artifacts.memories import Memories, Neighbours, check_weights, in_order
from pipeline.artifacts.model import RARE, SCHEMA, SCORES, Card, Cutting, NovelModel
from pipeline.artifacts.network import ARRAYS, Network
from pipeline.artifacts.ngram import LEVEL_ARRAYS, KneserNey, Level
from pipeline.artifacts.tensorfile import read_facts, read_tensor_file
from pipeline.errors import ArtifactDamaged

if TYPE_CHECKING:
    from numpy.typing import NDArray

FACTS = ("schema", "sha256", "words", "network", "memories", "chapters", "examples", "cutting")
WORDS, WORD = 2_000_000, 64  # words of a vocabulary, characters of one
PHRASE, TITLE, NOTE = 1_000, 200, 1_000  # characters of a phrase, a title, a note
CHAPTERS, ENTRIES = 100_000, 1_000_000  # of a novel; of a user dictionary, of names
STEPS, LAYERS, ORDER = 1_000, 8, 8
LARGE = 1e6  # no weight of a network and no factor is larger
UNIT = 1.01  # the largest number in a row of length one, rounded to float16
DIGEST = 64


def load_model(path: Path) -> NovelModel:
    """Map a model's file and check all that it holds.

    Raises
    ------
    ArtifactDamaged
        It is no model, or one of a newer schema, or a value in it is out of bounds: which, in one
        line.
    OSError
        It cannot be read.
    """
    mapped = read_tensor_file(path)
    try:
        return check_model(mapped.tensors, mapped.facts)
    finally:
        mapped.verify()  # first of all complaints: of damage, the others only show where


def check_model(tensors: Mapping[str, NDArray[Any]], facts: Mapping[str, Any]) -> NovelModel:
    """Put a model together from arrays and facts, all of which are checked."""
    check_schema(facts)
    checks.table("facts", facts, (*FACTS, "card"))
    words = read_words(facts["words"])
    network = checks.table(
        "network", facts["network"], ("scale", "prior_weight", "steps", "suffixes", "layers")
    )
    layers = checks.whole("network.layers", network["layers"], 1, LAYERS)
    memory = read_memory_facts(facts["memories"])
    checks.arrays(tensors, all_bounds(tensors, len(words), layers, memory))
    return NovelModel(
        network=Network(
            words=words,
            scale=checks.number("network.scale", network["scale"], 0, LARGE),
            prior_weight=checks.number(
                "network.prior_weight", network["prior_weight"], -LARGE, LARGE
            ),
            steps=checks.whole("network.steps", network["steps"], 1, STEPS),
            examples=checks.texts("examples", facts["examples"], 100, PHRASE),
            suffixes=checks.flag("network.suffixes", network["suffixes"]),
            upper_layers=take_upper(tensors),
            **{name: tensors[name] for name in ARRAYS},
        ),
        memories=join_memories(memory, tensors, facts["chapters"]),
        cutting=read_cutting(facts["cutting"]),
        card=read_card(facts["card"]),
        rare_text=tensors[RARE],
    )


def load_card(path: Path) -> tuple[Card, int]:
    """Return what a model says of itself and the size of its vocabulary, without its arrays.

    The digest is not compared: that takes reading all of the file.
    """
    facts = read_facts(path)
    check_schema(facts)
    checks.table("facts", facts, (*FACTS, "card"))
    return read_card(facts["card"]), len(checks.listed("words", facts["words"], WORDS))


def check_schema(facts: Mapping[str, Any]) -> None:
    """Refuse a model of another schema."""
    schema = checks.whole("schema", facts.get("schema"), 1, 2**31)
    if schema != SCHEMA:
        raise ArtifactDamaged(f"schema {schema}, expected {SCHEMA}: made by a newer xuxie")


def read_words(value: Any) -> tuple[str, ...]:
    """Return the vocabulary."""
    words = checks.texts("words", value, WORDS, WORD, least=1)
    if not words or len(set(words)) != len(words):
        raise ArtifactDamaged("words: expected at least one, none twice, got otherwise")
    return words


def read_memory_facts(value: Any) -> dict[str, Any]:
    """Return the facts about the memories, in bounds; `join_memories` checks the weights."""
    keys = ("weights", "subsets", "cache_words", "cache_sharpness", "ngram_order", "neighbours")
    facts = checks.table("memories", value, keys)
    for weights in (facts["weights"], *checks.listed("memories.subsets", facts["subsets"], 16)):
        if not isinstance(weights, dict) or len(weights) > LAYERS:
            raise checks.refuse("memories.weights", "component → share", weights)
        for share in weights.values():
            checks.number("memories.weights", share, 0, 1)
    checks.whole("memories.cache_words", facts["cache_words"], 1, 100_000)
    checks.number("memories.cache_sharpness", facts["cache_sharpness"], 0, 40)
    if facts["ngram_order"] is not None:
        checks.whole("memories.ngram_order", facts["ngram_order"], 2, ORDER)
    if facts["neighbours"] is not None:
        near = checks.table("memories.neighbours", facts["neighbours"], ("count", "sharpness"))
        checks.whole("memories.neighbours.count", near["count"], 1, 10_000)
        checks.number("memories.neighbours.sharpness", near["sharpness"], 0, 1_000)
    return facts


def all_bounds(
    tensors: Mapping[str, NDArray[Any]], words: int, layers: int, memory: Mapping[str, Any]
) -> dict[str, Bounds]:
    """Return what each array must be, given V and what the facts say there is.

    H, E, the tokens, the places and the n-grams of each order are as many as the arrays say that
    are first to name them.
    """
    hidden, size = sizes_of(tensors, "projection_kernel", 2)
    (tokens,), (rare,) = sizes_of(tensors, "text_ids", 1), sizes_of(tensors, RARE, 1, least=0)
    weights = {
        "recurrent_kernel": (hidden, 4 * hidden),
        "projection_kernel": (hidden, size),
        "projection_bias": (size,),
        "gate_table": (words + 1, 4 * hidden),
        **upper_shapes(layers - 1, hidden),
    }
    bounds = {name: Bounds("float32", shape, -LARGE, LARGE) for name, shape in weights.items()}
    bounds["output_vectors"] = Bounds("float32", (words, size), -UNIT, UNIT)
    bounds["log_prior"] = Bounds("float32", (words,), -LARGE, 0)
    bounds["text_ids"] = Bounds("int32", (tokens,), -1, 2 * words)
    bounds[RARE] = Bounds("uint8", (rare,), 0, 255)
    if memory["ngram_order"]:
        bounds |= ngram_bounds(tensors, words, memory["ngram_order"])
    if memory["neighbours"]:
        (found,) = sizes_of(tensors, "neighbours.positions", 1)
        bounds["neighbours.positions"] = Bounds("int32", (found,), 0, tokens - 1)
        bounds["neighbours.keys"] = Bounds("float16", (found, size), -UNIT, UNIT)
    return bounds


def ngram_bounds(tensors: Mapping[str, NDArray[Any]], words: int, order: int) -> dict[str, Bounds]:
    """Return what the arrays of the n-gram model must be."""
    histories = words + 1
    bounds = {"ngram.unigram": Bounds("float32", (histories,), 0, 1)}
    for k in range(2, order + 1):
        (grams,) = sizes_of(tensors, f"ngram.{k}.keys", 1, least=0)
        bounds |= {
            f"ngram.{k}.keys": Bounds("int64", (grams,), 0, histories * (words + 1) - 1),
            f"ngram.{k}.weights": Bounds("float32", (grams,), 0, UNIT),
            f"ngram.{k}.offsets": Bounds("int64", (histories + 1,), 0, grams),
            f"ngram.{k}.backoff": Bounds("float32", (histories,), 0, UNIT),
        }
        histories = grams
    return bounds


def sizes_of(
    tensors: Mapping[str, NDArray[Any]], name: str, axes: int, least: int = 1
) -> tuple[int, ...]:
    """Return an array's sizes, of which there must be so many, each of at least so much."""
    found = tensors.get(name)
    if found is None or found.ndim != axes or min(found.shape) < least:
        got = "none" if found is None else str(found.shape)
        raise ArtifactDamaged(f"array {name}: expected one of {axes} axes, got {got}")
    return found.shape


def join_memories(
    facts: Mapping[str, Any], tensors: Mapping[str, NDArray[Any]], chapters: Any
) -> Memories:
    """Put the memories together from arrays in bounds."""
    near, text_ids = facts["neighbours"], tensors["text_ids"]
    if near:
        following = text_ids[tensors["neighbours.positions"]]  # (P,)
        if following.min() < 0 or following.max() >= len(tensors["log_prior"]):
            raise ArtifactDamaged("array neighbours.positions: expected places of known words")
    memories = Memories(
        weights=in_order(facts["weights"]),
        cache_words=facts["cache_words"],
        cache_sharpness=float(facts["cache_sharpness"]),
        text_ids=text_ids,
        chapters=read_chapters(chapters, len(text_ids)),
        ngram=join_ngram(tensors, facts["ngram_order"]) if facts["ngram_order"] else None,
        neighbours=near
        and Neighbours(
            keys=tensors["neighbours.keys"],
            positions=tensors["neighbours.positions"],
            count=near["count"],
            sharpness=float(near["sharpness"]),
        ),
        subsets=tuple(map(in_order, facts["subsets"])),
    )
    check_weights(memories)
    return memories


def join_ngram(tensors: Mapping[str, NDArray[Any]], order: int) -> KneserNey:
    """Put the n-gram model together; refuse one whose n-grams are out of order."""
    levels = []
    unigram = tensors["ngram.unigram"]
    for k in range(2, order + 1):
        level = Level(**{name: tensors[f"ngram.{k}.{name}"] for name in LEVEL_ARRAYS})
        check_level(f"ngram.{k}", level, base=len(unigram))
        levels.append(level)
    if not unigram[:-1].sum() > 0:
        raise ArtifactDamaged("array ngram.unigram: expected a word that may come, got none")
    return KneserNey(unigram=unigram, levels=tuple(levels))


def check_level(name: str, level: Level, *, base: int) -> None:
    """Refuse k-grams that are not sorted, or do not lie where their history's offsets say."""
    import numpy as np

    keys, offsets = level.keys, level.offsets
    if not (keys[1:] > keys[:-1]).all():
        raise ArtifactDamaged(f"array {name}.keys: expected to rise, got otherwise")
    starts, stops = offsets[:-1], offsets[1:]
    if offsets[0] != 0 or offsets[-1] != len(keys) or (stops < starts).any():
        raise ArtifactDamaged(
            f"array {name}.offsets: expected to rise from 0 to {len(keys):,}, got otherwise"
        )
    histories = np.flatnonzero(stops > starts)  # those that something follows
    first, last = keys[starts[histories]], keys[stops[histories] - 1]
    if (first < histories * base).any() or (last >= (histories + 1) * base).any():
        raise ArtifactDamaged(f"array {name}.keys: expected them below their history, got others")


def read_chapters(value: Any, tokens: int) -> tuple[tuple[str, int, int], ...]:
    """Return the training chapters, in order."""
    chapters, end = [], 0
    for chapter in checks.listed("chapters", value, CHAPTERS):
        if not isinstance(chapter, list) or len(chapter) != 3:
            raise checks.refuse("chapters", "title, start and stop", chapter)
        start = checks.whole("chapters", chapter[1], end, tokens)
        end = checks.whole("chapters", chapter[2], start, tokens)
        chapters.append((checks.text("chapters", chapter[0], PHRASE), start, end))
    return tuple(chapters)


def read_cutting(value: Any) -> Cutting:
    """Return how the novel was cut."""
    facts = checks.table("cutting", value, ("engine", "user_words", "names", "simplified"))
    if facts["engine"] not in ("rjieba", "jieba"):
        raise checks.refuse("cutting.engine", "rjieba or jieba", facts["engine"])
    user_words = []
    for entry in checks.listed("cutting.user_words", facts["user_words"], ENTRIES):
        if not isinstance(entry, list) or len(entry) != 3:
            raise checks.refuse("cutting.user_words", "word, frequency and tag", entry)
        word, frequency, tag = entry
        user_words.append(
            (
                checks.text("cutting.user_words", word, PHRASE),
                None if frequency is None else checks.whole("frequency", frequency, 1, 10**9),
                None if tag is None else checks.text("tag", tag, WORD),
            )
        )
    return Cutting(
        engine=facts["engine"],
        user_words=tuple(user_words),
        names=checks.texts("cutting.names", facts["names"], ENTRIES, WORD, least=1),
        simplified=checks.flag("cutting.simplified", facts["simplified"]),
    )


def read_card(value: Any) -> Card:
    """Return what the model says of itself."""
    card = checks.table("card", value, Card.__dataclass_fields__)
    scores = card["scores"]
    if scores is not None:
        for name, score in checks.table("card.scores", scores, SCORES).items():
            if score is not None:
                checks.number(f"card.scores.{name}", score, 0, 1e12)
    return Card(
        title=checks.text("card.title", card["title"], TITLE),
        source_digest=checks.text("card.source_digest", card["source_digest"], DIGEST),
        seed_phrase=checks.text("card.seed_phrase", card["seed_phrase"], PHRASE),
        made_with=read_pairs("card.made_with", card["made_with"]),
        licence_note=checks.text("card.licence_note", card["licence_note"], NOTE),
        settings=read_pairs("card.settings", card["settings"]),
        settings_digest=checks.text("card.settings_digest", card["settings_digest"], DIGEST),
        origin=checks.text("card.origin", card["origin"], DIGEST),
        scores=scores,
    )


def read_pairs(name: str, value: Any) -> dict[str, Any]:
    """Return name → text, number or truth value, few and short."""
    if not isinstance(value, dict) or len(value) > PHRASE:
        raise checks.refuse(name, "a few names and values", value)
    for key, own in value.items():
        checks.text(name, key, WORD)
        if isinstance(own, str):
            checks.text(f"{name} {key}", own, PHRASE)
        elif type(own) is not bool:
            checks.number(f"{name} {key}", own, -1e15, 1e15)
    return value
