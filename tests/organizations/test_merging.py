"""Two profiles become one and two again: who decides, what moves, what comes back, and who was first."""

from __future__ import annotations

import threading
from dataclasses import dataclass

import pytest
import sqlalchemy as sa

from app import clock
from app.accounts.models import Role, User
from app.audit.models import AuditEvent
from app.db import db
from app.errors import RuleBroken
from app.matching import eligibility
from app.organizations import merging, queries, unmerging
from app.organizations.identifiers import Scheme
from app.organizations.models import (
    Aspect,
    Brief,
    BriefWish,
    Duplicate,
    DuplicateState,
    Identifier,
    MemberRole,
    Membership,
    Organization,
    Partnership,
    ProfileState,
    Side,
    Weight,
)
from app.outbox.models import Email
from app.taxonomy import Country, Kind

CIN = "U72200KA2013PTC097389"
LEI = "213800KUD8LAJWSQ9D15"


@dataclass(frozen=True)
class Answer:
    """What came of a decision, as a page would say it."""

    status_code: int
    text: str = ""


def act(world, manager, duplicate_id: int, verb: str, fields: dict) -> Answer:
    """Let a manager decide what the desk would release."""
    with world.app.test_request_context():
        pair = db.session.get_one(Duplicate, duplicate_id)
        by, version = db.session.get_one(User, manager.id), fields["version"]
        try:
            if verb == "merge":
                merging.merge(pair, fields["keep"], by, version=version)
            else:
                act = {"keep-apart": merging.keep_apart, "reopen": merging.reopen, "undo": unmerging.undo}
                act[verb](pair, by, version=version)
            db.session.commit()
        except RuleBroken as broken:
            db.session.rollback()
            return Answer(broken.status, str(broken))
        return Answer(303)


class Pair:
    """Two profiles of one organization, their people, and a manager who looks at them."""

    def __init__(self, world) -> None:
        self.world = world
        self.manager = world.user(Role.PROGRAM_MANAGER)
        self.owner, self.both, self.newcomer = world.user(), world.user(), world.user()
        self.kept = world.organization(
            name="Nila Chips", owner=self.owner, city=None, website=None, description="", offers="One offer"
        )
        self.absorbed = world.organization(
            name="Nila Chips Ltd",
            owner=self.newcomer,
            city="Mysuru",
            website="https://nila.example",
            description="What they do.",
            offers="Another offer",
            technologies=["semiconductors", "robotics"],
        )
        world.member(self.kept, self.both, MemberRole.VIEWER)
        world.member(self.absorbed, self.both, MemberRole.EDITOR)
        world.identifier(self.kept)
        world.identifier(self.absorbed)
        world.identifier(self.absorbed, Scheme.CIN, CIN)
        investor = world.organization(kind=Kind.INVESTOR)
        world.add(Partnership(investor_id=investor.id, company_id=self.absorbed.id, date="2015"))
        self.duplicate = world.duplicate(self.kept, self.absorbed)

    def post(self, verb: str, browser=None, **fields):
        with self.world.app.app_context():
            version = db.session.get(Duplicate, self.duplicate.id).version
        chosen = {"version": version, **fields}
        return act(self.world, browser or self.manager, self.duplicate.id, verb, chosen)

    def merge(self, **fields):
        return self.post("merge", keep=self.kept.id, **fields)

    def state(self) -> DuplicateState:
        with self.world.app.app_context():
            return db.session.get(Duplicate, self.duplicate.id).state

    def facts(self) -> dict[int, dict]:
        """Everything of both that a merge may touch."""
        with self.world.app.app_context():
            return {id_: facts_of(id_) for id_ in (self.kept.id, self.absorbed.id)}


def facts_of(organization_id: int) -> dict:
    organization = db.session.get(Organization, organization_id)
    moving = {"version", "profile_changed_at"}
    columns = {
        column.name: getattr(organization, column.name)
        for column in Organization.__table__.columns
        if column.name not in moving
    }
    people = sa.select(Membership.user_id, Membership.role).where(
        Membership.organization_id == organization_id
    )
    numbers = sa.select(Identifier.id).where(Identifier.organization_id == organization_id)
    links = sa.select(Partnership.id).where(Partnership.company_id == organization_id)
    return {
        **columns,
        "technologies": sorted(organization.technologies),
        "people": sorted(map(tuple, db.session.execute(people))),
        "numbers": sorted(db.session.scalars(numbers)),
        "links": sorted(db.session.scalars(links)),
    }


@pytest.fixture
def pair(world) -> Pair:
    return Pair(world)


def test_what_others_prepare_is_not_shown_beyond_what_tells_who_they_are(world) -> None:
    one = world.organization(name="Nila")
    other = world.organization(
        name="Nila", state=ProfileState.DRAFT, description="canary text", needs="canary"
    )
    duplicate = world.duplicate(one, other)
    shown = world.sign_in(world.user(Role.PROGRAM_MANAGER)).get(f"/review/{world.case(duplicate).id}").text
    assert "canary" not in shown


