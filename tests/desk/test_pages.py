"""Pages of the desk: the queue, a card for each kind of case, decisions that are staged, and what they cost."""

from __future__ import annotations

import html
import re
from contextlib import contextmanager
from datetime import timedelta

import pytest
import sqlalchemy as sa

from app import clock
from app.accounts.models import Role, User
from app.db import db
from app.desk.models import Action, Case, CaseState, Decision
from app.listings.models import ReviewState
from app.matching.models import Match, MatchState, RejectReason, ReviewAction, ReviewDecision
from app.organizations.models import Aspect, ProfileState, Weight
from app.outbox.models import Email
from app.taxonomy import Country
from app.taxonomy.exchange import MoneyFlow
from tests.desk.desk import card_on, pair, queue_on

HX = {"HX-Request": "true"}


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
def scene(world):
    return pair(world)


@pytest.fixture
def desk(world, scene):
    return world.sign_in(scene.manager)


@pytest.fixture
def rows(app):
    """Everything of one kind that is in the database now."""

    def read(model):
        with app.app_context():
            found = db.session.scalars(sa.select(model)).all()
            db.session.expunge_all()
        return found

    return read


def said(response) -> str:
    """The page as it is read, without marks of direction."""
    return re.sub(r"</?bdi>", "", html.unescape(response.text))


def test_the_queue_shows_every_kind_with_its_numbers(world, scene, desk) -> None:
    world.listing(world.organization(name="Newname"))
    late = world.case(world.match(proposed_at=clock.now() - timedelta(days=20)))
    page = said(desk.get("/review"))
    assert queue_on(page)[0] == late.id
    assert "3 cases wait" in page
    assert "one is late" in page
    assert "New listing: 1" in page
    assert "Pair: 2" in page
    assert "nine in ten up to" in page
    assert "Newname" in page


@pytest.mark.parametrize(
    "query",
    [
        "state=approved&program=x&kind=robot",
        "program=99999999999999999999&after=x~1",
        "after=2026-01-01T00:00:00%2B00:00~99999999999999999999",
        "after=0001-01-01T00:00:00%2B23:00~1",
        "order=best&after=nan~1",
        "order=opinions&after=-1~2026-01-01T00:00:00%2B00:00~1",
        "after=2026-01-01~1&program=%D9%A3",
        "after=%00~1&kind=%00",
    ],
)
def test_a_query_nobody_understands_shows_the_whole_queue(scene, desk, query) -> None:
    response = desk.get(f"/review?{query}")
    assert response.status_code == 200
    assert queue_on(response.text) == [scene.case.id]


def test_old_addresses_lead_to_the_queue_of_their_kind(desk) -> None:
    assert desk.get("/listings").headers["Location"] == "/review?kind=listing"
    assert desk.get("/duplicates").headers["Location"] == "/review?kind=merge"


def test_the_card_of_a_pair_tells_all_a_decision_needs(world, scene, desk) -> None:
    world.brief(
        scene.india,
        "Wafer supply",
        money_flow=MoneyFlow.WE_PAY,
        wishes=[
            (Aspect.CERTIFICATION, "ISO 9001", Weight.MUST),
            (Aspect.STATE, "US-CA", Weight.MUST),
        ],
    )
    other = world.match(scene.india, world.organization(Country.UNITED_STATES, name="Othername"))
    world.add(
        ReviewDecision(
            match_id=scene.match.id, action=ReviewAction.HOLD, by_id=scene.manager.id, at=clock.now()
        )
    )
    world.written_again(scene.match.id)
    world.case(other)
    page = said(desk.get(scene.address()))
    for words in (
        "The Indian side needs “Wafer supply”; the American side offers “Wafers of 200 mm”.",
        "Both sides work in",
        "the Indian side pays the American side",
        "ask about export rules before details are shared",
        "2 pairs wait",
        "Othername",
        "Asha Manager: put on hold",
        "Not verified",
        "Strong both ways",
    ):
        assert words in page, words
    assert re.search(r"not met:</span>\s*<span[^>]*>Certifications: ISO 9001", page)
    assert re.search(r">met:</span>\s*<span[^>]*>State or territory: California", page)
    assert "You need" not in page


