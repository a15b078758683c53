"""Texts as counts and vectors: other words for one thing come near, and repetition adds little."""

from __future__ import annotations

import numpy as np
import pytest

from ml import synthetic, text
from ml.counting import TermCounter
from ml.words import WordVectors, static_vectors

TEXTS = [
    "Lithium-ion battery packs for electric scooters.",
    "Rooftop photovoltaic panels for schools",
    "Online lender for small shops",
    "Testing of batteries and chip packaging and test",
    "सौर ऊर्जा पंप",
    "",
]


@pytest.fixture(scope="module")
def vectors() -> WordVectors:
    described = synthetic.organizations(300)["description"].dropna().tolist()
    return WordVectors(n_corpus=16).fit([*TEXTS, *described])


def near(vectors: WordVectors, one: str, other: str) -> float:
    return float(np.prod(vectors.transform([one, other]), axis=0).sum())


@pytest.mark.parametrize(
    ("one", "same", "else_"),
    [
        ("solar modules", "photovoltaic panels", "loans for shops"),
        ("money lending", "credit for merchants", "battery cells"),
        ("physicians and clinics", "doctors in a hospital", "freight trucks"),
    ],
)
def test_other_words_for_one_thing_are_nearer_than_another_thing(vectors, one, same, else_):
    assert near(vectors, one, same) > near(vectors, one, else_) + 0.1


def test_vectors_are_of_length_one_or_nothing_where_a_text_says_nothing(vectors):
    lengths = np.linalg.norm(vectors.transform(TEXTS), axis=1)
    np.testing.assert_allclose(lengths, [1, 1, 1, 1, 1, 0], atol=1e-5)


def test_a_word_that_was_never_seen_still_has_a_meaning(vectors):
    assert "kindergarten" not in vectors.counter_.words_
    assert near(vectors, "kindergarten", "preschool for children") > near(vectors, "kindergarten", "diesel")


def test_a_text_alone_and_among_others_has_the_same_vector(vectors):
    together = vectors.transform(TEXTS)
    for at, alone in enumerate(TEXTS):
        np.testing.assert_allclose(vectors.transform([alone])[0], together[at], atol=1e-6)


def test_saying_a_thing_ten_times_moves_a_text_less_than_saying_another_thing(vectors):
    honest = "battery packs for scooters"
    assert near(vectors, honest, honest + " battery" * 10) > near(vectors, honest, honest + " and bread")


def test_the_same_texts_and_seed_give_the_same_vectors():
    one, other = (WordVectors(n_corpus=4, random_state=3).fit(TEXTS).transform(TEXTS) for _ in range(2))
    np.testing.assert_array_equal(one, other)


def test_counted_terms_are_those_of_the_reader():
    counter = TermCounter().fit(TEXTS)
    counted = counter.transform(TEXTS).terms
    for row, written in enumerate(TEXTS):
        found = {counter.names_[at] for at in counted[row].indices}
        assert found == set(text.terms(written))
    assert "=chip packaging and test" in {counter.names_[at] for at in counted[3].indices}


def test_no_words_have_no_vectors():
    assert static_vectors([]).shape == (0, 256)
