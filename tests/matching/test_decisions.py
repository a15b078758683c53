"""Decisions on pairs: the letters they write, and who wins a race."""

from __future__ import annotations

import re
import threading

import pytest
import sqlalchemy as sa

from app.accounts.models import Role, User
from app.db import db
from app.errors import AlreadyDecided
from app.matching import services
from app.matching.models import Match, MatchState, RejectReason, ReviewAction, ReviewDecision
from app.organizations.models import MemberRole, Organization
from app.outbox.models import Email
from tests.desk.desk import pair

CANARIES = ("canaryname", "canarysite", "sparrowname", "sparrowsite")


@pytest.fixture
def scene(world):
    return pair(world)


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
def decide(app):
    """What `services` does with a match, as a manager would have it."""

    def act(name, match, manager, *given, **more) -> None:
        with app.test_request_context():
            row, by = db.session.get_one(Match, match.id), db.session.get_one(User, manager.id)
            getattr(services, name)(row, by, *given, version=row.version, **more)
            db.session.commit()

    return act


def test_an_approval_tells_owners_and_editors_of_both_sides(world, scene, decide, rows) -> None:
    editor, viewer = world.user(), world.user()
    silent = world.user(wants_match_mail=False)
    world.member(scene.india, editor, MemberRole.EDITOR)
    world.member(scene.india, viewer, MemberRole.VIEWER)
    world.member(scene.us, silent, MemberRole.EDITOR)
    decide("approve", scene.match, scene.manager, note="Good pair")
    assert rows(Match)[0].state is MatchState.APPROVED
    assert [one.note for one in rows(ReviewDecision)] == ["Good pair"]
    hearers = (*scene.owners, editor)
    assert {mail.key for mail in rows(Email)} == {f"proposal:{scene.match.id}:{one.id}" for one in hearers}


@pytest.mark.parametrize(("sides", "asked"), [(("india", "us"), (0, 1)), (("india",), (0,)), (("us",), (1,))])
def test_a_question_goes_to_the_side_it_is_for(scene, decide, rows, sides, asked) -> None:
    question = "Which wafer size?\n<b>And</b> how many?"
    decide("ask_more", scene.match, scene.manager, question, sides=sides)
    mails = rows(Email)
    assert {mail.user_id for mail in mails} == {scene.owners[number].id for number in asked}
    for mail in mails:
        assert question in mail.text
        assert "<b>And" not in mail.html


def test_a_proposal_gives_nobody_away_even_where_profiles_name_themselves(world, decide, rows) -> None:
    scene = pair(world, reasons=telling_reasons())
    lines = "{0} test floor\nSee https://{1}.example/ or write to sales@{1}.example\nAsk for {0}"
    india = lines.format("Canaryname Devices", "canarysite")
    us = lines.format("Sparrowname Foundry", "sparrowsite")
    with world.app.app_context():
        for side, words in ((scene.india, india), (scene.us, us)):
            own = sa.update(Organization).where(Organization.id == side.id)
            db.session.execute(own.values(offers=words, needs=words))
        db.session.commit()
    decide("approve", scene.match, scene.manager)
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


def test_the_text_of_a_letter_has_every_link_of_its_html(world, scene, decide, rows) -> None:
    decide("approve", scene.match, scene.manager)
    other = world.match(scene.india, world.organization(scene.us.country))
    decide("ask_more", other, scene.manager, "Which size?")
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
