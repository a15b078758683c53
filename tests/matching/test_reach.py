"""The coach: computed by the worker, shown to the people of the organization, out of date when the profile changes."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app import clock
from app.db import db
from app.jobs import services as leases
from app.jobs.engine import jobs
from app.matching import advising
from app.matching.models import Advice, Match, RankingModel
from app.organizations.models import MemberRole, ProfileState
from app.taxonomy import Country, Kind
from tests.matching.runs import change, market, propose, startup
from tests.matching.said import rows

TIPS = [
    {"field": "technologies", "suggestion": "semiconductors", "gained": 14},
    {"field": "needs", "suggestion": "", "gained": 3},
    {"field": "tags", "suggestion": "sensors", "gained": 2},
    {"field": "stage", "suggestion": "", "gained": 1},
    {"field": "description", "suggestion": "", "gained": 1},
]


@pytest.fixture
def owner(world):
    return world.user()


@pytest.fixture
def own(world, owner):
    return world.organization(Country.INDIA, Kind.STARTUP, owner=owner)


def advised(world, organization, suggestions=TIPS) -> None:
    world.add(
        Advice(
            organization_id=organization.id,
            profile_changed_at=organization.profile_changed_at,
            model_version=advising.RULE,
            computed_at=clock.now(),
            suggestions=suggestions,
        )
    )


def page(world, person, organization):
    return world.sign_in(person).get(f"/organizations/{organization.id}/reach")


def waiting(app) -> list[int]:
    with app.app_context():
        return advising.waiting(100)


def advise(app) -> None:
    with app.app_context():
        jobs.run("matching.advise")


def test_the_three_that_open_most_are_shown_with_the_way_to_their_place_in_the_form(
    world, owner, own
) -> None:
    advised(world, own)
    text = page(world, owner, own).text
    assert "About 14 more organizations" in text
    assert f"/organizations/{own.id}/edit/work#technologies" in text
    assert f"/organizations/{own.id}/edit/exchange#needs" in text
    assert f"/organizations/{own.id}/edit/details#stage" in text
    assert text.count("Open the form there") == 3


def test_what_the_form_does_not_ask_for_is_not_suggested(world, owner, own) -> None:
    advised(world, own)
    assert "sensors" not in page(world, owner, own).text


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (ProfileState.DRAFT, "still a draft"),
        (ProfileState.PAUSED, "Matching is paused"),
        (ProfileState.LISTED, "comparing your profile"),
    ],
)
def test_without_advice_the_page_says_why(world, owner, state, words) -> None:
    organization = world.organization(owner=owner, state=state)
    assert words in page(world, owner, organization).text


def test_a_complete_profile_is_told_so(world, owner, own) -> None:
    advised(world, own, [])
    assert "Nothing small is missing" in page(world, owner, own).text


def test_a_viewer_reads_and_is_not_sent_to_the_form(world, own) -> None:
    viewer = world.user()
    world.member(own, viewer, MemberRole.VIEWER)
    advised(world, own)
    text = page(world, viewer, own).text
    assert "About 14 more organizations" in text
    assert "/edit/work" not in text


def test_strangers_do_not_find_it(world, own) -> None:
    advised(world, own)
    stranger = world.user()
    world.organization(owner=stranger)
    assert page(world, stranger, own).status_code == 404


def test_it_is_linked_from_the_own_organization(world, owner, own) -> None:
    browser = world.sign_in(owner)
    link = f'href="/organizations/{own.id}/reach"'
    assert link in browser.get("/organizations/mine").text
    assert link in browser.get(f"/organizations/{own.id}").text
    assert link not in world.sign_in(world.user()).get(f"/organizations/{own.id}").text


def test_the_worker_advises_those_who_have_people_and_only_once(app, world, owner) -> None:
    market(world, 6)
    looked_after = startup(world, Country.INDIA, owner=owner, needs="", technologies=["semiconductors"])
    assert waiting(app) == [looked_after.id]
    advise(app)
    (found,) = rows_of_advice(app)
    assert found.organization_id == looked_after.id
    assert found.model_version == advising.RULE
    assert waiting(app) == []


def rows_of_advice(app) -> list[Advice]:
    with app.app_context():
        found = list(db.session.query(Advice))
        db.session.expunge_all()
    return found


def test_a_changed_profile_a_new_model_and_a_week_make_advice_old(app, world, owner, own) -> None:
    advised(world, own)
    assert waiting(app) == []
    clock.shift(advising.KEPT_FOR.total_seconds() + 60)
    assert waiting(app) == [own.id]
    clock.shift(0)
    now = clock.now()
    model = RankingModel(version="m1", is_in_force=True, created_at=now, profiles_at=now, learned_until=now)
    world.add(model)
    assert waiting(app) == [own.id]
    with app.app_context():
        db.session.delete(db.session.get_one(RankingModel, rows(app, RankingModel)[0].id))
        db.session.commit()
    change(app, world, own.id, needs="A partner for clinical trials")
    assert waiting(app) == [own.id]
    assert "comparing your profile" in page(world, owner, own).text


def test_those_without_people_are_not_advised_and_drafts_come_after_listed_ones(app, world, owner) -> None:
    world.organization()
    draft = world.organization(owner=owner, state=ProfileState.DRAFT)
    listed = world.organization(owner=owner)
    world.organization(owner=owner, state=ProfileState.PAUSED)
    assert waiting(app) == [listed.id, draft.id]


def test_who_still_writes_is_told_what_an_empty_answer_costs(app, world, owner) -> None:
    draft = startup(world, Country.INDIA, owner=owner, state=ProfileState.DRAFT)
    for _ in range(4):
        startup(world, Country.UNITED_STATES)
    page = f"/organizations/{draft.id}/edit/check"
    assert "Not computed yet" in world.sign_in(owner).get(page).text
    advise(app)
    told = world.sign_in(owner).get(page).text
    assert "What is still empty, and what that costs" in told
    assert "Not computed yet" not in told
    assert waiting(app) == []


def test_two_workers_do_not_advise_at_once(app, world, own) -> None:
    with app.app_context():
        leases.hold(advising.LEASE, 60)
        db.session.commit()
    advise(app)
    assert waiting(app) == [own.id]
    clock.shift(timedelta(minutes=2).total_seconds())
    advise(app)
    assert waiting(app) == []


def test_advising_many_asks_the_database_no_more_often(app, world, owner, count_queries) -> None:
    startup(world, Country.INDIA, owner=owner)
    startup(world, Country.UNITED_STATES)
    few = count_queries(lambda: advise(app))
    for _ in range(8):
        startup(world, Country.INDIA, owner=owner)
    assert count_queries(lambda: advise(app)) <= few + 2


def test_the_own_pages_say_what_each_empty_answer_costs(world, owner) -> None:
    own = world.organization(Country.INDIA, Kind.STARTUP, owner=owner, needs="", technologies=[])
    browser = world.sign_in(owner)
    pages = (f"/organizations/{own.id}", f"/organizations/{own.id}/edit/check")
    for page_ in pages:
        text = browser.get(page_).text
        assert "Not computed yet" in text
        assert "partners away" not in text
    advised(world, own)
    for page_ in pages:
        text = browser.get(page_).text
        assert "It keeps about 14 partners away" in text
        assert "It keeps about 3 partners away" in text
        assert "Not computed yet" not in text
        assert "%" not in text.partition("costs-heading")[2].partition("</section>")[0]
    stranger = world.sign_in(world.user())
    assert "costs-heading" not in stranger.get(pages[0]).text


def test_advice_for_a_draft_proposes_it_to_nobody(app, world, owner) -> None:
    market(world, 6)
    draft = startup(world, Country.INDIA, owner=owner, state=ProfileState.DRAFT)
    advise(app)
    assert [row.organization_id for row in rows_of_advice(app)] == [draft.id]
    propose(app)
    with app.app_context():
        matches = db.session.query(Match).all()
        assert matches
        assert draft.id not in {match.india_id for match in matches}
