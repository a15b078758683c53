"""What the preview of a letter costs: at most twelve statements, for whatever roles and however much there is to tell."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app import clock
from app.accounts.models import Role
from app.conversations.models import Message, Thread, ThreadMember
from app.directory.models import SavedSearch
from app.matching.models import MatchState
from app.taxonomy import Country
from tests.digests.test_member_week import MONDAY_NINE_IN_INDIA, advised, call, full_week
from tests.load.pages import counted

MOST = 12


def letter_of_everything(world, person, partner) -> None:
    """A member's week with something in every part."""
    now = clock.now()
    own = world.organization(owner=person)
    other = world.organization(Country.UNITED_STATES, owner=partner)
    match = world.introduced(own, other)
    full_week(world, match, other, person, partner)
    world.match(own, state=MatchState.APPROVED, decided_at=now)
    advised(world, own)
    world.claim(own, age=700)
    thread = world.add(Thread(match_id=match.id, made_at=now))
    for side in (own, other):
        world.add(ThreadMember(thread_id=thread.id, organization_id=side.id))
    world.add(Message(thread_id=thread.id, author_id=partner.id, organization_id=other.id, text="Hi", at=now))


def search(world, person) -> None:
    day = clock.now() - timedelta(days=1)
    world.add(SavedSearch(user_id=person.id, name="All", query="", seen_at=day, created_at=day))


@pytest.mark.parametrize("role", [Role.MEMBER, Role.PROGRAM_MANAGER])
def test_a_preview_costs_at_most_twelve_statements_however_much_there_is(app, world, at, role) -> None:
    at(MONDAY_NINE_IN_INDIA)
    person, partner = world.user(role), world.user()
    call(world)
    search(world, person)
    if role is Role.PROGRAM_MANAGER:
        program = world.program(person)
        for _time in range(3):
            world.case(world.match(program_id=program.id), due_at=clock.now() - timedelta(days=9))
    browser = world.sign_in(person)
    costs = []
    for _time in range(3):
        letter_of_everything(world, person, partner)
        browser.get("/digest/preview")
        with counted(app) as seen:
            page = browser.get("/digest/preview").text
        costs.append(len(seen))
    for words in ("One new message", "Is it still true?", "All: ", "Calls and missions", "Your reach"):
        assert words in page
    assert ("For you as a program manager" in page) is (role is Role.PROGRAM_MANAGER)
    assert max(costs) <= MOST, costs


def test_a_manager_without_organizations_pays_for_nothing_else(app, world, at) -> None:
    at(MONDAY_NINE_IN_INDIA)
    manager = world.user(Role.PROGRAM_MANAGER)
    world.case(world.match(program_id=world.program(manager).id))
    browser = world.sign_in(manager)
    browser.get("/digest/preview")
    with counted(app) as seen:
        browser.get("/digest/preview")
    assert len(seen) <= 7
