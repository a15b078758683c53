"""From times that are offered to a meeting that was held."""

from __future__ import annotations

from datetime import timedelta
from email import message_from_bytes, policy

import pytest
import sqlalchemy as sa
from icalendar import Calendar

from app import clock
from app.audit.models import AuditEvent
from app.db import db
from app.matching import signals
from app.meetings import queries, services, tasks
from app.meetings.agendas import agendas_of
from app.meetings.models import Attendance, Meeting, MeetingGuest, MeetingState
from app.organizations.models import MemberRole
from app.outbox.message import message
from tests.introductions.pair import make_pair
from tests.meetings.conftest import NOON, put_clock

# Wednesday, 19:30 in Kolkata and 09:00 in New York.
WEDNESDAY = NOON + timedelta(days=2, hours=2)
LATER = WEDNESDAY + timedelta(days=1)


def agendas(people, until):
    return list(agendas_of(people, clock.now() - timedelta(days=30), until).values())


def event_of(mail):
    return Calendar.from_ical(mail.calendar).walk("VEVENT")[0]


def test_times_are_shown_on_both_clocks_and_say_who_sits_out_of_hours(introduced) -> None:
    page = introduced.pair.browser(introduced.pair.asha).get(introduced.url).text
    assert "Wed 13 Jan 19:30 IST · New York 09:00 EST (you: 30 minutes out of hours)" in page
    assert "So far both sides have given the same time" in page


def test_the_other_side_chooses_and_both_get_the_entry(app, introduced) -> None:
    introduced.offer([WEDNESDAY, LATER])
    [meeting] = introduced.meetings()
    assert meeting.state is MeetingState.OFFERED
    [asked] = introduced.mails("offered")
    assert asked.to_address == "bo.zephyr@example.org"
    assert "New York: Wed 13 Jan 2027 09:00 EST" in asked.text
    assert asked.calendar == ""
    people = [introduced.pair.asha, introduced.pair.bo]
    with app.app_context():
        assert [len(found.to_choose) for found in agendas(people, WEDNESDAY)] == [0, 1]
    assert introduced.choose(meeting.id, WEDNESDAY).status_code == 303
    with app.app_context():
        assert [len(found.coming) for found in agendas(people, WEDNESDAY)] == [1, 1]
    booked = introduced.mails("booked")
    assert {mail.to_address for mail in booked} == {"asha.qutub@example.org", "bo.zephyr@example.org"}
    assert {str(event_of(mail)["UID"]) for mail in booked} == {meeting.uid}
    assert event_of(booked[0])["DTSTART"].dt == WEDNESDAY


def test_the_entry_travels_as_a_form_of_the_letter_and_as_a_file(introduced) -> None:
    introduced.book(WEDNESDAY)
    letter = message_from_bytes(
        message(introduced.mails("booked")[0], "S <s@x.example>").as_bytes(), policy=policy.default
    )
    parts = [(part.get_content_type(), part.get_content_disposition()) for part in letter.walk()]
    assert ("text/calendar", None) in parts
    assert ("text/calendar", "attachment") in parts
    [inline] = [p for p in letter.walk() if (p.get_content_type(), p.get_content_disposition()) == parts[-2]]
    assert inline.get_param("method") == "REQUEST"
    assert Calendar.from_ical(inline.get_content()).walk("VEVENT")[0]["DTSTART"].dt == WEDNESDAY


def test_nothing_is_arranged_before_both_said_yes(app, world) -> None:
    pair = make_pair(world)
    assert pair.browser(pair.asha).get(f"/matches/{pair.match.id}/meetings").status_code == 404
    assert pair.browser(world.user()).get(f"/matches/{pair.match.id}/meetings").status_code == 404


def test_strangers_see_no_meeting_and_readers_arrange_none(introduced, world) -> None:
    meeting_id = introduced.book(WEDNESDAY)
    stranger, reader = world.user(), world.user()
    world.member(introduced.pair.india, reader, MemberRole.VIEWER)
    assert introduced.pair.browser(stranger).get(f"/meetings/{meeting_id}").status_code == 404
    assert introduced.pair.browser(reader).get(f"/meetings/{meeting_id}").status_code == 200
    assert introduced.pair.browser(reader).post(f"/meetings/{meeting_id}/cancel").status_code == 403


