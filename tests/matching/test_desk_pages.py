"""The review desk: what waits, in which order, for whom, and at what cost."""

from __future__ import annotations

import html
import re
from contextlib import contextmanager
from datetime import timedelta

import pytest
import sqlalchemy as sa

from app import clock
from app.accounts.models import Role
from app.db import db
from app.matching.models import MatchState
from app.organizations.models import ProfileState
from app.taxonomy import Country, Kind
from tests.matching.desk import card_on, pair, queue_on


@contextmanager
def counted_queries(app):
    seen: list[str] = []

    def note(_connection, _cursor, statement, *_rest) -> None:
        if statement.lstrip().upper().startswith(("SELECT", "WITH")):
            seen.append(statement)

    with app.app_context():
        engine = db.engine
    sa.event.listen(engine, "before_cursor_execute", note)
    yield seen
    sa.event.remove(engine, "before_cursor_execute", note)


@pytest.fixture
def manager(world):
    return world.user(Role.PROGRAM_MANAGER)


@pytest.fixture
def desk(world, manager):
    return world.sign_in(manager)


def due(days: float):
    return clock.now() + timedelta(days=days)


def test_the_first_due_comes_first_and_is_the_card(world, desk) -> None:
    later, late, soon = (world.match(due_at=due(days)).id for days in (3, -2, 1))
    page = desk.get("/review").text
    assert queue_on(page) == [late, soon, later]
    assert card_on(page) == late
    assert "3 wait" in page
    assert "one is late" in page


def test_an_empty_queue_says_so(desk) -> None:
    page = desk.get("/review").text
    assert "Nothing waits for you" in page
    assert card_on(page) is None


def test_what_is_settled_on_hold_or_asked_does_not_wait(world, desk) -> None:
    waiting = world.match().id
    held = world.match(state=MatchState.HELD, hold_until=due(5).date()).id
    back = world.match(state=MatchState.HELD, hold_until=due(0).date(), due_at=due(3)).id
    asked = world.match(state=MatchState.INFO_REQUESTED).id
    for state in (MatchState.APPROVED, MatchState.REJECTED, MatchState.STALE):
        world.match(state=state)
    assert queue_on(desk.get("/review").text) == [waiting, back]
    assert set(queue_on(desk.get("/review?state=held").text)) == {held, back}
    assert queue_on(desk.get("/review?state=info_requested").text) == [asked]


def test_program_and_kind_narrow_the_queue_and_stay_in_its_links(world, desk, manager) -> None:
    program = world.program(manager)
    investor = world.organization(Country.UNITED_STATES, Kind.INVESTOR)
    both = world.match(us=investor, program_id=program.id).id
    in_program = world.match(program_id=program.id).id
    world.match(us=investor)
    assert queue_on(desk.get(f"/review?program={program.id}").text) == [both, in_program]
    page = desk.get(f"/review?program={program.id}&kind=investor").text
    assert queue_on(page) == [both]
    assert f"/review/{both}?program={program.id}&amp;kind=investor" in page
    assert f"/review/{both}/approve?program={program.id}&amp;kind=investor" in page


@pytest.mark.parametrize(
    "query",
    [
        "state=approved&program=x&kind=robot",
        "program=99999999999999999999&after=x~1",
        "after=2026-01-01T00:00:00%2B00:00~99999999999999999999",
        "after=0001-01-01T00:00:00%2B23:00~1",
        "after=2026-01-01~1&program=%D9%A3",
        "after=%00~1&kind=%00",
    ],
)
def test_a_query_nobody_understands_shows_the_whole_queue(world, desk, query) -> None:
    one = world.match().id
    response = desk.get(f"/review?{query}")
    assert response.status_code == 200
    assert queue_on(response.text) == [one]


