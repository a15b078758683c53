"""What the weekly letter tells a member beside new matches: meetings, results, calls, reach and what would help."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from app import clock
from app.accounts.models import User
from app.db import db
from app.digests import member_week
from app.digests.reach import Reach
from app.introductions.models import Answer, AnswerChoice, Introduction
from app.matching.models import Advice, MatchState
from app.meetings.models import Meeting, MeetingGuest, MeetingState, OfferedTime
from app.organizations.models import MemberRole
from app.programs.models import CohortRule
from app.taxonomy import Country

MONDAY_NINE_IN_INDIA = "2026-11-16T03:30"
GAIN = {"field": "needs", "suggestion": "test capacity", "gained": 14}


@pytest.fixture
def pair(world, at):
    """Asha of an Indian and Ben of a US organization, introduced forty days ago."""
    now = at(MONDAY_NINE_IN_INDIA)
    asha = world.user(name="Asha Rao")
    ben = world.user(name="Ben Lake", time_zone="America/New_York")
    india = world.organization(Country.INDIA, owner=asha, name="Kaveri Chip Works")
    us = world.organization(Country.UNITED_STATES, owner=ben, name="Harbor Test Labs")
    match = world.match(india, us, MatchState.APPROVED, decided_at=now - timedelta(days=60))
    for side in (india, us):
        world.add(
            Answer(
                match_id=match.id,
                organization_id=side.id,
                says=AnswerChoice.YES,
                by_id=asha.id,
                at=now - timedelta(days=40),
            )
        )
    world.add(Introduction(match_id=match.id, at=now - timedelta(days=40)))
    return match, india, us, asha, ben


def merged(people) -> list[User]:
    """These people in the present session."""
    ids = [person.id for person in people]
    return list(db.session.scalars(sa.select(User).where(User.id.in_(ids))))


def call(world, **fields):
    return world.program(cohort_rule=CohortRule.COHORT_ONLY, **fields)


def advised(world, organization) -> None:
    world.add(
        Advice(
            organization_id=organization.id,
            profile_changed_at=organization.profile_changed_at,
            model_version="test-1",
            computed_at=clock.now(),
            suggestions=[GAIN],
        )
    )


def full_week(world, match, us, asha, ben) -> None:
    now = clock.now()
    world.meeting(match, asha, ben, title="Second call")
    world.meeting(match, asha, ben, title="First call", starts_at=now - timedelta(days=3))
    seats = ((ben, us.id), (asha, match.india_id))
    offered = world.add(
        Meeting(
            match_id=match.id,
            organizer_id=ben.id,
            guests=[MeetingGuest(user_id=u.id, organization_id=o, time_zone=u.time_zone) for u, o in seats],
            state=MeetingState.OFFERED,
            uid=f"{match.id}@sangam.example",
            minutes=30,
            title="Factory tour",
            created_at=now,
            changed_at=now,
        )
    )
    for days in (4, 5):
        world.add(OfferedTime(meeting_id=offered.id, starts_at=now + timedelta(days=days)))
    world.milestone(match, us, ben)


def test_the_letter_tells_of_meetings_results_calls_and_what_would_help(world, pair, run, letters) -> None:
    match, india, us, asha, ben = pair
    full_week(world, match, us, asha, ben)
    call(world, name="Chips across the ocean", closes_on=(clock.now() + timedelta(days=20)).date())
    advised(world, india)
    run()
    (mail,) = letters()
    assert mail.subject == "One meeting time to choose · One meeting to report on · One result to confirm"
    for words in (
        "Wed 18 Nov 09:00 IST · New York Tue 17 Nov 22:30 EST",
        "Harbor Test Labs offers 2 times for “Factory tour”.",
        "Did your meeting with Harbor Test Labs take place? It was to be on 13 Nov 2026.",
        "Harbor Test Labs says: Pilot begun, 16 Nov 2026. Is it so?",
        "You were introduced to Harbor Test Labs more than 30 days ago. Has something been reached?",
        "Chips across the ocean, for Kaveri Chip Works: applications until 6 Dec 2026",
        "If you need test capacity, write it among your needs. About 14 more organizations",
    ):
        assert words in mail.text
    assert mail.text.startswith(mail.subject)


def test_each_request_says_until_when_it_is_to_be_answered(world, at, run, letters) -> None:
    now = at(MONDAY_NINE_IN_INDIA)
    own = world.organization(owner=world.user())
    for number in range(5):
        told = {"decided_at": now - timedelta(days=10 - 6 * (number < 4)), "score": 0.9 - number / 10}
        world.match(own, state=MatchState.APPROVED, **told)
    run()
    (mail,) = letters()
    assert mail.subject == "Five answers wait for you"
    assert mail.text.count("Please answer by 25 Nov 2026.") == 3
    assert mail.text.count("Please answer") == 4
    assert "Startup in California: Please answer by 19 Nov 2026.\n  http://localhost/matches/5?" in mail.text


def test_on_its_last_day_an_answer_is_asked_for_today(world, at, run, letters) -> None:
    now = at(MONDAY_NINE_IN_INDIA)
    told = {"state": MatchState.APPROVED, "decided_at": now - timedelta(days=13, hours=22)}
    world.match(world.organization(owner=world.user()), **told)
    run()
    assert "Please answer today." in letters()[0].text


def test_a_full_week_costs_the_same_number_of_queries_for_one_and_for_eight(
    app, world, pair, count_queries
) -> None:
    match, india, us, asha, ben = pair
    full_week(world, match, us, asha, ben)
    call(world)
    advised(world, india)
    people = [asha]

    def read() -> None:
        with app.app_context():
            member_week.member_parts(merged(people), clock.now())

    few = count_queries(read)
    for number in range(7):
        person = world.user(email=f"more{number}@example.org")
        world.member(india, person, MemberRole.OWNER)
        own = world.organization(owner=person)
        other = world.organization(Country.UNITED_STATES, owner=ben)
        full_week(world, world.introduced(own, other), other, person, ben)
        advised(world, own)
        people.append(person)
    assert count_queries(read) <= few


def test_a_call_is_told_to_those_whom_the_program_takes_and_who_have_not_asked(app, world, at) -> None:
    now = at(MONDAY_NINE_IN_INDIA)
    owner, viewer = world.user(), world.user()
    own = world.organization(owner=owner)
    world.member(own, viewer, MemberRole.VIEWER)
    last = call(world, name="Open to all")
    call(world, countries=["US"])
    call(world, closes_on=(now - timedelta(days=1)).date())
    world.participation(call(world), own)
    soon = call(world, name="Closes soon", closes_on=(now + timedelta(days=3)).date())
    with app.app_context():
        parts = member_week.member_parts(merged([owner, viewer]), now)
    assert [one.program.id for one in parts[owner.id].calls] == [soon.id, last.id]
    assert parts[owner.id]
    assert not parts[viewer.id]


def test_an_old_call_advice_and_reach_alone_are_no_reason_for_a_letter(world, at, run, letters) -> None:
    now = at(MONDAY_NINE_IN_INDIA)
    own = world.organization(owner=world.user())
    call(world, opened_at=now - timedelta(days=20))
    advised(world, own)
    run()
    assert letters() == []


def test_advice_for_an_earlier_state_of_the_profile_is_not_told(app, world, at) -> None:
    now = at(MONDAY_NINE_IN_INDIA)
    owner = world.user()
    advised(world, world.organization(owner=owner, profile_changed_at=now))
    with app.app_context():
        assert member_week.member_parts(merged([owner]), now)[owner.id].change
    stale = world.user()
    own = world.organization(owner=stale, profile_changed_at=now - timedelta(days=3))
    world.add(
        Advice(
            organization_id=own.id,
            profile_changed_at=now - timedelta(days=9),
            model_version="test-1",
            computed_at=now,
            suggestions=[GAIN],
        )
    )
    with app.app_context():
        assert member_week.member_parts(merged([stale]), now)[stale.id].change is None


def test_reach_counts_partners_told_in_the_week_and_their_answers(app, world, at) -> None:
    now = at(MONDAY_NINE_IN_INDIA)
    owner = world.user()
    own = world.organization(owner=owner)
    told = [world.match(own, state=MatchState.APPROVED, decided_at=now - timedelta(days=2)) for _ in range(3)]
    world.match(own, state=MatchState.APPROVED, decided_at=now - timedelta(days=9))
    world.match(own, state=MatchState.APPROVED, decided_at=now, opens_at=now + timedelta(days=1))
    for match, organization_id in ((told[0], told[0].us_id), (told[1], own.id)):
        world.add(
            Answer(
                match_id=match.id,
                organization_id=organization_id,
                says=AnswerChoice.YES,
                by_id=owner.id,
                at=now,
            )
        )
    with app.app_context():
        assert member_week.member_parts(merged([owner]), now)[owner.id].reach == Reach(3, 1, (0, 0, 1, 3))


@pytest.mark.parametrize(
    ("shown", "answered", "tells"), [(1, 1, False), (2, 1, False), (3, 0, False), (3, 1, True), (3, 3, False)]
)
def test_how_many_answered_is_told_only_where_it_says_nothing_of_one_partner(shown, answered, tells) -> None:
    assert Reach(shown, answered).tells_answers is tells


@pytest.mark.parametrize(("last", "since"), [(None, 7), (3, 3), (10, 10), (30, 14)])
def test_introductions_are_news_since_the_last_letter_but_for_two_weeks_at_most(last, since) -> None:
    now = clock.now()
    letter = None if last is None else now - timedelta(days=last)
    assert member_week.since_letter(letter, now) == now - timedelta(days=since)


@pytest.mark.parametrize(
    ("weeks", "has_history"),
    [((0, 0, 0, 4), False), ((0, 0, 2, 4), False), ((0, 1, 0, 0), True), ((0, 0, 0, 0), False)],
)
def test_weeks_are_drawn_from_the_third_on(weeks, has_history) -> None:
    assert Reach(weeks[-1], 0, weeks).has_history is has_history