def test_a_move_keeps_the_entry_and_raises_its_number(introduced) -> None:
    meeting_id = introduced.book(WEDNESDAY)
    browser = introduced.pair.browser(introduced.pair.bo)
    version = introduced.meetings()[0].version
    # Bo gives the same hour of another day by the own clock: 09:00 in New York.
    typed = {"own_day": "2027-01-15", "own_time": "09:00", "version": version}
    assert browser.post(f"/meetings/{meeting_id}/move", data=typed).status_code == 303
    moved = introduced.mails("moved")
    assert len(moved) == 2
    assert event_of(moved[0])["DTSTART"].dt == WEDNESDAY + timedelta(days=2)
    assert event_of(moved[0])["SEQUENCE"] == 1
    assert event_of(moved[0])["UID"] == event_of(introduced.mails("booked")[0])["UID"]
    again = browser.post(f"/meetings/{meeting_id}/move", data={**typed, "own_time": "10:00"})
    assert again.status_code == 409
    assert "Somebody moved it" in again.text


def test_a_move_across_a_clock_change_keeps_the_clock_of_who_moves_it(introduced) -> None:
    put_clock(NOON + timedelta(days=55))
    start = NOON + timedelta(days=59, hours=2)  # Thursday 11 March, 09:00 in New York
    meeting_id = introduced.book(start)
    browser = introduced.pair.browser(introduced.pair.bo)
    page = browser.get(f"/meetings/{meeting_id}").text
    assert "Clocks in New York go forward on 14 Mar 2027" in page
    typed = {"own_day": "2027-03-18", "own_time": "09:00", "version": introduced.meetings()[0].version}
    browser.post(f"/meetings/{meeting_id}/move", data=typed)
    moved = introduced.meetings()[0].starts_at
    assert moved == start + timedelta(days=7) - timedelta(hours=1)
    page = browser.get(f"/meetings/{meeting_id}").text
    assert "Thu, Mar" not in page
    assert "09:00 EDT" in page
    assert "18:30 IST" in page


def test_nobody_is_booked_twice_at_the_same_time(introduced, world) -> None:
    introduced.book(WEDNESDAY)
    overlapping = introduced.offer_own(WEDNESDAY + timedelta(minutes=15))
    assert overlapping.status_code == 409
    assert "another meeting at that time" in overlapping.text
    # Offered while free, taken before it was chosen.
    introduced.offer_own(LATER)
    introduced.offer_own(LATER)
    first, second = introduced.meetings()[1:]
    assert introduced.choose(first.id, LATER).status_code == 303
    assert introduced.choose(second.id, LATER).status_code == 409
    # Right after each other is fine.
    introduced.book(WEDNESDAY + timedelta(minutes=30))


def test_only_offered_times_can_be_chosen_and_choosing_twice_is_once(introduced) -> None:
    introduced.offer([WEDNESDAY])
    [meeting] = introduced.meetings()
    assert introduced.choose(meeting.id, LATER).status_code == 409
    for _ in range(2):
        assert introduced.choose(meeting.id, WEDNESDAY).status_code == 303
    assert len(introduced.mails("booked")) == 2
    nonsense = introduced.pair.browser(introduced.pair.bo).post(
        f"/meetings/{meeting.id}/choose", data={"starts_at": "soon"}
    )
    assert nonsense.status_code == 409


def test_a_meeting_called_off_leaves_every_calendar(introduced) -> None:
    meeting_id = introduced.book(WEDNESDAY)
    browser = introduced.pair.browser(introduced.pair.asha)
    browser.post(f"/meetings/{meeting_id}/cancel", data={"reason": "We are ill"})
    ended = introduced.mails("cancelled")
    assert len(ended) == 2
    assert "METHOD:CANCEL" in ended[0].calendar
    assert event_of(ended[0])["SEQUENCE"] == 1
    assert "We are ill" in ended[0].text
    introduced.book(WEDNESDAY)


