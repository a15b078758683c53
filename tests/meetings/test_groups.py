"""More than two at one meeting: brought along, sent in somebody's place, and seen by nobody else."""

from __future__ import annotations

from datetime import timedelta

from icalendar import Calendar

from app import clock
from app.introductions.models import Introduction
from app.organizations.models import MemberRole
from app.taxonomy import Country
from tests.meetings.test_meetings import WEDNESDAY, event_of


def seat(introduced, meeting_id, who, comes=None, leaves=""):
    typed = {"comes": f"{comes[0].id}-{comes[1].id}" if comes else "", "leaves": leaves}
    return introduced.pair.browser(who).post(f"/meetings/{meeting_id}/guests", data=typed)


def test_a_substitute_gets_a_request_and_who_stays_away_a_cancellation(introduced, world) -> None:
    pair, deputy = introduced.pair, world.user(name="Chitra Deputy")
    world.member(pair.india, deputy, MemberRole.EDITOR)
    meeting_id = introduced.book(WEDNESDAY)
    own = next(one for one in introduced.meetings()[0].guests if one.user_id == pair.asha.id)
    assert seat(introduced, meeting_id, pair.bo, leaves=str(own.id)).status_code == 403
    assert seat(introduced, meeting_id, pair.asha, leaves=str(own.id)).status_code == 409
    assert seat(introduced, meeting_id, pair.asha, (deputy, pair.india), str(own.id)).status_code == 303
    [request] = [mail for mail in introduced.mails("booked") if mail.to_address == deputy.email]
    [farewell] = introduced.mails("left")
    assert farewell.to_address == pair.asha.email
    assert [Calendar.from_ical(mail.calendar)["METHOD"] for mail in (request, farewell)] == [
        "REQUEST",
        "CANCEL",
    ]
    assert {event_of(mail)["SEQUENCE"] for mail in (request, farewell)} == {1}
    assert str(event_of(farewell)["ATTENDEE"]) == f"mailto:{pair.asha.email}"


def test_a_third_organization_is_brought_by_one_it_is_introduced_to(introduced, world) -> None:
    pair, cleo, stranger = introduced.pair, world.user(name="Cleo Third"), world.user()
    third = world.organization(Country.UNITED_STATES, owner=cleo, name="Third Foundry")
    other = world.organization(Country.UNITED_STATES, owner=stranger)
    match = world.match(pair.india, third, pair.match.state)
    world.add(Introduction(match_id=match.id, at=clock.now() - timedelta(days=1)))
    meeting_id = introduced.book(WEDNESDAY)
    assert pair.browser(cleo).get(f"/meetings/{meeting_id}").status_code == 404
    assert seat(introduced, meeting_id, pair.bo, (cleo, third)).status_code == 422
    assert seat(introduced, meeting_id, pair.asha, (stranger, other)).status_code == 422
    assert seat(introduced, meeting_id, pair.asha, (cleo, third)).status_code == 303
    page = pair.browser(cleo).get(f"/meetings/{meeting_id}")
    assert page.status_code == 200
    assert "Third Foundry" in page.text
    assert pair.browser(stranger).get(f"/meetings/{meeting_id}").status_code == 404
    assert pair.browser(cleo).post(f"/meetings/{meeting_id}/cancel").status_code == 303