def test_the_card_warns_of_old_paused_and_silent_sides(world, desk) -> None:
    now = clock.now()
    old = world.organization(
        name="Oldname", technologies=["climate"], profile_changed_at=now - timedelta(days=200)
    )
    paused = world.organization(
        Country.UNITED_STATES,
        name="Pausedname",
        technologies=["climate"],
        state=ProfileState.PAUSED,
        owner=world.user(),
    )
    page = said(desk.get(f"/review/{world.case(world.match(old, paused)).id}"))
    assert "The profile of Oldname is old" in page
    assert "Pausedname takes no new matches now." in page
    assert "Nobody at Oldname has an account" in page
    assert "Nobody at Pausedname" not in page
    assert "export rules" not in page


def test_the_card_of_a_listing_shows_what_is_new_missing_and_perhaps_here_already(world, desk) -> None:
    one = world.organization(name="Newname", region_code=None, state=ProfileState.SUBMITTED)
    world.identifier(one)
    world.duplicate(one, world.organization(name="Twinname"))
    changes = [{"field": "summary", "before": "We test chips.", "after": "We pack chips."}]
    world.listing(one, state=ReviewState.RETURNED, decided_at=clock.now(), comment="Say more.")
    page = said(desk.get(f"/review/{world.case(world.listing(one, changes=changes, note='Mended')).id}"))
    for words in (
        "We test chips.",
        "We pack chips.",
        "Choose the state or territory.",
        "Twinname",
        "Say more.",
        "Mended",
    ):
        assert words in page, words
    assert "213800KUD8LAJWSQ9D15" not in page
    assert "right form" in page


def test_the_cards_of_a_merge_an_appeal_and_a_report_say_what_they_are_about(world, scene, desk) -> None:
    twins = world.organization(name="Leftname"), world.organization(name="Rightname")
    person = world.user(name="Angry Person")
    rejected = world.match(
        scene.india, world.organization(Country.UNITED_STATES), MatchState.REJECTED, decided_at=clock.now()
    )
    world.add(
        ReviewDecision(
            match_id=rejected.id,
            action=ReviewAction.REJECT,
            reason_code=RejectReason.COMPETITORS,
            by_id=scene.manager.id,
            at=clock.now(),
        )
    )
    merge = said(desk.get(f"/review/{world.case(world.duplicate(*twins)).id}"))
    assert "Leftname" in merge
    assert "Rightname" in merge
    assert "differs" in merge
    appeal = world.grievance(scene.india, person, match_id=rejected.id, text="We do not compete.")
    page = said(desk.get(f"/review/{world.case(appeal).id}"))
    assert "We do not compete." in page
    assert "Asha Manager: rejected, They are competitors" in page
    report = said(desk.get(f"/review/{world.case(world.grievance(scene.us, person)).id}"))
    assert "unwanted mail" in report
    assert "Angry Person" in report


def test_a_name_cannot_carry_markup(world, desk) -> None:
    match = world.match(world.organization(name="<script>alert(1)</script>", needs="<b>x</b>"))
    for address in (f"/review/{world.case(match).id}", "/review"):
        page = desk.get(address).text
        assert "<script>alert" not in page
        assert "<b>x</b>" not in page


def test_a_decision_is_staged_and_the_next_card_comes_claimed(world, scene, desk, rows) -> None:
    following = world.case(world.match(program_id=scene.match.program_id))
    world.case(world.match())
    query = f"?program={scene.match.program_id}"
    response = desk.post(scene.address("approve") + query, data=scene.sent(note="Good pair"))
    assert response.status_code == 303
    assert response.headers["Location"] == f"/review/{following.id}{query}"
    assert "Staged: approved." in desk.get(response.headers["Location"]).text
    (decision,) = rows(Decision)
    assert (decision.action, decision.note) == (Action.APPROVE, "Good pair")
    cases = {one.id: one for one in rows(Case)}
    assert cases[scene.case.id].state is CaseState.STAGED
    assert cases[following.id].claimed_by_id == scene.manager.id
    assert rows(Email) == []
    assert next(one for one in rows(Match) if one.id == scene.match.id).state is MatchState.PROPOSED


def test_a_script_gets_the_next_card_at_once(world, scene, desk) -> None:
    following = world.case(world.match(proposed_at=clock.now() + timedelta(hours=1)))
    response = desk.post(scene.address("approve"), data=scene.sent(), headers=HX)
    assert response.status_code == 200
    assert response.headers["HX-Push-Url"] == f"/review/{following.id}"
    assert card_on(response.text) == following.id
    assert "<html" not in response.text
    assert "HX-Request" in response.headers["Vary"]


