"""The list of a person's matches: order, empty states, and what is not shown before both said yes."""

from __future__ import annotations

import pytest

from app import clock
from app.db import db
from app.matching.models import MatchState, Refresh
from app.organizations.models import Organization, ProfileState
from app.taxonomy import Country
from tests.introductions.pair import SECRETS, make_pair, quoted


def leaks(text: str, side: str) -> list[str]:
    hosts = [secret.removeprefix("https://") for secret in SECRETS[side]]
    return [secret for secret in hosts if secret.lower() in text.lower()]


@pytest.mark.parametrize("state", [MatchState.PROPOSED, MatchState.APPROVED])
def test_the_partner_has_no_name_before_both_said_yes(world, state):
    pair = make_pair(world, state)
    for user, other in ((pair.asha, "us"), (pair.bo, "india")):
        browser = pair.browser(user)
        for address in ("/matches", pair.url(), "/digest/preview"):
            assert leaks(browser.get(address).text, other) == []


def test_one_yes_shows_no_name_to_either_side(pair):
    pair.browser(pair.asha).post(pair.url("accept"))
    for user, other in ((pair.asha, "us"), (pair.bo, "india")):
        for address in ("/matches", pair.url(), "/digest/preview"):
            assert leaks(pair.browser(user).get(address).text, other) == []


def test_a_name_written_into_needs_and_offers_is_withheld_too(world):
    told = quoted("wafers", "Zephyrine Wafers has them, see zephyrine.example")
    asked = quoted("A test house for Zephyrine Wafers, write to bo.zephyr@example.org", "packaging")
    pair = make_pair(world, reasons={"india": [told], "us": [asked]})
    with world.app.app_context():
        us = db.session.get(Organization, pair.us.id)
        us.needs = "Zephyrine Wafers needs a test house, write to bo.zephyr@example.org"
        us.offers = "See https://zephyrine.example or www.zephyrine.example for wafers"
        db.session.commit()
    for address in ("/matches", pair.url(), "/digest/preview"):
        assert leaks(pair.browser(pair.asha).get(address).text, "us") == []


def test_each_side_reads_the_reasons_as_said_to_it(pair):
    india = pair.browser(pair.asha).get(pair.url()).text
    assert "You need “wafers”; they offer “wafers on demand”." in india
    assert "They need “packaging”; you offer “a packaging line”." in india
    us = pair.browser(pair.bo).get(pair.url()).text
    assert "You need “packaging”; they offer “a packaging line”." in us
    assert "They need “wafers”; you offer “wafers on demand”." in us


def test_a_declined_match_never_tells_the_name(pair):
    pair.browser(pair.asha).post(pair.url("accept"))
    pair.browser(pair.bo).post(pair.url("decline"), data={"reason": "timing"})
    for address in ("/matches", pair.url()):
        assert leaks(pair.browser(pair.asha).get(address).text, "us") == []
        assert leaks(pair.browser(pair.bo).get(address).text, "india") == []


def test_matches_stand_in_the_order_of_what_is_to_be_done(world, pair):
    browser = pair.browser(pair.asha)
    for state in (MatchState.PROPOSED, MatchState.APPROVED):
        world.match(pair.india, state=state)
    accepted = world.match(pair.india, state=MatchState.APPROVED)
    browser.post(f"/matches/{accepted.id}/accept")
    page = browser.get("/matches").text
    headings = ["2 answers wait for you", "You said yes; the other side", "In review"]
    assert [page.index(words) for words in headings] == sorted(page.index(words) for words in headings)


def test_the_better_fit_stands_first(world, pair):
    better = world.match(pair.india, state=MatchState.APPROVED, score=0.95)
    page = pair.browser(pair.asha).get("/matches").text
    assert page.index(f"/matches/{better.id}") < page.index(f"/matches/{pair.match.id}")


def test_at_most_ten_matches_in_review_are_shown_and_these_are_the_best(world):
    owner = world.user()
    india = world.organization(Country.INDIA, owner=owner)
    made = [world.match(india, score=number / 100) for number in range(1, 14)]
    page = world.sign_in(owner).get("/matches").text
    shown = [match for match in made if f"/matches/{match.id}?" in page]
    assert shown == made[-10:]


def test_introduced_partners_have_name_and_contact_in_the_list(pair):
    for user in (pair.asha, pair.bo):
        pair.browser(user).post(pair.url("accept"))
    page = pair.browser(pair.asha).get("/matches").text
    assert "Zephyrine Wafers" in page
    assert "mailto:bo.zephyr@example.org" in page


def test_someone_without_an_organization_is_told_to_add_one(world):
    page = world.sign_in(world.user()).get("/matches").text
    assert "Tell us who you are first." in page


def test_the_owner_of_a_draft_is_told_to_publish_it(world):
    owner = world.user()
    world.organization(owner=owner, state=ProfileState.DRAFT)
    assert "Your profile is still a draft." in world.sign_in(owner).get("/matches").text


def test_the_owner_of_a_fresh_profile_is_told_that_we_are_looking(world):
    owner = world.user()
    world.organization(owner=owner)
    assert "We are looking for your partners now." in world.sign_in(owner).get("/matches").text


def test_the_owner_of_a_profile_that_fits_nobody_is_told_what_helps(world):
    owner = world.user()
    organization = world.organization(owner=owner)
    world.add(Refresh(organization_id=organization.id, refreshed_at=clock.now(), model_version="test-1"))
    assert "Nobody fits yet." in world.sign_in(owner).get("/matches").text


def test_a_paused_organization_is_told_so(world):
    owner = world.user()
    world.organization(owner=owner, state=ProfileState.PAUSED)
    assert "Matching is paused." in world.sign_in(owner).get("/matches").text


def test_the_text_of_a_hostile_partner_is_inert(world):
    owner = world.user()
    india = world.organization(Country.INDIA, owner=owner)
    us = world.organization(
        Country.UNITED_STATES, needs="<script>alert(1)</script>", offers='"><img src=x onerror=alert(1)>'
    )
    match = world.match(india, us, MatchState.APPROVED)
    for address in ("/matches", f"/matches/{match.id}"):
        page = world.sign_in(owner).get(address).text
        assert "<script>alert" not in page
        assert "<img src=x" not in page


def test_the_list_costs_the_same_number_of_queries_for_two_and_for_twenty_matches(world, pair, count_queries):
    browser = pair.browser(pair.asha)
    world.match(pair.india, state=MatchState.APPROVED)
    world.match(pair.india)
    few = count_queries(lambda: browser.get("/matches"))
    for _time in range(9):
        world.match(pair.india, state=MatchState.APPROVED)
        world.match(pair.india)
    assert count_queries(lambda: browser.get("/matches")) <= few
    assert few <= 20
