"""What a closed door stops beyond messages, who may read what was reported, and where links lead."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
from jinja2.utils import urlize

from app import clock
from app.accounts.models import Role, User
from app.audit.models import AuditEvent
from app.conflicts import services as conflicts
from app.conversations import linking, queries
from app.db import db
from app.grievances.models import Grievance
from app.matching.models import Match
from app.meetings import services as meetings
from app.organizations import services as organizations
from app.organizations.models import Organization


def test_a_closed_pair_is_neither_booked_nor_drafted_on_a_mission(talk) -> None:
    def is_planned() -> bool:
        return db.session.scalar(sa.select(sa.exists().where(Match.id > 0, queries.not_blocked()))) is True

    with talk.app.app_context():
        assert is_planned()
    talk.pair.browser(talk.pair.asha).post(f"{talk.url}/close")
    with talk.app.app_context():
        assert not is_planned()
        bo = db.session.get_one(User, talk.pair.bo.id)
        wanted = meetings.Wanted([(bo, talk.pair.us.id)], 30, "Visit")
        with pytest.raises(meetings.MeetingClosed):
            meetings.settle(talk.pair.match.id, bo, wanted, clock.now() + timedelta(days=9))


def test_a_suspended_organization_writes_to_nobody(talk) -> None:
    with talk.app.app_context():
        manager = db.session.get_one(User, talk.pair.world.user(Role.PROGRAM_MANAGER).id)
        organizations.suspend(db.session.get_one(Organization, talk.pair.india.id), manager)
        db.session.commit()
    assert talk.write(talk.pair.asha, "Pay me first").status_code == 409
    assert "This conversation is closed" in talk.page(talk.pair.bo)
    assert talk.messages() == []


def test_a_manager_reads_the_reported_message_with_its_neighbors_on_the_record(talk) -> None:
    for text in ("First words", "Second", "Third", "Pay me first", "Fifth", "Sixth", "Last words"):
        talk.write(talk.pair.asha, text)
    reported = talk.messages()[3]
    url = f"{talk.url}/messages/{reported.id}/report"
    talk.pair.browser(talk.pair.bo).post(url, data={"reason": "spam", "text": "They ask for money"})
    world = talk.pair.world
    manager, tied = world.user(Role.PROGRAM_MANAGER), world.user(Role.PROGRAM_MANAGER)
    with talk.app.app_context():
        [grievance] = db.session.scalars(sa.select(Grievance.id))
        conflicts.recuse(db.session.get_one(User, tied.id), [talk.pair.us.id], "A friend runs it")
        db.session.commit()
    url = f"/reports/{grievance}/messages"
    assert talk.pair.browser(talk.pair.asha).post(url).status_code in {403, 404}
    assert talk.pair.browser(tied).post(url).status_code == 404
    page = talk.pair.browser(manager).post(url)
    assert page.status_code == 200
    assert all(text in page.text for text in ("Second", "Pay me first", "Sixth"))
    assert "First words" not in page.text
    assert "Last words" not in page.text
    with talk.app.app_context():
        read = sa.select(AuditEvent).where(AuditEvent.action == "conversation.reported_read")
        [event] = db.session.scalars(read)
        assert event.actor_id == manager.id
        assert reported.id in event.detail["messages"]
    assert manager.role is Role.PROGRAM_MANAGER
    assert talk.pair.browser(manager).get(talk.url).status_code == 404


def test_the_navigation_tells_of_what_is_new_until_it_is_read(talk) -> None:
    talk.write(talk.pair.asha, "Hello")
    told = "conversation with something new"
    browser = talk.pair.browser(talk.pair.bo)
    assert told in browser.get("/matches").text
    assert told not in talk.pair.browser(talk.pair.asha).get("/matches").text
    browser.post(f"{talk.url}/read", data={"until": talk.messages()[0].id})
    assert told not in browser.get("/matches").text


def test_who_sits_on_both_sides_speaks_for_the_one_they_chose(talk) -> None:
    talk.pair.world.member(talk.pair.us, talk.pair.asha)
    for organization in (talk.pair.us, talk.pair.india):
        url = f"{talk.url}?organization_id={organization.id}"
        talk.pair.browser(talk.pair.asha).post(url, data={"text": "Hello"})
    assert [one.organization_id for one in talk.messages()] == [talk.pair.us.id, talk.pair.india.id]


@pytest.mark.parametrize(
    ("text", "hosts"),
    [
        ("See https://example.org/a and http://example.org/b", ["example.org"]),
        ("https://Files.Example.org/a?to=https://bank.example", ["files.example.org"]),
        ("https://раураl.example/", ["xn--l-7sba6dbr.example"]),
        ("Nothing here, not even mailto:a@b.example or javascript:alert(1)", []),
        ("http://[broken", []),
    ],
)
def test_links_are_told_by_the_host_they_lead_to(text: str, hosts: list[str]) -> None:
    assert linking.hosts(urlize(text, rel="nofollow")) == hosts
