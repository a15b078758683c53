"""A mission's timetable: set up, drafted, locked, published, and mended when somebody falls out."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from icalendar import Calendar

from app import clock
from app.accounts.models import Role
from app.db import db
from app.introductions.models import Introduction
from app.matching.models import MatchState
from app.meetings.models import Meeting, MeetingState
from app.outbox.models import Email
from app.programs.models import CohortRule, ParticipationState
from app.taxonomy import Country
from app.timetables.models import TimetableCell, TimetableGuest, TimetableSeat, TimetableSlot
from tests.meetings.conftest import put_clock

MARCH = datetime(2027, 3, 1, 12, 0, tzinfo=UTC)
DAY = {
    "on_day": "2027-03-09",
    "city": "Delhi",
    "time_zone": "Asia/Kolkata",
    "tables": "2",
    "first": "10:00",
    "last": "12:30",
    "minutes": "30",
    "pause": "10",
    "travel_minutes": "0",
}


class Mission:
    """Two US firms travel, one waits in reserve; two Indian firms are visited, and all pairs are introduced."""

    def __init__(self, app, world) -> None:
        put_clock(MARCH)
        self.app, self.world = app, world
        self.manager = world.user(Role.PROGRAM_MANAGER)
        self.program = world.program(self.manager, cohort_rule=CohortRule.COHORT_WITH_ALL)
        self.firms = [self._organization(Country.UNITED_STATES, f"Firm {n}") for n in range(3)]
        self.hosts = [self._organization(Country.INDIA, f"Host {n}") for n in range(2)]
        states = (ParticipationState.ACCEPTED, ParticipationState.ACCEPTED, ParticipationState.WAITLISTED)
        for firm, state in zip(self.firms, states, strict=True):
            world.participation(self.program, firm, state)
        self.matches = {
            (h, f): world.match(host, firm, MatchState.APPROVED, program_id=self.program.id)
            for h, host in enumerate(self.hosts)
            for f, firm in enumerate(self.firms)
        }
        for pair, match in self.matches.items():
            if pair != (1, 1):
                world.add(Introduction(match_id=match.id, at=clock.now()))
        self.browser = world.sign_in(self.manager)
        self.url = f"/programs/{self.program.key}/timetable"

    def _organization(self, country, name):
        return self.world.organization(country, owner=self.world.user(name=f"{name} person"), name=name)

    def post(self, act, **typed):
        return self.browser.post(f"{self.url}/{act}", data=typed)

    def rows(self, model):
        with self.app.app_context():
            found = db.session.scalars(sa.select(model).order_by(model.id)).unique().all()
            db.session.expunge_all()
            return list(found)

    def guest(self, organization) -> TimetableGuest:
        return next(one for one in self.rows(TimetableGuest) if one.organization_id == organization.id)

    def ready(self):
        assert self.post("days", **DAY).status_code == 303
        assert self.post("draft").status_code == 303
        return self


@pytest.fixture
def mission(app, world) -> Iterator[Mission]:
    yield Mission(app, world)
    clock.shift(0)


def test_a_draft_seats_every_pair_of_the_cohort_and_writes_to_nobody(mission) -> None:
    assert "No day is set up yet" in mission.browser.get(mission.url).text
    mission.ready()
    cells = mission.rows(TimetableCell)
    assert {cell.match_id for cell in cells} == {mission.matches[h, f].id for h in (0, 1) for f in (0, 1)}
    assert mission.rows(Meeting) == mission.rows(Email) == []
    page = mission.browser.get(mission.url).text
    assert "Without a place: 0" in page
    assert "One pair keeps its place" in page
    assert ">10:40<" in page


def test_what_is_locked_stays_and_what_cannot_be_is_refused(mission) -> None:
    mission.ready()
    locked = mission.rows(TimetableCell)[-1]
    assert mission.post("locks", locked=[str(locked.id), "nonsense"]).status_code == 303
    mission.post("draft")
    kept = next(cell for cell in mission.rows(TimetableCell) if cell.id == locked.id)
    assert (kept.slot_id, kept.is_locked) == (locked.slot_id, True)
    overlapping = mission.post("days", **{**DAY, "city": "Mumbai", "first": "12:00", "last": "14:00"})
    assert overlapping.status_code == 409
    on_the_way = {**DAY, "city": "Mumbai", "first": "14:00", "last": "16:00", "travel_minutes": "180"}
    assert mission.post("days", **on_the_way).status_code == 409
    assert mission.post("days", **{**on_the_way, "travel_minutes": "60"}).status_code == 303
    wrong = mission.post("days", **{**DAY, "last": "09:00"})
    assert wrong.status_code == 422
    assert "The end comes after the beginning." in wrong.text


def test_limits_hold_for_the_next_draft(mission) -> None:
    mission.ready()
    guest = mission.guest(mission.hosts[0])
    typed = {"a_day": "1", "in_all": "1", "city": ""}
    assert mission.post(f"guests/{guest.id}/limit", **typed).status_code == 303
    mission.post("draft")
    seats = [seat for seat in mission.rows(TimetableSeat) if seat.organization_id == mission.hosts[0].id]
    assert len(seats) == 1
    assert mission.post(f"guests/{guest.id}/limit", **{**typed, "a_day": "many"}).status_code == 422


def test_publishing_books_the_introduced_pairs_once_with_entries_for_calendars(mission) -> None:
    mission.ready()
    for _ in range(2):
        assert mission.post("publish").status_code == 303
    meetings = mission.rows(Meeting)
    assert len(meetings) == 3
    letters = [mail for mail in mission.rows(Email) if mail.key.startswith("meeting:")]
    assert len(letters) == 6
    event = Calendar.from_ical(letters[0].calendar).walk("VEVENT")[0]
    assert "Table" in str(event["LOCATION"])
    # The fourth pair is published once both have said yes.
    mission.world.add(Introduction(match_id=mission.matches[1, 1].id, at=clock.now()))
    mission.post("publish")
    assert len(mission.rows(Meeting)) == 4
    assert mission.post("draft").status_code == 303
    assert len(mission.rows(TimetableCell)) == 4


def test_who_falls_out_is_substituted_at_the_same_time_from_the_reserve(mission) -> None:
    mission.ready()
    mission.post("publish")
    gone, reserve = mission.firms[0], mission.firms[2]
    before = {seat.slot_id for seat in mission.rows(TimetableSeat) if seat.organization_id == gone.id}
    assert mission.post(f"guests/{mission.guest(gone).id}/leave").status_code == 303
    seats = mission.rows(TimetableSeat)
    assert {seat.slot_id for seat in seats if seat.organization_id == reserve.id} == before
    assert gone.id not in {seat.organization_id for seat in seats}
    states = [meeting.state for meeting in mission.rows(Meeting)]
    assert states.count(MeetingState.CANCELLED) == 2
    assert states.count(MeetingState.BOOKED) == 3
    assert len({(seat.slot_id, seat.organization_id) for seat in seats}) == len(seats)


def test_a_site_visit_is_one_meeting_for_all_who_are_introduced_to_the_host(mission) -> None:
    mission.ready()
    host, firms = mission.guest(mission.hosts[0]), [mission.guest(firm) for firm in mission.firms[:2]]
    stop = mission.rows(TimetableSlot)[0].stop_id
    typed = {
        "stop": str(stop),
        "begins": "15:00",
        "minutes": "120",
        "title": "Clean room",
        "host": str(host.id),
    }
    closed = {**typed, "host": str(mission.guest(mission.hosts[1]).id)}
    assert mission.post("visits", **closed, visitors=[str(one.id) for one in firms]).status_code == 409
    visit = mission.post("visits", **typed, visitors=[str(one.id) for one in firms])
    assert visit.status_code == 303, visit.text
    [meeting] = mission.rows(Meeting)
    assert len(meeting.guests) == 3
    assert "Clean room" in mission.browser.get(mission.url).text
    second = mission.world.sign_in(firms[1].user)
    assert second.get(f"/meetings/{meeting.id}").status_code == 200
    # One who stays away gets a cancellation; the others go.
    mission.post(f"guests/{firms[0].id}/leave")
    [after] = mission.rows(Meeting)
    assert after.state is MeetingState.BOOKED
    assert len(after.guests) == 2
    assert [mail.to_address for mail in mission.rows(Email) if ":left:" in mail.key] == [firms[0].user.email]


def test_the_database_itself_books_no_organization_and_no_person_twice(mission) -> None:
    mission.ready()
    seat, other = mission.rows(TimetableSeat)[0], mission.rows(TimetableCell)[-1]
    taken = {"cell_id": seat.cell_id, "slot_id": seat.slot_id}
    elsewhere = next(slot.id for slot in mission.rows(TimetableSlot) if slot.id != other.slot_id)
    new = {"organization_id": mission.firms[2].id, "user_id": mission.manager.id}
    for refused in (
        {**taken, **new, "organization_id": seat.organization_id},
        {**taken, **new, "user_id": seat.user_id},
        # A seat is where its cell is.
        {**new, "cell_id": other.id, "slot_id": elsewhere},
    ):
        with mission.app.app_context(), pytest.raises(sa.exc.IntegrityError):
            db.session.execute(sa.insert(TimetableSeat).values(**refused))


def test_a_manager_tied_to_a_side_sees_that_a_place_is_taken_and_not_by_whom(mission) -> None:
    mission.ready()
    tied = mission.world.user(Role.PROGRAM_MANAGER)
    mission.world.manager_of(mission.program, tied)
    mission.world.member(mission.hosts[0], tied)
    browser = mission.world.sign_in(tied)
    page = browser.get(mission.url).text
    assert "Host 0" not in page
    assert "Taken" in page
    before = {(cell.match_id, cell.slot_id) for cell in mission.rows(TimetableCell)}
    browser.post(f"{mission.url}/draft")
    hidden = {mission.matches[0, f].id for f in (0, 1)}
    after = {(cell.match_id, cell.slot_id) for cell in mission.rows(TimetableCell)}
    assert {one for one in before if one[0] in hidden} == {one for one in after if one[0] in hidden}
