"""Three or four organizations talk: names open to who has joined, nobody is held, and a closed door parts them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from app.accounts.models import User
from app.conversations import queries
from app.conversations.models import Message, Seating, Thread, ThreadMember
from app.db import db
from app.organizations.models import MemberRole, Organization
from app.outbox.models import Email
from app.taxonomy import Country
from tests.conversations.conftest import Talk
from tests.world import World

NAMES = ("Qutub Test House", "Zephyrine Wafers", "Okapi Ceramics", "Marmot Capital", "Tapir Tools")


@dataclass
class Team:
    """An Indian organization that four US ones were introduced to, each with an owner."""

    world: World
    app: Flask
    own: Organization
    owner: User
    partners: list[Organization] = field(default_factory=list)
    people: list[User] = field(default_factory=list)

    def form(self, *partners: int, title: str = "Wafers, tested") -> dict[str, Any]:
        return {"title": title, "partners": [self.partners[at].id for at in partners]}

    def start(self, *partners: int, **more: Any) -> str:
        answer = self.world.sign_in(self.owner).post(
            "/conversations/teams/new", data=self.form(*partners, **more)
        )
        assert answer.status_code == 303, answer.text
        return str(answer.location).partition("?")[0]

    def act(self, who: User, url: str, act: str, **typed: Any) -> int:
        return int(self.world.sign_in(who).post(f"{url}/{act}", data=typed).status_code)

    def page(self, who: User, url: str) -> str:
        return str(self.world.sign_in(who).get(url).text)

    def states(self) -> list[Seating]:
        with self.app.app_context():
            return list(db.session.scalars(sa.select(ThreadMember.state).order_by(ThreadMember.id)))

    def letters(self, kind: str) -> list[Email]:
        with self.app.app_context():
            query = sa.select(Email).where(Email.key.startswith(kind)).order_by(Email.id)
            return list(db.session.scalars(query))


@pytest.fixture
def team(world: World, app: Flask) -> Team:
    owner = world.user()
    made = Team(world, app, world.organization(owner=owner, name=NAMES[0]), owner)
    for name in NAMES[1:]:
        person = world.user(name=f"Owner of {name.split()[0]}")
        partner = world.organization(Country.UNITED_STATES, owner=person, name=name)
        world.introduced(made.own, partner)
        made.partners.append(partner)
        made.people.append(person)
    return made


def test_a_team_is_begun_among_ones_partners_and_each_is_asked_by_mail(team: Team) -> None:
    url = team.start(0, 1)
    assert team.states() == [Seating.JOINED, Seating.INVITED, Seating.INVITED]
    assert [letter.to_address for letter in team.letters("team:")] == [one.email for one in team.people[:2]]
    assert "Invitation" in team.page(team.people[0], "/conversations")
    assert "Wafers, tested" in team.page(team.people[0], url)


def test_a_form_that_is_sent_twice_begins_one_team(team: Team) -> None:
    assert team.start(0, 1) == team.start(0, 1)
    assert len(team.letters("team:")) == 2


@pytest.mark.parametrize("partners", [(), (0,), (0, 1, 2, 3)])
def test_a_team_has_three_or_four(team: Team, partners: tuple[int, ...]) -> None:
    answer = team.world.sign_in(team.owner).post("/conversations/teams/new", data=team.form(*partners))
    assert answer.status_code == 422
    assert "Choose two or three partners." in answer.text
    assert "Wafers, tested" in answer.text
    assert team.states() == []


def test_only_partners_one_was_introduced_to_may_be_asked(team: Team) -> None:
    stranger = team.world.organization(Country.UNITED_STATES)
    typed = {"title": "Wafers", "partners": [team.partners[0].id, stranger.id]}
    assert team.world.sign_in(team.owner).post("/conversations/teams/new", data=typed).status_code == 422
    assert team.states() == []


def test_names_and_words_open_to_who_has_joined_and_of_who_has_joined(team: Team) -> None:
    url = team.start(0, 1, 2)
    first, second, third = team.people[:3]
    asked = team.page(first, url)
    assert NAMES[0] in asked
    assert "Startup in" in asked
    assert not any(name in asked for name in NAMES[2:])
    team.act(first, url, "join")
    team.world.sign_in(team.owner).post(url, data={"text": "Who brings the mask?"})
    assert "Who brings the mask?" in team.page(first, url)
    assert not any(name in team.page(first, url) for name in NAMES[2:])
    before = team.page(second, url)
    assert "Who brings the mask?" not in before
    assert NAMES[1] not in before
    assert "Who brings the mask?" not in team.page(second, "/conversations")
    team.act(second, url, "join")
    assert NAMES[1] in team.page(second, url)
    assert NAMES[2] in team.page(first, url)
    assert NAMES[3] not in team.page(first, url)
    assert team.page(third, url).count(NAMES[1]) == 0


def test_what_is_written_reaches_all_who_have_joined_and_nobody_else(team: Team) -> None:
    url = team.start(0, 1, 2)
    for person in team.people[:2]:
        team.act(person, url, "join")
    team.world.sign_in(team.people[0]).post(url, data={"text": "We do."})
    heard = [letter.to_address for letter in team.letters("message:")]
    assert sorted(heard) == sorted([team.owner.email, team.people[1].email])
    with team.app.app_context():
        users = [db.session.get_one(User, one.id) for one in (team.owner, *team.people[:3])]
        unread = queries.unread_for(users)
        assert [len(unread[user.id]) for user in users] == [1, 0, 1, 0]
        [found] = unread[team.owner.id]
        assert (found.match_id, found.title) == (None, NAMES[1])


def test_a_mail_is_answered_into_the_team(team: Team) -> None:
    url = team.start(0, 1)
    team.act(team.people[0], url, "join")
    team.world.sign_in(team.owner).post(url, data={"text": "Who brings the mask?"})
    [letter] = team.letters("message:")
    talk = Talk(None, team.app)
    assert talk.answer(letter, "We bring it.").refused_because in (None, "")
    assert "We bring it." in team.page(team.owner, url)
    team.act(team.people[0], url, "leave")
    assert talk.answer(letter, "One more thing.").refused_because == "no longer one of its organizations"


def test_who_is_asked_or_gone_or_a_stranger_neither_reads_nor_writes(team: Team) -> None:
    url = team.start(0, 1, 2)
    stranger = team.world.user()
    team.act(team.people[0], url, "refuse")
    team.act(team.people[1], url, "join")
    team.act(team.people[1], url, "leave")
    for who in (stranger, team.people[0], team.people[1]):
        browser = team.world.sign_in(who)
        assert browser.get(url).status_code == 404
        assert browser.post(url, data={"text": "Hello"}).status_code == 404
    assert team.world.sign_in(team.people[2]).post(url, data={"text": "Hello"}).status_code == 409
    assert team.states() == [Seating.JOINED, Seating.REFUSED, Seating.LEFT, Seating.INVITED]
    with team.app.app_context():
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Message)) == 0


def test_a_viewer_reads_and_does_nothing(team: Team) -> None:
    url = team.start(0, 1)
    viewer = team.world.user()
    team.world.member(team.partners[0], viewer, MemberRole.VIEWER)
    assert "Owners and editors of the organization decide." in team.page(viewer, url)
    assert team.act(viewer, url, "join") == 403


def test_who_closes_the_door_to_one_leaves_the_teams_they_share(team: Team) -> None:
    url = team.start(0, 1)
    for person in team.people[:2]:
        team.act(person, url, "join")
    with team.app.app_context():
        match = db.session.scalar(sa.text("SELECT id FROM match ORDER BY id"))
    team.world.sign_in(team.people[0]).post(f"/matches/{match}/conversation/close")
    assert team.states() == [Seating.JOINED, Seating.LEFT, Seating.JOINED]
    answer = team.world.sign_in(team.owner).post("/conversations/teams/new", data=team.form(0, 2))
    assert answer.status_code == 422


def test_one_more_is_asked_in_up_to_four(team: Team) -> None:
    url = team.start(0, 1)
    team.act(team.people[0], url, "refuse")
    assert team.act(team.owner, url, "invite", partner=team.partners[2].id) == 303
    again = team.world.sign_in(team.owner).post(
        f"{url}/invite", data={"partner": team.partners[0].id}, follow_redirects=True
    )
    assert "was asked before" in again.text
    team.act(team.owner, url, "invite", partner=team.partners[3].id)
    assert team.states().count(Seating.INVITED) == 3
    team.act(team.people[1], url, "join")
    assert team.act(team.people[1], url, "invite", partner=team.partners[0].id) == 303
    assert team.states().count(Seating.INVITED) == 2


def test_two_who_begin_the_same_at_once_begin_one_and_four_stay_four(team: Team) -> None:
    with ThreadPoolExecutor(2) as both:
        found = list(both.map(lambda _: team.start(0, 1), range(2)))
    assert len(set(found)) == 1
    with ThreadPoolExecutor(2) as both:
        list(
            both.map(
                lambda at: team.act(team.owner, found[0], "invite", partner=team.partners[at].id), (2, 3)
            )
        )
    with team.app.app_context():
        thread = db.session.scalars(sa.select(Thread)).one()
        assert len(thread.members) == 4


def test_a_message_of_a_team_is_reported_like_any(team: Team) -> None:
    url = team.start(0, 1)
    team.act(team.people[0], url, "join")
    team.world.sign_in(team.owner).post(url, data={"text": "Send money first."})
    with team.app.app_context():
        message = db.session.scalars(sa.select(Message.id)).one()
    typed = {"reason": "spam", "text": "They ask for money."}
    answer = team.world.sign_in(team.people[0]).post(f"{url}/messages/{message}/report", data=typed)
    assert answer.status_code == 303, answer.text
    assert team.world.sign_in(team.people[1]).get(f"{url}/messages/{message}/report").status_code == 404
