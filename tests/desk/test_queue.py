"""What stands in the queue, in which order, and who reads what."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from app import clock
from app.accounts.models import Role, User
from app.audit.models import AuditEvent
from app.db import db
from app.desk import claiming, queries
from app.desk.models import Case, CaseKind
from app.desk.wish import Wish
from app.errors import NotFound
from app.organizations.models import MemberRole
from app.taxonomy import Country, Kind


@pytest.fixture
def manager(world):
    return world.user(Role.PROGRAM_MANAGER, name="Asha Manager")


@pytest.fixture
def read(app):
    """A read as somebody, in a context of its own."""

    def call(function, user, *given):
        with app.test_request_context():
            return function(db.session.get_one(User, user.id), *given)

    return call


@pytest.fixture
def listed(read, manager):
    """Ids of the queue for an address's query."""
    return lambda user=None, **asked: [
        line.id for line in read(queries.queue, user or manager, Wish.of(asked))
    ]


def pairs(world, number, **fields):
    now = clock.now()
    return [
        world.case(world.match(proposed_at=now - timedelta(hours=number - at), **fields))
        for at in range(number)
    ]


def test_the_queue_goes_by_due_date_by_value_or_by_opinions_as_asked(app, world, listed) -> None:
    cases = pairs(world, 3)
    with app.app_context():
        for case, value, opinions in zip(cases, (0.2, 0.9, 0.5), (2, 1, 0), strict=True):
            db.session.execute(
                sa.update(Case).where(Case.id == case.id).values(value=value, opinions=opinions)
            )
        db.session.commit()
    first, second, third = (case.id for case in cases)
    assert listed() == [first, second, third]
    assert listed(order="best") == [second, third, first]
    assert listed(order="opinions") == [third, second, first]


@pytest.mark.parametrize("order", ["due", "best", "opinions"])
def test_pages_follow_each_other_without_gap_or_repeat(world, read, manager, order) -> None:
    cases = {case.id for case in pairs(world, 5)}
    seen: list[int] = []
    wish = Wish.of({"order": order})
    while page := read(queries.queue, manager, wish, None, 2):
        seen += [line.id for line in page]
        wish = Wish.of(wish.but(after=queries.place_of(page[-1], wish.order)))
    assert len(seen) == len(set(seen)) == 5
    assert set(seen) == cases


def test_filters_leave_only_what_was_asked_for(world, listed, manager) -> None:
    program = world.program(manager)
    late = world.case(world.match(proposed_at=clock.now() - timedelta(days=20), program_id=program.id))
    investor = world.organization(Country.UNITED_STATES, Kind.INVESTOR)
    funded = world.case(world.match(us=investor))
    listing = world.case(world.listing(world.organization(Country.UNITED_STATES)))
    assert listed(late="1") == [late.id] == listed(program=str(program.id))
    assert listed(organization="investor") == [funded.id]
    assert listed(kind="listing") == [listing.id]
    assert set(listed(country="IN")) == {late.id, funded.id}
    assert set(listed(kind="nonsense", program="x", after="1~2~3", order="?")) == {
        late.id,
        funded.id,
        listing.id,
    }


def test_a_manager_knows_only_of_cases_in_scope_and_of_no_organization_of_their_own(
    world, read, listed, manager
) -> None:
    own = world.organization()
    world.member(own, manager, MemberRole.VIEWER)
    hidden = world.case(world.match(own))
    foreign = world.case(world.match(program_id=world.program().id))
    free = world.case(world.match())
    assert listed() == [free.id]
    assert read(queries.counts, manager).open == 1
    for case in (hidden, foreign):
        with pytest.raises(NotFound):
            read(queries.case_for, manager, case.id)


def test_a_repeat_is_only_for_whom_it_is_meant(app, world, listed, manager) -> None:
    other = world.user(Role.PROGRAM_MANAGER)
    case = world.case(world.match())
    repeat = {"kind": case.kind, "one_id": case.one_id, "other_id": case.other_id, "match_id": case.match_id}
    with app.app_context():
        again = Case(
            **repeat, opened_at=case.opened_at, due_at=case.due_at, repeats_id=case.id, for_user_id=manager.id
        )
        db.session.add(again)
        db.session.commit()
        again_id = again.id
    assert set(listed()) == {case.id, again_id}
    assert listed(other) == [case.id]


def test_the_head_tells_how_much_waits_how_late_and_how_long(world, read, manager) -> None:
    now = clock.now()
    for days in range(10):
        world.match(proposed_at=now - timedelta(days=2 * days + 1))
    world.case(world.listing(world.organization()))
    counts = read(queries.counts, manager)
    assert (counts.open, counts.kinds["pair"], counts.kinds["listing"]) == (11, 10, 1)
    assert 5 <= counts.late <= 9
    median, ninth = read(queries.ages, manager, counts.open)
    assert (median.days, ninth.days) == (9, 17)
    assert read(queries.counts, world.user(Role.PROGRAM_MANAGER)).waiting == 0


def test_one_reads_a_case_at_a_time_until_the_claim_ends(app, world, read, manager) -> None:
    second = world.user(Role.PROGRAM_MANAGER, name="Robert Lee")
    case, _following = pairs(world, 2)

    def claim(user):
        found = claiming.claim(queries.case_for(user, case.id), user)
        db.session.commit()
        return found

    assert read(claim, manager)
    assert not read(claim, second)
    assert read(queries.queue, second, Wish())[0].read_by(second) == "Asha Manager"
    assert read(queries.case_for, second, case.id).version == case.version
    clock.shift(11 * 60)
    assert read(claim, second)
    with app.app_context():
        told = sa.select(AuditEvent.actor_id).where(AuditEvent.action == "case.claimed")
        assert list(db.session.scalars(told.order_by(AuditEvent.number))) == [manager.id, second.id]


def test_the_next_case_is_claimed_with_the_decision_and_skips_what_others_read(world, read, manager) -> None:
    second = world.user(Role.PROGRAM_MANAGER)
    first, middle, last = pairs(world, 3)

    def claim(user):
        claiming.claim(queries.case_for(user, middle.id), user)
        db.session.commit()

    def go_on(user):
        found = claiming.next_claimed(user, Wish(), queries.case_for(user, first.id))
        db.session.commit()
        return found.id, found.claimed_by_id

    read(claim, second)
    assert read(go_on, manager) == (last.id, manager.id)


def test_kinds_have_their_own_promise(world) -> None:
    match = world.case(world.match())
    merge = world.case(world.duplicate(world.organization(), world.organization()))
    assert (match.kind, merge.kind) == (CaseKind.PAIR, CaseKind.MERGE)
    assert match.due_at < merge.due_at
