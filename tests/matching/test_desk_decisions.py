"""Decisions on the desk: what each leaves behind, what is refused, and who wins a race."""

from __future__ import annotations

import re
import threading
from datetime import timedelta

import pytest
import sqlalchemy as sa

from app import clock
from app.accounts.models import Role, User
from app.audit.models import AuditEvent
from app.db import db
from app.errors import AlreadyDecided
from app.matching import services
from app.matching.models import Match, MatchState, RejectReason, ReviewAction, ReviewDecision
from app.organizations.models import MemberRole, Organization
from app.outbox.models import Email
from tests.matching.desk import card_on, pair

HX = {"HX-Request": "true"}
CANARIES = ("canaryname", "canarysite", "sparrowname", "sparrowsite")


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


@pytest.fixture
def state_of(rows):
    return lambda match_id: next(one for one in rows(Match) if one.id == match_id)


def decisions_of(rows, scene):
    return [(one.action, one.by_id) for one in rows(ReviewDecision) if one.match_id == scene.match.id]


def day_ahead(days: int) -> str:
    return (clock.now().date() + timedelta(days=days)).isoformat()


def test_an_approval_tells_owners_and_editors_of_both_sides(world, scene, desk, rows, state_of) -> None:
    editor, viewer = world.user(), world.user()
    silent = world.user(wants_match_mail=False)
    world.member(scene.india, editor, MemberRole.EDITOR)
    world.member(scene.india, viewer, MemberRole.VIEWER)
    world.member(scene.us, silent, MemberRole.EDITOR)
    response = desk.post(scene.address("approve"), data=scene.sent(note="Good pair"))
    assert response.status_code == 303
    assert state_of(scene.match.id).state is MatchState.APPROVED
    assert decisions_of(rows, scene) == [(ReviewAction.APPROVE, scene.manager.id)]
    assert rows(ReviewDecision)[0].note == "Good pair"
    hearers = (*scene.owners, editor)
    assert {mail.key for mail in rows(Email)} == {f"proposal:{scene.match.id}:{one.id}" for one in hearers}
    assert ("match.approved", scene.manager.id) in {(one.action, one.actor_id) for one in rows(AuditEvent)}


def test_a_rejection_keeps_its_reason_and_tells_nobody(scene, desk, rows, state_of) -> None:
    sent = scene.sent(reason="competitors", note="Same product")
    assert desk.post(scene.address("reject"), data=sent).status_code == 303
    assert state_of(scene.match.id).state is MatchState.REJECTED
    decision = rows(ReviewDecision)[0]
    assert (decision.reason_code, decision.note) == (RejectReason.COMPETITORS, "Same product")
    assert rows(Email) == []
    assert "match.rejected" in {one.action for one in rows(AuditEvent)}


def test_a_match_on_hold_comes_back_on_its_day(scene, desk, rows, state_of) -> None:
    assert desk.post(scene.address("hold"), data=scene.sent(until=day_ahead(5))).status_code == 303
    held = state_of(scene.match.id)
    assert (held.state, held.hold_until.isoformat()) == (MatchState.HELD, day_ahead(5))
    assert decisions_of(rows, scene) == [(ReviewAction.HOLD, scene.manager.id)]
    assert rows(Email) == []
    assert "match.held" in {one.action for one in rows(AuditEvent)}
    assert card_on(desk.get("/review").text) is None
    clock.shift(5 * 86400)
    assert card_on(desk.get("/review").text) == scene.match.id


@pytest.mark.parametrize(("side", "asked"), [("both", (0, 1)), ("india", (0,)), ("us", (1,))])
def test_a_question_goes_to_the_side_it_is_for(scene, desk, rows, state_of, side, asked) -> None:
    sent = scene.sent(side=side, note="Which wafer size?\n<b>And</b> how many?")
    assert desk.post(scene.address("ask-more"), data=sent).status_code == 303
    assert state_of(scene.match.id).state is MatchState.INFO_REQUESTED
    mails = rows(Email)
    assert {mail.user_id for mail in mails} == {scene.owners[number].id for number in asked}
    for mail in mails:
        assert "Which wafer size?\n<b>And</b> how many?" in mail.text
        assert "<b>And" not in mail.html
    assert "match.info_requested" in {one.action for one in rows(AuditEvent)}


