"""What matters to a reviewer, and until when an answer is promised."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from app.listings import wording
from app.listings.changes import MATERIAL, differences, due, snapshot_of
from app.organizations.models import Organization
from app.taxonomy import Country, Kind


@pytest.mark.parametrize(
    ("handed_in", "promised"),
    [
        ("2026-11-30T09:00", "2026-12-03T09:00"),  # Monday to Thursday
        ("2026-11-23T09:00", "2026-11-30T09:00"),  # Monday over two holidays and a weekend
        ("2026-11-26T09:00", "2026-12-01T09:00"),  # Thursday over a weekend to Tuesday
        ("2026-11-28T09:00", "2026-12-02T09:00"),  # Saturday counts from Monday
    ],
)
def test_the_promise_is_three_working_days(handed_in: str, promised: str) -> None:
    moments = [datetime.fromisoformat(text).replace(tzinfo=UTC) for text in (handed_in, promised)]
    assert due(moments[0]) == moments[1]


def test_only_what_matters_is_compared_and_the_order_of_a_list_is_not() -> None:
    one = Organization(kind=Kind.SME, name="Kaveri", country=Country.INDIA, certifications=["UL", "CE"])
    before = snapshot_of(one)
    one.city, one.team_size, one.certifications = "Mysuru", 12, ["CE", "UL"]
    assert differences(before, snapshot_of(one)) == []
    one.summary = "Chip test"
    assert differences(before, snapshot_of(one)) == [
        {"field": "summary", "before": None, "after": "Chip test"}
    ]


def test_every_answer_that_matters_has_a_name_for_the_reader() -> None:
    new = [{"field": name, "before": None, "after": 1} for name in MATERIAL]
    assert len(wording.told(new)) == len(new)
