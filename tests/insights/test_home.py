"""The home page says what is true of the database now."""

from __future__ import annotations

from app import clock
from app.introductions.models import Introduction
from app.matching.models import MatchState
from app.organizations.models import ProfileState
from app.taxonomy import Country


def test_an_empty_service_says_what_is_to_come(client) -> None:
    page = client.get("/").text
    assert "The first introduction is still to come." in page


def test_figures_leave_out_drafts_and_matches_that_are_gone(client, world) -> None:
    world.organization(Country.INDIA, state=ProfileState.DRAFT)
    world.match()
    world.match(state=MatchState.REJECTED)
    page = " ".join(client.get("/").text.split())
    assert "<dt>Organizations</dt><dd>4</dd>" in page
    assert "<dt>Matches proposed</dt><dd>1</dd>" in page
    assert "<dt>Introductions made</dt><dd>0</dd>" in page


def test_the_corridor_joins_the_states_of_introduced_pairs(client, world) -> None:
    for _ in range(2):
        match = world.match(state=MatchState.APPROVED)
        world.add(Introduction(match_id=match.id, at=clock.now()))
    page = client.get("/").text
    assert "Karnataka – California: 2" in page


def test_a_pair_without_a_state_draws_no_ribbon(client, world) -> None:
    india = world.organization(Country.INDIA, region_code=None)
    match = world.match(india, state=MatchState.APPROVED)
    world.add(Introduction(match_id=match.id, at=clock.now()))
    assert "corridor__ribbon" not in client.get("/").text


def test_the_page_about_the_service_opens_for_everybody(client) -> None:
    assert client.get("/about").status_code == 200