def test_after_a_decision_comes_the_next_card_of_the_same_queue(world, scene, desk) -> None:
    following = world.match(program_id=scene.match.program_id, due_at=clock.now() + timedelta(days=3)).id
    world.match(due_at=clock.now() + timedelta(days=2, hours=1))
    query = f"?program={scene.match.program_id}"
    response = desk.post(scene.address("approve") + query, data=scene.sent())
    assert response.headers["Location"] == f"/review/{following}{query}"
    page = desk.get(response.headers["Location"]).text
    assert "Approved: letters to both sides are on their way." in page
    assert card_on(page) == following


def test_after_the_last_card_of_the_queue_comes_the_first(world, scene, desk) -> None:
    first = world.match(due_at=clock.now() - timedelta(days=1)).id
    response = desk.post(scene.address("approve"), data=scene.sent())
    assert response.headers["Location"] == f"/review/{first}"


def test_after_the_very_last_card_nothing_waits(scene, desk) -> None:
    response = desk.post(scene.address("approve"), data=scene.sent(), follow_redirects=True)
    assert "Nothing waits for you" in response.text


def test_a_script_gets_the_next_card_at_once(world, scene, desk) -> None:
    following = world.match(due_at=clock.now() + timedelta(days=3)).id
    response = desk.post(scene.address("approve"), data=scene.sent(), headers=HX)
    assert response.status_code == 200
    assert response.headers["HX-Push-Url"] == f"/review/{following}"
    assert card_on(response.text) == following
    assert "<html" not in response.text
    assert "Approved: letters to both sides are on their way." in response.text
    assert "Approved:" not in desk.get("/review").text


@pytest.mark.parametrize(
    ("action", "sent", "says"),
    [
        ("approve", {"note": "kept words" + "x" * 2000}, "at most 2000 characters"),
        ("approve", {"note": "kept words", "version": ""}, "Reload the page"),
        ("approve", {"note": "kept words", "version": "99999999999999999999"}, "Reload the page"),
        ("reject", {"note": "kept words"}, "Choose a reason."),
        ("reject", {"note": "kept words", "reason": "no_such"}, "Not a valid choice"),
        ("hold", {"note": "kept words"}, "Choose a day."),
        ("hold", {"note": "kept words", "until": "soon"}, "Not a valid date"),
        ("hold", {"note": "kept words", "until": "2020-01-01"}, "Choose a day from tomorrow on"),
        ("hold", {"note": "kept words", "until": "9999-12-31"}, "Choose a day from tomorrow on"),
        ("ask-more", {"note": "kept words", "side": "mars"}, "Not a valid choice"),
        ("ask-more", {"note": "", "side": "us"}, "Write your question."),
        ("reject", {"note": "kept words\x00", "reason": "other"}, "cannot be stored"),
    ],
)
@pytest.mark.parametrize("headers", [{}, HX])
def test_what_cannot_be_taken_comes_back_with_everything_typed(
    scene, desk, rows, state_of, action, sent, says, headers
) -> None:
    response = desk.post(scene.address(action), data=scene.sent(**sent), headers=headers)
    assert response.status_code == 422
    assert says in response.text
    assert sent["note"][:10] in response.text
    assert response.text.count("data-act open") == 1
    assert card_on(response.text) == scene.match.id
    assert state_of(scene.match.id).state is MatchState.PROPOSED
    assert rows(ReviewDecision) == []


