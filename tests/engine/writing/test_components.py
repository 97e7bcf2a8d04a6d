"""Which memories speak: by name, with weights of their own."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.artifacts.memories import Memories
from pipeline.engine.writing.components import choose_components, component_names
from pipeline.errors import SettingsError

MEMORIES = Memories(
    weights={"network": 0.5, "cache": 0.2, "ngram": 0.3},
    text_ids=np.empty(0, dtype=np.int32),
    chapters=(),
    subsets=({"network": 0.6, "cache": 0.4}, {"network": 1.0}),
)


def test_chosen_components_get_their_own_fitted_weights() -> None:
    assert choose_components(MEMORIES, ["cache"]).weights == {"network": 0.6, "cache": 0.4}
    assert choose_components(MEMORIES, []).weights == {"network": 1.0}
    assert choose_components(MEMORIES, ["ngram", "cache"]).weights == MEMORIES.weights


def test_without_weights_of_their_own_the_old_ones_keep_their_proportions() -> None:
    # 0.5 : 0.3
    found = choose_components(MEMORIES, ["ngram"]).weights
    assert found == pytest.approx({"network": 0.625, "ngram": 0.375})


def test_what_is_not_there_is_refused_by_name() -> None:
    with pytest.raises(SettingsError) as unknown:
        choose_components(MEMORIES, ["cache", "cahce"])
    assert str(unknown.value) == (
        "--memory: expected none or some of cache, topic, ngram, neighbours, got 'cahce'"
    )
    with pytest.raises(SettingsError) as absent:
        choose_components(MEMORIES, ["neighbours"])
    assert absent.value.command == "run-all --set remember.neighbours=true"
    assert str(absent.value) == (
        "--memory: expected one of what this writer has (cache, ngram), got neighbours"
    )


@pytest.mark.parametrize(
    ("text", "names"),
    [("none", ()), ("cache", ("cache",)), ("cache, ngram", ("cache", "ngram")), ("", ("",))],
)
def test_names_come_as_a_comma_list(text: str, names: tuple[str, ...]) -> None:
    assert component_names(text) == names