def test_the_balance_counts_who_really_sat_out_of_hours(app, introduced) -> None:
    introduced.book(WEDNESDAY)
    cancelled = introduced.book(LATER)
    introduced.pair.browser(introduced.pair.bo).post(f"/meetings/{cancelled}/cancel")
    with app.app_context():
        assert queries.balance_of(introduced.pair.match) == (30, 0)
    page = introduced.pair.browser(introduced.pair.bo).get(introduced.url).text
    assert "So far they have given 30 minutes more out of office hours." in page


def test_reminders_come_a_day_and_an_hour_before_and_again_for_a_new_time(app, introduced) -> None:
    meeting_id = introduced.book(WEDNESDAY)
    for hours, expected in ((25, 0), (23, 2), (22, 2), (0.9, 4), (0.5, 4)):
        put_clock(WEDNESDAY - timedelta(hours=hours))
        with app.app_context():
            tasks.remind()
        assert len(introduced.mails("reminder")) == expected, hours
    version = introduced.meetings()[0].version
    typed = {"own_day": "2027-01-20", "own_time": "09:00", "version": version}
    introduced.pair.browser(introduced.pair.bo).post(f"/meetings/{meeting_id}/move", data=typed)
    put_clock(WEDNESDAY + timedelta(days=7, hours=-2))
    with app.app_context():
        tasks.remind()
    assert len(introduced.mails("reminder")) == 6


def test_afterward_each_side_says_how_it_went(app, introduced) -> None:
    meeting_id = introduced.book(WEDNESDAY)
    browser = introduced.pair.browser(introduced.pair.bo)
    early = browser.post(f"/meetings/{meeting_id}/report", data={"says": "held"})
    assert early.status_code == 409
    put_clock(WEDNESDAY + timedelta(hours=1))
    with app.app_context():
        assert [one.id for one in queries.to_report_by(introduced.pair.bo)] == [meeting_id]
        both = agendas([introduced.pair.asha, introduced.pair.bo], WEDNESDAY)
        assert [[one.id for one in found.to_report] for found in both] == [[meeting_id], [meeting_id]]
    browser = introduced.pair.browser(introduced.pair.bo)
    typed = {"says": "held", "next_step": "Send samples", "next_on": "2027-02-01"}
    assert browser.post(f"/meetings/{meeting_id}/report", data=typed).status_code == 303
    with app.app_context():
        assert queries.to_report_by(introduced.pair.bo) == []
        assert len(queries.to_report_by(introduced.pair.asha)) == 1
        both = agendas([introduced.pair.asha, introduced.pair.bo], WEDNESDAY)
        assert [len(found.to_report) for found in both] == [1, 0]
        guest = db.session.scalars(sa.select(MeetingGuest).where(MeetingGuest.says.is_not(None))).one()
        assert (guest.says, guest.next_step) == (Attendance.HELD, "Send samples")
    assert browser.post(f"/meetings/{meeting_id}/cancel").status_code == 409


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ({"times": ()}, "Choose one to three times"),
        ({"people": []}, "at least one person of each side"),
        ({"title": " "}, "Say what the meeting is about."),
        ({"link": "javascript:alert(1)"}, "Give an address like"),
        ({"own_day": "2027-01-12"}, "Give both the day and the time"),
        ({"own_day": "2026-01-12", "own_time": "09:00"}, "Choose a time from now on"),
        ({"minutes": "100000"}, "Not a valid choice"),
    ],
)
def test_what_cannot_be_is_said_beside_the_field_and_stays_typed(introduced, typed, message) -> None:
    times = typed.get("times", [WEDNESDAY])
    answer = introduced.offer(
        times, **{"note": "Bring the drawings", **typed, "times": [m.isoformat() for m in times]}
    )
    assert answer.status_code == 422
    assert message in answer.text
    assert "Bring the drawings" in answer.text
    assert introduced.meetings() == []