def test_a_hold_lasts_from_tomorrow_to_half_a_year(world, scene, desk) -> None:
    page = desk.get(scene.address()).text
    first, last = (re.search(rf'{bound}="(\d{{4}}-\d\d-\d\d)"', page).group(1) for bound in ("min", "max"))
    assert first > clock.now().date().isoformat()
    assert desk.post(scene.address("hold"), data=scene.sent(until=last)).status_code == 303
    other = world.match()
    sent = {"version": 1, "until": first}
    assert desk.post(f"/review/{other.id}/hold", data=sent).status_code == 303


@pytest.mark.parametrize("headers", [{}, HX])
def test_who_comes_second_is_told_who_was_first_and_keeps_the_note(world, scene, desk, rows, headers) -> None:
    colleague = world.sign_in(world.user(Role.ADMINISTRATOR, name="Second Person"))
    assert desk.post(scene.address("approve"), data=scene.sent()).status_code == 303
    sent = scene.sent(reason="other", note="My long thoughts")
    response = colleague.post(scene.address("reject"), data=sent, headers=headers)
    assert response.status_code == 409
    assert "Asha Manager was first: approved." in response.text
    assert "My long thoughts" in response.text
    assert 'href="/review"' in response.text
    assert decisions_of(rows, scene) == [(ReviewAction.APPROVE, scene.manager.id)]


def test_a_form_of_an_older_version_is_refused(app, scene, desk, rows) -> None:
    with app.app_context():
        db.session.execute(sa.update(Match).values(version=Match.version + 1))
        db.session.commit()
    response = desk.post(scene.address("approve"), data=scene.sent(note="My thoughts"))
    assert response.status_code == 409
    assert "My thoughts" in response.text
    assert rows(ReviewDecision) == []
    assert rows(Email) == []


def test_the_same_approval_pressed_twice_is_one_approval(scene, desk, rows) -> None:
    for _ in range(2):
        assert desk.post(scene.address("approve"), data=scene.sent()).status_code == 303
    assert len(rows(Email)) == 2
    assert len(rows(ReviewDecision)) == 1
    assert [one.action for one in rows(AuditEvent)].count("match.approved") == 1


@pytest.mark.parametrize("action", ["approve", "reject", "hold", "ask-more"])
def test_a_foreign_programs_match_is_not_found(world, scene, rows, action) -> None:
    stranger = world.sign_in(world.user(Role.PROGRAM_MANAGER))
    sent = scene.sent(reason="other", note="x", until=day_ahead(3), side="both")
    assert stranger.get(scene.address()).status_code == 404
    assert stranger.post(scene.address(action), data=sent).status_code == 404
    assert rows(ReviewDecision) == []


@pytest.mark.parametrize("action", ["approve", "reject", "hold", "ask-more"])
def test_a_role_lost_between_page_and_press_decides_nothing(app, scene, desk, rows, action) -> None:
    assert desk.get(scene.address()).status_code == 200
    with app.app_context():
        db.session.execute(sa.update(User).where(User.id == scene.manager.id).values(role=Role.MEMBER))
        db.session.commit()
    sent = scene.sent(reason="other", note="x", until=day_ahead(3), side="both")
    assert desk.post(scene.address(action), data=sent).status_code == 403
    assert rows(ReviewDecision) == []
    assert rows(Email) == []


def test_a_decided_match_asks_for_no_decision_and_says_whose_it_was(scene, desk) -> None:
    desk.post(scene.address("reject"), data=scene.sent(reason="other"))
    page = desk.get(scene.address()).text
    assert card_on(page) is None
    assert "Asha Manager rejected this pair on" in page