def test_the_kept_profile_gets_what_it_lacks_and_keeps_what_it_has(pair, app) -> None:
    before = pair.facts()
    assert pair.merge().status_code == 303
    kept, absorbed = pair.facts().values()
    assert (kept["website"], kept["domain"]) == ("https://nila.example", "nila.example")
    assert (kept["description"], kept["offers"]) == ("What they do.", "One offer")
    # A town alone, beside a region that was there, could be another one's.
    assert kept["city"] is None
    assert kept["technologies"] == ["robotics", "semiconductors"]
    # Who owned a copy does not thereby own the other.
    assert {(pair.newcomer.id, "editor"), (pair.both.id, "editor"), (pair.owner.id, "owner")} == set(
        kept["people"]
    )
    assert len(kept["numbers"]) == 2
    assert kept["links"] == before[pair.absorbed.id]["links"]
    assert (absorbed["state"], absorbed["merged_into_id"]) == (ProfileState.MERGED, pair.kept.id)
    assert absorbed["people"] == before[pair.absorbed.id]["people"]
    with app.app_context():
        told = set(db.session.scalars(sa.select(Email.to_address)))
        assert told == {pair.owner.email, pair.both.email, pair.newcomer.email}
        actions = set(db.session.scalars(sa.select(AuditEvent.action)))
    assert {"duplicate.merged", "organization.merged"} <= actions


def test_taking_a_merge_back_restores_both_exactly(pair) -> None:
    before = pair.facts()
    pair.merge()
    assert pair.post("undo").status_code == 303
    assert pair.facts() == before
    assert pair.state() is DuplicateState.OPEN


def test_what_was_edited_since_in_other_fields_stays(pair) -> None:
    before = pair.facts()
    pair.merge()
    editor = pair.world.sign_in(pair.owner)
    sent = {"name": "Nila Chips", "region_code": "IN-TN", "website": "https://nila.example"}
    assert editor.post(f"/organizations/{pair.kept.id}/edit/basics", data=sent).status_code == 303
    assert pair.post("undo").status_code == 303
    after = pair.facts()
    assert after[pair.kept.id]["region_code"] == "IN-TN"
    assert after[pair.kept.id]["website"] is None
    assert after[pair.absorbed.id] == before[pair.absorbed.id]


def test_what_came_with_the_merge_and_was_edited_since_stands_in_the_way(pair) -> None:
    pair.merge()
    editor = pair.world.sign_in(pair.owner)
    sent = {"name": "Nila Chips", "region_code": "IN-KA", "website": "https://other.example"}
    editor.post(f"/organizations/{pair.kept.id}/edit/basics", data=sent)
    before = pair.facts()
    refused = pair.post("undo")
    assert refused.status_code == 409
    assert "changed since: website" in refused.text
    assert pair.facts() == before


def test_a_number_that_was_removed_since_stands_in_the_way(pair, app) -> None:
    pair.merge()
    with app.app_context():
        db.session.execute(sa.delete(Identifier).where(Identifier.scheme == Scheme.CIN))
        db.session.commit()
    assert "was removed since" in pair.post("undo").text


def test_merges_are_taken_back_last_first(pair, world) -> None:
    pair.merge()
    third = world.organization(name="Nila")
    later = world.duplicate(pair.kept, third)
    data = {"version": later.version, "keep": third.id}
    assert act(pair.world, pair.manager, later.id, "merge", data).status_code == 303
    assert "Take that merge back first" in pair.post("undo").text


def test_a_merged_profile_leads_to_the_one_that_goes_on(pair, app) -> None:
    pair.merge()
    kept = f"/organizations/{pair.kept.id}"
    member = pair.world.sign_in(pair.newcomer)
    for address in ("", "/edit/basics", "/people", "/identifiers"):
        assert member.get(f"/organizations/{pair.absorbed.id}{address}").headers["Location"] == kept
    assert app.test_client().get(f"/organizations/{pair.absorbed.id}").headers["Location"] == kept
    assert member.post(f"/organizations/{pair.absorbed.id}/pause").headers["Location"] == kept
    assert "Nila Chips Ltd" not in member.get("/organizations/mine").text
    assert "Nila Chips Ltd" not in pair.world.sign_in(pair.manager).get("/organizations").text


def test_open_proposals_of_a_merged_profile_are_looked_at_again(pair, app) -> None:
    pair.merge()
    with app.app_context():
        assert pair.absorbed.id in eligibility.stale_organizations(50)
        assert pair.absorbed.id not in eligibility.profiles_now()


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"country": Country.UNITED_STATES, "region_code": "US-CA"}, "two countries"),
        ({"state": ProfileState.DRAFT}, "in the directory"),
    ],
)
def test_some_pairs_cannot_be_merged_this_way(world, fields, message) -> None:
    kept, listed = world.organization(name="Nila", **fields), world.organization(name="Nila")
    duplicate = world.duplicate(kept, listed)
    browser = world.user(Role.ADMINISTRATOR)
    data = {"version": duplicate.version, "keep": kept.id}
    refused = act(world, browser, duplicate.id, "merge", data)
    assert refused.status_code == 409
    assert message in refused.text