def test_hours_are_kept_by_the_clock_on_the_wall_and_times_follow(introduced) -> None:
    browser = introduced.pair.browser(introduced.pair.asha)
    empty = {f"{end}_{day}_{n}": "" for end in ("from", "to") for day in range(7) for n in range(2)}
    typed = {**empty, "from_2_0": "20:00", "to_2_0": "00:00"}
    assert browser.post("/account/calendar", data=typed).status_code == 303
    page = browser.get(introduced.url).text
    assert "Wed 13 Jan 20:" in page
    assert "Thu 14 Jan 19:30 IST" not in page
    wrong = browser.post("/account/calendar", data={**typed, "to_2_0": "19:00"})
    assert wrong.status_code == 422
    assert "The end comes after the beginning." in wrong.text


def test_a_private_feed_shows_ones_meetings_until_it_is_closed(app, introduced) -> None:
    introduced.book(WEDNESDAY)
    browser = introduced.pair.browser(introduced.pair.bo)
    shown = browser.post("/account/calendar/feed").text
    address = shown[shown.index("/calendar/") :].split(".ics")[0] + ".ics"
    found = app.test_client().get(address)
    assert Calendar.from_ical(found.data).walk("VEVENT")[0]["DTSTART"].dt == WEDNESDAY
    assert b"asha.qutub" not in found.data
    assert app.test_client().get("/calendar/unknown.ics").status_code == 404
    browser.post("/account/calendar/feed/close")
    assert app.test_client().get(address).status_code == 404


def test_every_change_is_in_the_trail(app, introduced) -> None:
    meeting_id = introduced.book(WEDNESDAY)
    introduced.pair.browser(introduced.pair.bo).post(f"/meetings/{meeting_id}/cancel")
    with app.app_context():
        events = db.session.scalars(
            sa.select(AuditEvent.action)
            .where(AuditEvent.subject_type == "meeting")
            .order_by(AuditEvent.number)
        ).all()
    assert events == ["meeting.offered", "meeting.booked", "meeting.cancelled"]


def test_of_two_who_choose_at_once_one_books(app, introduced) -> None:
    """The second choice waits for the first to end, and then finds the meeting booked."""
    introduced.offer([WEDNESDAY, LATER])
    [meeting] = introduced.meetings()
    with app.app_context():
        row = db.session.get(Meeting, meeting.id)
        side = queries.side_of(introduced.pair.bo, introduced.pair.match.id)
        services.choose(row, side, introduced.pair.bo, WEDNESDAY)
        db.session.commit()
        with pytest.raises(services.MeetingClosed):
            services.choose(row, side, introduced.pair.bo, LATER)
        db.session.rollback()
    assert introduced.meetings()[0].starts_at == WEDNESDAY
    assert clock.now() < WEDNESDAY


def test_staying_away_counts_for_a_while_and_never_when_the_sides_disagree_or_it_was_called_off(
    app, introduced
) -> None:
    meeting_id, cancelled = introduced.book(WEDNESDAY), introduced.book(LATER)
    asha, bo = introduced.pair.asha, introduced.pair.bo
    introduced.pair.browser(asha).post(f"/meetings/{cancelled}/cancel")
    put_clock(LATER + timedelta(hours=5))
    with app.app_context():
        tasks.ask()
        tasks.ask()
    assert len(introduced.mails("asked")) == 2

    def weight(days: int = 0) -> float:
        with app.app_context():
            away = signals.absences([introduced.pair.us.id], clock.now() + timedelta(days=days))
            assert introduced.pair.match.id not in {one.match_id for one in signals.statements()}
            return away.get(introduced.pair.us.id, 0.0)

    def say(who, says):
        return introduced.pair.browser(who).post(f"/meetings/{meeting_id}/report", data={"says": says})

    assert say(asha, "no_show").status_code == 303
    assert weight() == pytest.approx(1.0, abs=0.01)
    assert weight(90) == pytest.approx(0.5, abs=0.01)
    say(bo, "held")
    assert weight() == 0
    say(bo, "no_show")
    assert weight() == 0
    assert say(asha, "held").status_code == 303
    assert (
        introduced.pair.browser(bo)
        .post(f"/meetings/{cancelled}/report", data={"says": "no_show"})
        .status_code
        == 409
    )