def test_a_proposal_gives_nobody_away_even_where_profiles_name_themselves(world, rows) -> None:
    scene = pair(world, reasons=telling_reasons())
    lines = "{0} test floor\nSee https://{1}.example/ or write to sales@{1}.example\nAsk for {0}"
    india = lines.format("Canaryname Devices", "canarysite")
    us = lines.format("Sparrowname Foundry", "sparrowsite")
    with world.app.app_context():
        for side, words in ((scene.india, india), (scene.us, us)):
            own = sa.update(Organization).where(Organization.id == side.id)
            db.session.execute(own.values(offers=words, needs=words))
        db.session.commit()
    world.sign_in(scene.manager).post(scene.address("approve"), data=scene.sent())
    assert len(rows(Email)) == 2
    for mail in rows(Email):
        is_indian = mail.user_id == scene.owners[0].id
        own, partner = (CANARIES[:2], CANARIES[2:]) if is_indian else (CANARIES[2:], CANARIES[:2])
        said = f"{mail.subject} {mail.text} {mail.html}".casefold()
        assert own[0] in said
        assert "wafers of 200 mm" in said
        secrets = (*partner, scene.owners[is_indian].email)
        assert not [word for word in secrets if word in said]


def telling_reasons():
    """Evidence in which each side quotes its own name and address."""
    need = "Wafer supply for Canaryname Devices, canarysite.example"
    offer = "Wafers of 200 mm by Sparrowname Foundry, sales@sparrowsite.example"
    line = {"text_key": "need_offer.line", "evidence": {"need": need, "offer": offer}, "weight": 0.4}
    back = {"text_key": "need_offer.line", "evidence": {"need": offer, "offer": need}, "weight": 0.4}
    return {"india": [line], "us": [back]}


def test_the_text_of_a_letter_has_every_link_of_its_html(world, scene, desk, rows) -> None:
    desk.post(scene.address("approve"), data=scene.sent())
    other = world.match(scene.india, world.organization(scene.us.country))
    desk.post(f"/review/{other.id}/ask-more", data={"version": 1, "side": "both", "note": "Which size?"})
    mails = rows(Email)
    assert {mail.key.split(":")[0] for mail in mails} == {"proposal", "question"}
    for mail in mails:
        links = set(re.findall(r'href="(http[^"]+)"', mail.html))
        assert len(links) >= 3
        assert not [link for link in links if link not in mail.text]
    proposal = next(mail for mail in mails if mail.key.startswith("proposal"))
    assert f"/matches/{scene.match.id}" in proposal.text


def test_approve_and_reject_at_once_leave_one_winner(app, world) -> None:
    for _ in range(10):
        scene = pair(world)
        rival = world.user(Role.ADMINISTRATOR)
        outcome = _race(app, scene, rival)
        assert sorted(outcome.values()) == ["lost", "won"], outcome
        with app.app_context():
            chosen = sa.select(ReviewDecision).where(ReviewDecision.match_id == scene.match.id)
            decision = db.session.scalars(chosen).one()
            mails = sa.select(sa.func.count()).where(Email.key.startswith(f"proposal:{scene.match.id}:"))
            assert outcome[decision.action.value] == "won"
            approved = decision.action is ReviewAction.APPROVE
            assert db.session.scalar(mails) == (2 if approved else 0)
            wanted = MatchState.APPROVED if approved else MatchState.REJECTED
            assert db.session.get_one(Match, scene.match.id).state is wanted


def _race(app, scene, rival) -> dict[str, str]:
    """Both look at the same version, then both press; who of them won."""
    outcome: dict[str, str] = {}
    together = threading.Barrier(2, timeout=20)

    def decide(action: str, by_id: int) -> None:
        with app.app_context():
            # SQLite takes the write lock with the first read, so there only one of them can have read.
            reads_apart = db.engine.dialect.name == "sqlite"
            if reads_apart:
                together.wait()
            match, by = db.session.get_one(Match, scene.match.id), db.session.get_one(User, by_id)
            if not reads_apart:
                together.wait()
            try:
                if action == "approve":
                    services.approve(match, by, version=scene.match.version)
                else:
                    services.reject(match, by, RejectReason.OTHER, version=scene.match.version)
                db.session.commit()
                outcome[action] = "won"
            except AlreadyDecided:
                db.session.rollback()
                outcome[action] = "lost"

    presses = [("approve", scene.manager.id), ("reject", rival.id)]
    threads = [threading.Thread(target=decide, args=press) for press in presses]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcome
