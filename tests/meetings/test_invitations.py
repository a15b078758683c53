"""Calendar files: two independent readers agree with us over every clock change, and nothing can be slipped in."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import icalendar
import pytest
import vobject
from hypothesis import given
from hypothesis import strategies as st

from app.meetings.hours import clock_changes, same_time_on
from app.meetings.invitations import Entry, Guest, feed, invitation

US = [f"America/{city}" for city in ("New_York", "Chicago", "Denver", "Los_Angeles")]
GOLDEN = Path(__file__).parent / "golden"


def entry(starts_at: datetime, **fields: object) -> Entry:
    chosen = {
        "uid": "meeting@sangam.example",
        "sequence": 0,
        "minutes": 45,
        "title": "First call",
        "description": "What we could try together",
        "place": "https://meet.example/room",
        "organizer": Guest("Sangam", "no-reply@sangam.example"),
        "guests": [Guest("Asha", "asha@example.org", True), Guest("Bo", "bo@example.org")],
        "changed_at": datetime(2026, 11, 23, 9, 0, tzinfo=UTC),
        **fields,
    }
    return Entry(starts_at=starts_at, **chosen)  # type: ignore[arg-type]


def around_changes(zone: str) -> list[datetime]:
    """Nine in the morning in the zone on the day before, of and after each clock change of five years."""
    own = ZoneInfo(zone)
    changes = clock_changes(own, datetime(2026, 1, 1, tzinfo=UTC), datetime(2031, 1, 1, tzinfo=UTC))
    nine = datetime(2026, 1, 5, 9, 0, tzinfo=own)
    days = [change.at.astimezone(own).date() + timedelta(days=n) for change in changes for n in (-1, 0, 1)]
    return [same_time_on(day, nine, own) for day in days]


@pytest.mark.parametrize("zone", US)
def test_golden_files_keep_nine_in_the_morning_over_every_clock_change(zone) -> None:
    written = feed([entry(start, uid=f"{start:%Y%m%d}@x") for start in around_changes(zone)], "Sangam")
    golden = GOLDEN / f"{zone.rpartition('/')[2].lower()}.ics"
    assert written == golden.read_bytes().decode()
    for reader in (read_by_icalendar, read_by_vobject):
        read = reader(written)
        assert len(read) == 30
        for start, end in read:
            assert start.astimezone(ZoneInfo(zone)).strftime("%H:%M") == "09:00"
            assert end - start == timedelta(minutes=45)


def read_by_icalendar(text: str) -> list[tuple[datetime, datetime]]:
    events = icalendar.Calendar.from_ical(text).walk("VEVENT")
    return [(event["DTSTART"].dt, event["DTEND"].dt) for event in events]


def read_by_vobject(text: str) -> list[tuple[datetime, datetime]]:
    calendar = vobject.readOne(text)
    return [(event.dtstart.value, event.dtend.value) for event in calendar.vevent_list]


@given(
    st.datetimes(datetime(2026, 1, 1), datetime(2030, 12, 31), timezones=st.just(UTC)),
    st.integers(15, 240),
)
def test_no_calendar_reads_another_moment_than_ours(start, minutes) -> None:
    start = start.replace(second=0, microsecond=0)
    written = invitation(entry(start, minutes=minutes))
    expected = [(start, start + timedelta(minutes=minutes))]
    assert read_by_icalendar(written) == read_by_vobject(written) == expected


def test_an_update_keeps_the_entry_and_a_cancellation_ends_it() -> None:
    start = datetime(2027, 1, 12, 13, 0, tzinfo=UTC)
    request, update, end = (
        icalendar.Calendar.from_ical(invitation(one))
        for one in (
            entry(start),
            entry(start + timedelta(hours=1), sequence=1),
            entry(start + timedelta(hours=1), sequence=2, is_cancelled=True),
        )
    )
    events = [calendar.walk("VEVENT")[0] for calendar in (request, update, end)]
    assert [calendar["METHOD"] for calendar in (request, update, end)] == ["REQUEST", "REQUEST", "CANCEL"]
    assert {event["UID"] for event in events} == {"meeting@sangam.example"}
    assert [event["SEQUENCE"] for event in events] == [0, 1, 2]
    assert [event["STATUS"] for event in events] == ["CONFIRMED", "CONFIRMED", "CANCELLED"]


@given(
    st.sampled_from(US),
    st.datetimes(datetime(2026, 1, 1), datetime(2030, 12, 20)),
    st.integers(1, 10),
    st.booleans(),
)
def test_an_hour_kept_over_any_change_is_the_same_in_request_update_and_cancellation(
    zone, first, days, is_cancelled
) -> None:
    """Whoever keeps "nine o'clock" for another day gets nine o'clock in every file and every reader."""
    own = ZoneInfo(zone)
    start = first.replace(minute=0, second=0, microsecond=0, tzinfo=UTC)
    moved = same_time_on((start.astimezone(own) + timedelta(days=days)).date(), start, own)
    before, after = start.astimezone(own), moved.astimezone(own)
    skipped = datetime.combine(after.date(), before.time(), tzinfo=own).astimezone(UTC).astimezone(own)
    assert after.time() == skipped.time()
    for number, moment in enumerate((start, moved)):
        written = invitation(entry(moment, sequence=number, is_cancelled=is_cancelled and number == 1))
        [ours], [theirs] = read_by_icalendar(written), read_by_vobject(written)
        assert ours == theirs
        assert ours[0].astimezone(own).time() == moment.astimezone(own).time()


HOSTILE = (
    "line\r\nATTACH:https://evil.example/x",
    'quote " ; ATTENDEE="mailto:evil@example.org',
    "nul \x00 bell \x07 and half \ud83d of a pair",
    "क्षमता 🚀 עברית " * 40,
    "END:VEVENT\nBEGIN:VEVENT",
)


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_typed_becomes_a_part_of_the_calendar(text) -> None:
    start = datetime(2027, 1, 12, 13, 0, tzinfo=UTC)
    written = invitation(
        entry(start, title=text, description=text, place=text, guests=[Guest(text, "asha@example.org")])
    )
    assert all(len(line.encode()) <= 75 for line in written.split("\r\n"))
    events = icalendar.Calendar.from_ical(written).walk("VEVENT")
    assert len(events) == len(vobject.readOne(written).vevent_list) == 1
    assert "ATTACH" not in events[0]
    assert len([events[0]["ATTENDEE"]]) == 1
    assert (
        str(events[0]["SUMMARY"]).split()
        == text.replace("\x00", "").replace("\x07", "").replace("\ud83d", "").split()
    )


def test_a_feed_lists_nobody_else() -> None:
    written = feed([entry(datetime(2027, 1, 12, 13, 0, tzinfo=UTC))], "Sangam")
    assert "asha@example.org" not in written
    assert "METHOD:PUBLISH" in written


def test_the_day_before_a_change_is_another_hour_for_india() -> None:
    before, on, _after = around_changes("America/New_York")[3:6]
    assert date(2026, 10, 31) == before.date()
    assert on - before == timedelta(hours=25)