def test_columns_of_one_kind_are_not_filled_from_another(world, app) -> None:
    startup = world.organization(name="Nila", website=None)
    investor = world.organization(
        kind=Kind.INVESTOR, name="Nila", thesis="We fund chips.", website="https://nila.example"
    )
    duplicate = world.duplicate(startup, investor)
    data = {"version": duplicate.version, "keep": startup.id}
    act(world, world.user(Role.PROGRAM_MANAGER), duplicate.id, "merge", data)
    with app.app_context():
        kept = db.session.get(Organization, startup.id)
        assert (kept.website, kept.thesis) == ("https://nila.example", "")


def test_where_nobody_owned_the_kept_profile_the_others_owner_does(world, app) -> None:
    newcomer = world.user()
    kept, absorbed = world.organization(name="Nila"), world.organization(name="Nila", owner=newcomer)
    duplicate = world.duplicate(kept, absorbed)
    browser = world.user(Role.PROGRAM_MANAGER)
    data = {"version": duplicate.version, "keep": kept.id}
    act(world, browser, duplicate.id, "merge", data)
    with app.app_context():
        assert queries.membership_of(newcomer, kept.id).role is MemberRole.OWNER
    assert world.sign_in(newcomer).get(f"/organizations/{kept.id}/edit/basics").status_code == 200


def test_needs_come_with_all_they_say_where_the_kept_profile_has_none(world, app) -> None:
    kept = world.organization(name="Nila", needs="")
    absorbed = world.organization(name="Nila", needs="A foundry", offers="")
    now = clock.now()
    brief = Brief(
        organization_id=absorbed.id,
        side=Side.NEED,
        title="A foundry",
        detail="28 nm",
        created_at=now,
        updated_at=now,
    )
    brief.wishes = [BriefWish(aspect=Aspect.STATE, value="US-CA", weight=Weight.MUST)]
    world.add(brief)
    duplicate = world.duplicate(kept, absorbed)
    browser = world.user(Role.PROGRAM_MANAGER)
    data = {"version": duplicate.version, "keep": kept.id}
    act(world, browser, duplicate.id, "merge", data)

    def held(organization) -> list[tuple[str, str, list[str]]]:
        with app.app_context():
            query = sa.select(Brief).where(Brief.organization_id == organization.id, Brief.ended_at.is_(None))
            needs = db.session.scalars(query.where(Brief.side == Side.NEED))
            return [(one.title, one.detail, [wish.value for wish in one.wishes]) for one in needs]

    assert held(kept) == held(absorbed) == [("A foundry", "28 nm", ["US-CA"])]
    undone = act(world, browser, duplicate.id, "undo", {"version": duplicate.version + 1})
    assert undone.status_code == 303
    assert held(kept) == []
    assert held(absorbed) == [("A foundry", "28 nm", ["US-CA"])]


def test_two_that_were_kept_apart_can_be_decided_again(pair) -> None:
    assert pair.post("keep-apart").status_code == 303
    assert pair.state() is DuplicateState.DISTINCT
    assert pair.post("reopen").status_code == 303
    assert pair.state() is DuplicateState.OPEN


def test_of_two_managers_at_once_one_wins_and_the_other_is_told_who(pair, app) -> None:
    rival = pair.world.user(Role.PROGRAM_MANAGER)
    begin, answers = threading.Barrier(2), []

    def decide(person, verb: str) -> None:
        browser = person
        begin.wait(20)
        data = {"version": 1, "keep": pair.kept.id}
        answers.append(act(pair.world, browser, pair.duplicate.id, verb, data))

    acts = [(pair.manager, "merge"), (rival, "keep-apart")]
    threads = [threading.Thread(target=decide, args=act) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answer.status_code for answer in answers) == [303, 409]
    winner = pair.manager if pair.state() is DuplicateState.MERGED else rival
    (loser,) = [answer for answer in answers if answer.status_code == 409]
    assert winner.name in loser.text
    with app.app_context():
        events = sa.select(sa.func.count()).where(AuditEvent.subject_type == "duplicate")
        assert db.session.scalar(events) == 1


def test_a_page_behind_the_present_state_decides_nothing(pair) -> None:
    pair.post("keep-apart")
    pair.post("reopen")
    assert pair.merge(version=1).status_code == 409
    assert pair.state() is DuplicateState.OPEN


def test_the_last_owner_of_the_kept_profile_is_not_taken_away(pair, app) -> None:
    pair.merge()
    with app.app_context():
        own = sa.delete(Membership).where(
            Membership.user_id == pair.owner.id, Membership.organization_id == pair.kept.id
        )
        db.session.execute(own)
        db.session.commit()
    assert "without an owner" in pair.post("undo").text