@pytest.mark.parametrize("headers", [{}, HX])
@pytest.mark.parametrize(
    ("action", "sent", "says"),
    [
        ("approve", {"comment": "kept words" + "x" * 2000}, "at most 2000 characters"),
        ("approve", {"comment": "kept words", "version": ""}, "Reload the page"),
        ("reject", {"comment": "kept words"}, "Choose a reason."),
        ("hold", {"comment": "kept words", "until": "2020-01-01"}, "Choose a day from tomorrow on"),
        ("ask", {"comment": "kept words", "note": "", "side": "us"}, "Write your question."),
    ],
)
def test_what_cannot_be_taken_comes_back_with_everything_typed(
    scene, desk, rows, action, sent, says, headers
) -> None:
    response = desk.post(scene.address(action), data=scene.sent(**sent), headers=headers)
    assert response.status_code == 422
    assert says in response.text
    assert "kept words" in response.text
    assert response.text.count("data-act open") == 1
    assert card_on(response.text) == scene.case.id
    assert rows(Decision) == []


@pytest.mark.parametrize("headers", [{}, HX])
def test_who_comes_second_is_told_who_was_first_and_keeps_the_note(world, scene, desk, rows, headers) -> None:
    colleague = world.sign_in(world.user(Role.ADMINISTRATOR, name="Second Person"))
    assert desk.post(scene.address("approve"), data=scene.sent()).status_code == 303
    sent = scene.sent(reason_code="other", comment="My long thoughts")
    response = colleague.post(scene.address("reject"), data=sent, headers=headers)
    assert response.status_code == 409
    assert "Asha Manager was first: approved." in response.text
    assert "My long thoughts" in response.text
    assert len(rows(Decision)) == 1
    page = colleague.get(scene.address()).text
    assert card_on(page) is None
    assert "It is staged" in page


def test_a_claim_names_who_reads_already(world, scene, desk, rows) -> None:
    colleague = world.sign_in(world.user(Role.ADMINISTRATOR, name="Second Person"))
    assert desk.post(scene.address("claim")).text == ""
    assert colleague.post(scene.address("claim")).text == "Asha Manager reads this"
    assert "Asha Manager reads this" in colleague.get(scene.address()).text
    assert rows(Case)[0].claimed_by_id == scene.manager.id


@pytest.mark.parametrize("action", [one.value for one in Action])
def test_a_foreign_programs_case_is_not_found(world, scene, rows, action) -> None:
    stranger = world.sign_in(world.user(Role.PROGRAM_MANAGER))
    assert stranger.get(scene.address()).status_code == 404
    assert stranger.post(scene.address(action), data=scene.sent()).status_code == 404
    assert stranger.post(scene.address("claim")).status_code == 404
    assert rows(Decision) == []


def test_a_role_lost_between_page_and_press_decides_nothing(app, scene, desk, rows) -> None:
    with app.app_context():
        db.session.execute(sa.update(User).where(User.id == scene.manager.id).values(role=Role.MEMBER))
        db.session.commit()
    assert desk.post(scene.address("approve"), data=scene.sent()).status_code == 403
    assert rows(Decision) == []


@pytest.mark.parametrize("case_id", ["999999", "99999999999999999999"])
def test_a_case_that_is_not_there_is_not_found(desk, case_id) -> None:
    assert desk.get(f"/review/{case_id}").status_code == 404


def test_a_long_queue_costs_no_more_queries_than_a_short_one(app, world, scene, desk) -> None:
    costs = []
    for more in (9, 990):
        with app.app_context():
            many(more, scene)
            db.session.commit()
        pages = []
        for address in ("/review", "/review?order=best&country=IN", scene.address()):
            with counted_queries(app) as seen:
                assert desk.get(address).status_code == 200
            pages.append(len(seen))
        costs.append(pages)
    assert costs[0] == costs[1]
    assert max(costs[0][:2]) <= 12
    assert costs[0][2] <= 12


def many(number: int, scene) -> None:
    """Cases about the scene's own pair, by one statement: repeats, of which there may be many."""
    now = clock.now()
    shared = {
        "kind": "pair",
        "state": "open",
        "value": 0.5,
        "opinions": 0,
        "wanted_opinions": 0,
        "version": 1,
    }
    row = {
        **shared,
        "one_id": scene.india.id,
        "other_id": scene.us.id,
        "match_id": scene.match.id,
        "repeats_id": scene.case.id,
        "for_user_id": scene.manager.id,
        "opened_at": now,
        "due_at": now,
    }
    db.session.execute(sa.insert(Case), [row] * number)
