"""Stop strings: what is sent is the text up to the first, and never a part of one."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pipeline.desk.api.pieces import Piece, text_of
from pipeline.desk.api.stops import Stops

texts = st.text("甲乙", min_size=1, max_size=3)


def piece(text: str) -> Piece:
    return Piece(text, 0, 0.0)


@given(
    st.lists(texts, max_size=12), st.lists(st.text("甲乙", max_size=4), max_size=3), st.booleans()
)
def test_a_text_ends_at_the_first_stop_string_that_is_complete(
    pieces: list[str], stops: list[str], keep: bool
) -> None:
    held = Stops(stops, keep=keep)
    sent: list[Piece] = []
    text, expected, found = "", "".join(pieces), ""
    for own in pieces:
        text += own
        sent += held.take(piece(own))
        assert text.startswith(text_of(sent))
        places = [(text.find(stop), stop) for stop in stops if stop and stop in text]
        if places:
            place, found = min(places)
            expected = text[: place + (len(found) if keep else 0)]
            break
    sent += held.rest()
    assert (text_of(sent), held.found) == (expected, found)


def test_only_what_may_belong_to_a_stop_string_is_held() -> None:
    held = Stops(["乙丙丁"])
    assert text_of(held.take(piece("甲"))) == "甲"
    assert held.take(piece("甲乙")) == []
    assert held.take(piece("丙")) == []
    assert [own.text for own in held.take(piece("甲"))] == ["甲乙", "丙", "甲"]
    assert [own.text for own in held.take(piece("丁乙"))] == []
    assert [own.text for own in held.take(piece("丙丁甲"))] == ["丁"]
    assert held.found == "乙丙丁"
