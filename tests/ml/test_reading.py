"""Words, tags, stages and money as people write them."""

from __future__ import annotations

import pytest

from ml import structure, synthetic, tags, text


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("We run an OSAT test floor", "packaging and testing of chips"),
        ("battery recycling", "Batteries, recycled"),
        ("सौर ऊर्जा पंप", "पंप"),
        ("CNC-machined parts", "precision machining"),
    ],
)
def test_other_words_for_the_same_thing_share_a_term(one, other):
    assert set(text.terms(one)) & set(text.terms(other))


def test_filler_has_no_terms():
    assert text.terms("We are a leading global provider of innovative solutions") == []


def test_unreadable_characters_are_taken_out():
    assert text.clean("a\x00b\ud800c") == "a b c"
    assert text.clean(None) == text.clean(float("nan")) == ""


def test_lines_are_distinct_trimmed_and_limited():
    assert text.lines("- one\n\n one \n* two\n" + "x" * 999, most=3) == ["one", "two", "x" * 300]


def test_tags_meet_in_one_spelling_and_wide_ones_are_dropped():
    assert tags.labelled(["E-Commerce", "eCommerce", "Other", "data / AI", "clean_energy"]) == {
        "ecommerce": "E-Commerce",
        "data": "data",
        "artificialintelligence": "AI",
        "cleanenergy": "clean energy",
    }


@pytest.mark.parametrize(
    ("words", "levels"),
    [
        ("series_a", ("series_a",)),
        ("Pre-Series A", ("seed",)),
        ("Seed/ Angel Funding", ("seed",)),
        ("Series++", ("series_b", "series_c")),
        ("Pre-seed", ("pre_seed",)),
        ("Debt Funding", ()),
        (None, ()),
    ],
)
def test_stage_words_find_their_rung(words, levels):
    assert structure.stage_levels(words) == levels


@pytest.mark.parametrize(
    ("words", "cents"),
    [
        ("$100K - $2M", (10_000_000, 200_000_000)),
        ("$1KK - 5M", (100_000_000, 500_000_000)),
        ("$50K", (5_000_000, 5_000_000)),
        ("$0 - $0", None),
        ("$INR 20-25 lacs", None),
        ("call us", None),
    ],
)
def test_cheque_ranges_are_read_in_cents(words, cents):
    assert structure.cheque_range(words) == cents


def test_synthetic_organizations_are_the_same_for_the_same_seed():
    assert synthetic.organizations(30, 1).equals(synthetic.organizations(30, 1))
    assert not synthetic.organizations(30, 1).equals(synthetic.organizations(30, 2))
