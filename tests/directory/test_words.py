"""A changed text is searched as if it were in the index."""

from hypothesis import given
from hypothesis import strategies as st

from app.directory.words import Words, holds, parts

_LETTERS = "ab é-–(\"'.\tि&,"


@given(st.text(_LETTERS, max_size=14), st.text("abé-(ि.", min_size=1, max_size=3))
def test_a_short_word_is_found_where_a_word_or_a_part_of_one_begins(text: str, word: str) -> None:
    assert holds(text, word) == any(part.startswith(word) for part in parts(text))


@given(st.lists(st.text(_LETTERS, max_size=14), max_size=5), st.text("abéि", min_size=1, max_size=6))
def test_the_index_finds_who_holds_a_word(texts: list[str], word: str) -> None:
    holding = {row for row, text in enumerate(texts) if holds(text, word)}
    assert set(Words(texts).rows_with(word).tolist()) == holding