def test_paging_shows_each_match_once_even_with_one_due_date(world, desk) -> None:
    india, moment = world.organization(Country.INDIA), due(1)
    ids = [
        world.match(
            india, world.organization(Country.UNITED_STATES), due_at=moment + timedelta(hours=n // 60)
        ).id
        for n in range(112)
    ]
    seen, address = [], "/review"
    while address:
        page = desk.get(address).text
        seen.append(queue_on(page))
        following = re.search(r'<a rel="next" href="([^"]+)"', page)
        address = html.unescape(following.group(1)) if following else ""
    assert [len(part) for part in seen] == [50, 50, 12]
    assert [one for part in seen for one in part] == ids


def test_the_card_shows_both_profiles_reasons_and_history(world) -> None:
    scene = pair(world)
    page = html.unescape(world.sign_in(scene.manager).get(scene.address()).text)
    assert f'href="/organizations/{scene.india.id}"' in page
    assert f'href="/organizations/{scene.us.id}"' in page
    assert "The Indian side needs “Wafer supply”; the American side offers “Wafers of 200 mm”." in page
    assert "Both sides work in" in page
    assert "You need" not in page
    assert "Strong both ways" in page
    assert "Profile changed" in page
    assert "Ask about export rules before details are shared." in page
    assert "one match waits" in page
    assert "Nobody has decided on it yet." in page
    assert "0.8" not in page


def test_the_card_warns_of_old_and_paused_profiles(world, desk) -> None:
    old = world.organization(name="Oldname", technologies=["climate"], profile_changed_at=due(-200))
    paused = world.organization(
        Country.UNITED_STATES, name="Pausedname", technologies=["climate"], state=ProfileState.PAUSED
    )
    world.match(old, paused)
    page = desk.get("/review").text
    assert "The profile of Oldname is old" in page
    assert "Pausedname takes no new matches now." in page
    assert "export rules" not in page


def test_the_card_says_when_a_letter_would_reach_nobody(world, desk) -> None:
    world.match(
        world.organization(name="Silentname"),
        world.organization(Country.UNITED_STATES, name="Peopledname", owner=world.user()),
    )
    page = desk.get("/review").text
    assert "Nobody at Silentname has an account yet" in page
    assert "Nobody at Peopledname" not in page


def test_a_name_cannot_carry_markup(world, desk) -> None:
    world.match(world.organization(name="<script>alert(1)</script>", needs="<b>x</b>"))
    page = desk.get("/review").text
    assert "<script>alert" not in page
    assert "<b>x</b>" not in page


def test_a_manager_sees_matches_of_own_programs_and_of_none(world, desk, manager) -> None:
    foreign = world.match(program_id=world.program(world.user(Role.PROGRAM_MANAGER)).id).id
    own = world.match(program_id=world.program(manager).id).id
    free = world.match().id
    assert queue_on(desk.get("/review").text) == [own, free]
    assert desk.get(f"/review/{foreign}").status_code == 404
    everything = world.sign_in(world.user(Role.ADMINISTRATOR)).get("/review").text
    assert queue_on(everything) == [foreign, own, free]


@pytest.mark.parametrize("role", [Role.MEMBER, Role.OBSERVER])
def test_the_desk_is_closed_to_members_and_observers(world, role) -> None:
    one = world.match().id
    browser = world.sign_in(world.user(role))
    assert browser.get("/review").status_code == 403
    assert browser.get(f"/review/{one}").status_code == 403


def test_who_is_signed_out_is_asked_to_sign_in(world, client) -> None:
    one = world.match().id
    response = client.get(f"/review/{one}")
    assert response.status_code in {302, 303}
    assert response.headers["Location"].startswith("/sign-in")


@pytest.mark.parametrize("match_id", ["999999", "99999999999999999999"])
def test_a_match_that_is_not_there_is_not_found(desk, match_id) -> None:
    assert desk.get(f"/review/{match_id}").status_code == 404


def test_a_script_gets_the_desk_without_the_page_around_it(world, desk) -> None:
    world.match()
    part = desk.get("/review", headers={"HX-Request": "true"})
    whole = desk.get("/review", headers={"HX-Request": "true", "HX-History-Restore-Request": "true"})
    assert 'id="desk"' in part.text
    assert "<html" not in part.text
    assert "<html" in whole.text
    assert "HX-Request" in part.headers["Vary"]
    assert "HX-Request" in whole.headers["Vary"]


def test_a_long_queue_costs_no_more_queries_than_a_short_one(app, world, desk) -> None:
    costs = []
    for more in (10, 50):
        for _ in range(more):
            world.match()
        with counted_queries(app) as seen:
            assert desk.get("/review").status_code == 200
        costs.append(len(seen))
    assert costs[0] == costs[1], seen
    assert costs[0] <= 14, seen
