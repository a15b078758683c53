"""Stop a kind of mail from the mail itself (RFC 8058)."""

from __future__ import annotations

import pytest

from app.accounts import emails
from app.db import db
from app.introductions import emails as introductions
from app.matching.models import Match
from app.meetings import emails as meetings
from app.meetings.models import Meeting
from app.outcomes import emails as outcomes
from app.outcomes.models import Milestone, MilestoneKind
from app.taxonomy import Country

ONE_CLICK = {"List-Unsubscribe": "One-Click"}


def wishes(app, user) -> tuple[bool, bool]:
    with app.app_context():
        found = db.session.get_one(type(user), user.id)
        return found.wants_digest, found.wants_match_mail


def link(app, user, category="digest") -> str:
    with app.app_context():
        return emails.unsubscribe_link(user, category)


def test_one_click_from_a_mail_program_stops_the_mail_without_session_redirect_or_cookie(
    app, world, client, actions
) -> None:
    user = world.user()
    answer = client.post(link(app, user), data=ONE_CLICK)
    assert answer.status_code == 200
    assert "Set-Cookie" not in answer.headers
    assert "Location" not in answer.headers
    assert wishes(app, user) == (False, True)
    assert actions() == ["account.unsubscribed"]


def test_one_click_may_come_as_multipart(app, world, client) -> None:
    user = world.user()
    answer = client.post(link(app, user, "match"), data=ONE_CLICK, content_type="multipart/form-data")
    assert answer.status_code == 200
    assert wishes(app, user) == (True, False)


def test_a_scanner_that_opens_the_link_changes_nothing(app, world, client, actions) -> None:
    user = world.user()
    for method in (client.get, client.head, client.options):
        assert method(link(app, user)).status_code == 200
    assert wishes(app, user) == (True, True)
    assert actions() == []


def test_the_page_says_for_whom_without_giving_the_address_away(app, world, client) -> None:
    page = client.get(link(app, world.user(email="asha@example.org"))).text
    assert "a…@example.org" in page
    assert "asha@example.org" not in page
    assert "Stop them" in page


def test_doing_it_twice_is_the_same_as_once_and_it_can_be_undone(app, world, client, actions) -> None:
    user = world.user()
    for _ in range(2):
        page = client.post(link(app, user)).text
    assert "Send them again" in page
    assert wishes(app, user) == (False, True)
    client.post(link(app, user) + "/undo")
    assert wishes(app, user) == (True, True)
    assert actions() == ["account.unsubscribed", "account.subscribed"]


@pytest.mark.parametrize(
    "path", ["digest/unknown-key", "digest/%00", "digest/%F0%9F%8C%8A", "account/{key}", "digest/{key}x"]
)
def test_an_unknown_key_or_kind_is_not_found(world, client, path) -> None:
    key = world.user().unsubscribe_key
    for method in (client.get, client.post):
        assert method("/unsubscribe/" + path.format(key=key)).status_code == 404


def test_the_key_of_one_person_stops_nothing_of_another(app, world, client) -> None:
    one, other = world.user(), world.user()
    world.sign_in(other, client).post(link(app, one))
    assert wishes(app, one) == (False, True)
    assert wishes(app, other) == (True, True)


def test_the_key_in_the_address_goes_into_no_referer(app, world, client) -> None:
    assert client.get(link(app, world.user())).headers["Referrer-Policy"] == "strict-origin"


def test_one_click_stops_what_follows_an_introduction(app, world, client) -> None:
    asha, bo = world.user(), world.user()
    india, us = world.organization(Country.INDIA), world.organization(Country.UNITED_STATES)
    world.member(asha, india)
    world.member(bo, us)
    match = world.introduced(india, us)
    milestones = [
        world.milestone(match, india, asha),
        world.milestone(match, us, bo, kind=MilestoneKind.ORDER),
    ]
    meeting = world.meeting(match, asha, bo)
    assert client.post(link(app, bo, "contact"), data=ONE_CLICK).status_code == 200
    with app.app_context():
        letters = [
            *introductions.introduction(db.session.get_one(Match, match.id)),
            *meetings.invitations(db.session.get_one(Meeting, meeting.id)),
            *(
                mail
                for one in milestones
                for mail in outcomes.to_confirm(db.session.get_one(Milestone, one.id))
            ),
        ]
        assert len(letters) == 3
        assert {letter.to_address for letter in letters} == {asha.email}
