"""Advice in words."""

from __future__ import annotations

import pytest

from app.matching import coaching
from app.organizations.models import Organization
from ml.additions import FULL
from ml.coach import FIELDS

EXAMPLES = {"technologies": "semiconductors", "certifications": "ISO 9001"}


@pytest.mark.parametrize("field", FIELDS)
def test_every_field_the_coach_knows_can_be_said_and_is_a_column(app, field) -> None:
    suggestion = EXAMPLES.get(field, "100% wafers") if field in FULL else ""
    with app.test_request_context():
        (tip,) = coaching.tips([{"field": field, "suggestion": suggestion, "gained": 4, "examples": [7]}])
    assert tip.sentence.endswith(".")
    assert "None" not in tip.sentence
    assert tip.reach == "About 4 more organizations would then fit you well, and you them."
    assert hasattr(Organization, tip.column)


@pytest.mark.parametrize("field", sorted(FULL))
def test_a_label_is_only_to_be_added_if_it_is_true(app, field) -> None:
    with app.test_request_context():
        assert coaching.sentence(field, EXAMPLES.get(field, "wafers")).startswith("If ")


def test_a_technology_is_said_in_words(app) -> None:
    with app.test_request_context():
        assert "Semiconductors" in coaching.sentence("technologies", "semiconductors")


def test_one_organization_is_one(app) -> None:
    with app.test_request_context():
        assert coaching.reach(1) == "One more organization would then fit you well, and you it."


def test_what_this_version_does_not_know_is_left_out(app) -> None:
    with app.test_request_context():
        known = {"field": "stage", "suggestion": "", "gained": 2}
        assert len(coaching.tips([{"field": "charm", "suggestion": "x", "gained": 9}, known])) == 1
        assert coaching.sentence("charm", "") == ""
