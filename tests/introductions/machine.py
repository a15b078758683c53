"""Two pairs, everybody around them, time and restarts: what may be done to them, and what must hold whatever was done."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Any

import sqlalchemy as sa
from flask import Flask
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from app import clock, create_app
from app.accounts.models import Role, User
from app.audit import queries as audit
from app.audit.models import AuditEvent
from app.db import db
from app.errors import RuleBroken
from app.introductions import tasks as introduction_tasks
from app.introductions.expiring import LEFT_AFTER_REMINDER, REMINDED_AFTER
from app.introductions.models import Answer, AnswerChoice, Introduction
from app.introductions.sides import TIME_TO_ANSWER
from app.matching import services as matching
from app.matching.models import EndReason, Match, MatchState, RejectReason
from app.meetings import services as meetings
from app.meetings import tasks as meeting_tasks
from app.meetings.models import Meeting, MeetingState
from app.organizations.models import MemberRole
from app.outbox.models import Email
from app.taxonomy import Country
from tests.conftest import Client, CommitGuard, empty
from tests.introductions.pair import quoted
from tests.world import World

# A Monday at noon in UTC; the clocks of the US go forward some weeks later.
MONDAY = datetime(2027, 2, 1, 12, 0, tzinfo=UTC)
INDIA, FIRST, SECOND = "india", "first", "second"
# What nobody of another side may read before both said yes.
SECRETS = {
    INDIA: ("Qutubfab", "Qutubwala"),
    FIRST: ("Zephyrine", "Zephyrson"),
    SECOND: ("Oxbowlight", "Oxbowman"),
}
ROLES = {"owner": MemberRole.OWNER, "editor": MemberRole.EDITOR, "viewer": MemberRole.VIEWER}
ANSWERING = ("owner", "editor")
FINAL = {AnswerChoice.YES, AnswerChoice.NO}
# Half hours of the next day, so that two choices often meet.
SLOTS = [timedelta(days=1, minutes=30 * half) for half in range(4)]


class Pairs(RuleBasedStateMachine):
    """An Indian organization with two US partners. Beside the app it keeps its own simple record of what was done."""

    def __init__(self, app: Flask) -> None:
        super().__init__()
        self.first_app, self.first_guard = app, Client.guard
        self.app = app
        # What must be true: by match, the answers of sides, and whether it was approved.
        self.said: dict[str, dict[str, AnswerChoice]] = {FIRST: {}, SECOND: {}}
        self.state = {FIRST: MatchState.PROPOSED, SECOND: MatchState.PROPOSED}
        # Since when time to answer runs: since they were told, and since the day that a side asked for.
        self.runs_since: dict[str, dict[str, datetime]] = {FIRST: {}, SECOND: {}}
        # Requests since the server began: one that was asked nothing is not worth another start.
        self.asked = 0
        # When its people were first reminded of a match.
        self.reminded: dict[str, datetime] = {}
        # Why a match ended before both said yes, and which side ended it.
        self.ended: dict[str, tuple[EndReason, str | None]] = {}

    @initialize(begun=st.sampled_from([(), (FIRST,), (FIRST, SECOND)]), yeses=st.integers(0, 2))
    def fill(self, begun: tuple[str, ...], yeses: int) -> None:
        """Everybody as on the first day; often a pair is approved already, has one yes, or is introduced."""
        self._people()
        for pair in begun:
            self.judge(pair, True)
            for side in (INDIA, pair)[:yeses]:
                self.answer(pair, "owner", 0 if side == INDIA else 1, AnswerChoice.YES, 3)

    def _people(self) -> None:
        with self.app.app_context():
            empty(db.engine)
        self._put_clock(MONDAY)
        self.world = World(self.app)
        self.manager = self.world.user(Role.PROGRAM_MANAGER)
        self.people: dict[tuple[str, str], User] = {}
        organizations = {
            side: self._side(side, Country.INDIA if side == INDIA else Country.UNITED_STATES)
            for side in SECRETS
        }
        self.organizations = {side: row.id for side, row in organizations.items()}
        self.matches = {
            side: self.world.match(organizations[INDIA], organizations[side], reasons=_reasons(side)).id
            for side in (FIRST, SECOND)
        }

    def _side(self, side: str, country: Country) -> Any:
        name, person = SECRETS[side]
        zone = "Asia/Kolkata" if side == INDIA else "America/New_York"
        text = f"{name} Works, see www.{name.lower()}.example or write to {person.lower()}@example.org"
        row = self.world.organization(
            country,
            name=f"{name} Works",
            website=f"https://{name.lower()}.example",
            needs=f"Wafers for {text}",
            offers=f"Packaging by {text}",
        )
        for role in ROLES:
            email = f"{role}.{person.lower()}@example.org"
            user = self.world.user(email=email, name=f"{role.title()} {person}", time_zone=zone)
            self.world.member(row, user, ROLES[role])
            self.people[side, role] = user
        return row

    # What people do.

    @rule(pair=st.sampled_from([FIRST, SECOND]), approves=st.sampled_from([True, True, True, False]))
    def judge(self, pair: str, approves: bool) -> None:
        """The manager decides; a second decision changes nothing or is refused."""
        with self.app.test_request_context():
            match = db.session.get_one(Match, self.matches[pair])
            manager = db.session.get_one(User, self.manager.id)
            try:
                if approves:
                    matching.approve(match, manager, version=match.version)
                else:
                    matching.reject(match, manager, RejectReason.NOT_COMPLEMENTARY, version=match.version)
                db.session.commit()
            except RuleBroken:
                db.session.rollback()
        if self.state[pair] is MatchState.PROPOSED:
            self.state[pair] = MatchState.APPROVED if approves else MatchState.REJECTED
            self.runs_since[pair]["both"] = clock.now()

    @rule(
        pair=st.sampled_from([FIRST, SECOND]),
        role=st.sampled_from(["owner", "owner", "editor", "viewer"]),
        seat=st.sampled_from([0, 0, 1, 1, 2]),
        says=st.sampled_from([AnswerChoice.YES, *AnswerChoice]),
        days=st.sampled_from([3, 30]),
    )
    def answer(self, pair: str, role: str, seat: int, says: AnswerChoice, days: int) -> None:
        """Somebody of the Indian side, of its partner, or of the partner it does not know answers."""
        side = self._seats(pair)[seat]
        typed = {"reason": "timing", "until": self._today(side, role, days).isoformat()}
        act = {AnswerChoice.YES: "accept", AnswerChoice.NOT_NOW: "not-now", AnswerChoice.NO: "decline"}[says]
        page = self._browser(side, role).post(f"/matches/{self.matches[pair]}/{act}", data=typed)
        assert page.status_code == self._expected(pair, side, role, says), _words(page)
        if page.status_code == 302 and self.said[pair].get(side) not in FINAL:
            self.said[pair][side] = says
            if says is AnswerChoice.NO:
                self.ended[pair] = EndReason.DECLINED, side
            self._note_clock(pair, side, role, says, days)

    def _note_clock(self, pair: str, side: str, role: str, says: AnswerChoice, days: int) -> None:
        """A day that was asked for stops the clock until it begins there; an earlier answer lets it run again."""
        since = self.runs_since[pair]
        if says is AnswerChoice.NOT_NOW:
            day = datetime.combine(self._today(side, role, days), time(), self.people[side, role].zone)
            since[side] = day.astimezone(UTC)
        elif side in since:
            since[side] = min(since[side], clock.now())

    @rule(
        pair=st.sampled_from([FIRST, SECOND]),
        role=st.sampled_from(["owner", "owner", "editor", "viewer"]),
        seat=st.sampled_from([0, 1, 1, 2]),
    )
    def withdraw(self, pair: str, role: str, seat: int) -> None:
        """Take a yes back, whether there is one or not."""
        side = self._seats(pair)[seat]
        page = self._browser(side, role).post(f"/matches/{self.matches[pair]}/withdraw")
        assert page.status_code == self._expected_of_withdrawal(pair, side, role), _words(page)
        if page.status_code == 302:
            self.ended[pair] = EndReason.WITHDRAWN, side

    def _expected_of_withdrawal(self, pair: str, side: str, role: str) -> int:
        refused = self._refused(pair, side, role)
        if refused or pair in self.ended:
            return refused or (302 if self.ended[pair] == (EndReason.WITHDRAWN, side) else 409)
        mine = self.said[pair].get(side)
        theirs = self.said[pair].get(pair if side == INDIA else INDIA)
        return 302 if mine is AnswerChoice.YES and theirs is not AnswerChoice.YES else 409

    def _expected(self, pair: str, side: str, role: str, says: AnswerChoice) -> int:
        """What an answer must be met with, by the simple record."""
        if refused := self._refused(pair, side, role):
            return refused
        mine = self.said[pair].get(side)
        if self.ended.get(pair, (EndReason.DECLINED, side)) != (EndReason.DECLINED, side):
            return 409
        return (302 if says is mine else 409) if mine in FINAL else 302

    def _refused(self, pair: str, side: str, role: str) -> int:
        """What everybody is met with who may not answer, or not yet; 0 for the others."""
        if side not in self._seats(pair)[:2] or self.state[pair] is MatchState.REJECTED:
            return 404
        if role not in ANSWERING:
            return 403
        return 0 if self.state[pair] is MatchState.APPROVED else 409

    @precondition(lambda self: any(self._is_introduced(pair) for pair in self.said))
    @rule(
        pair=st.sampled_from([FIRST, SECOND]),
        role=st.sampled_from(["owner", "owner", "editor", "viewer"]),
        seat=st.sampled_from([0, 0, 1, 1, 2]),
        slot=st.sampled_from(SLOTS),
        is_settled=st.booleans(),
    )
    def offer(self, pair: str, role: str, seat: int, slot: timedelta, is_settled: bool) -> None:
        """Owners of both sides shall meet; often the other side chooses at once."""
        side = self._seats(pair)[seat]
        local = self._slot(slot).astimezone(self.people[side, role].zone)
        typed = {
            "title": "First call",
            "minutes": "60",
            "people": [str(self.people[INDIA, "owner"].id), str(self.people[pair, "owner"].id)],
            "own_day": f"{local:%Y-%m-%d}",
            "own_time": f"{local:%H:%M}",
        }
        page = self._browser(side, role).post(f"/matches/{self.matches[pair]}/meetings", data=typed)
        if side not in self._seats(pair)[:2] or not self._is_introduced(pair):
            assert page.status_code == 404, _words(page)
        elif role not in ANSWERING:
            assert page.status_code == 403, _words(page)
        else:
            assert page.status_code in {303, 409}, _words(page)
            if is_settled and page.status_code == 303:
                other = {INDIA: pair, pair: INDIA}[side]
                self.meet(len(self._meetings()) - 1, other, "owner", "choose", slot)

    @precondition(lambda self: self._meetings())
    @rule(
        number=st.integers(0, 5),
        side=st.sampled_from([INDIA, FIRST, SECOND]),
        role=st.sampled_from(["owner", "owner", "editor"]),
        act=st.sampled_from(["choose", "choose", "move", "cancel", "report"]),
        slot=st.sampled_from(SLOTS),
    )
    def meet(self, number: int, side: str, role: str, act: str, slot: timedelta) -> None:
        """Choose an offered time, move, call off, or say how it went: who and whenever."""
        found = self._meetings()
        meeting = found[number % len(found)]
        local = self._slot(slot).astimezone(self.people[side, role].zone)
        offered = meeting.times[0].starts_at if meeting.times else clock.now()
        typed = {
            "choose": {"starts_at": offered.isoformat()},
            "move": {
                "own_day": f"{local:%Y-%m-%d}",
                "own_time": f"{local:%H:%M}",
                "version": str(meeting.version),
            },
            "cancel": {"reason": "The house is closed"},
            "report": {"says": "held"},
        }[act]
        page = self._browser(side, role).post(f"/meetings/{meeting.id}/{act}", data=typed)
        is_theirs = side in (INDIA, self._pair_of(meeting.match_id))
        assert page.status_code in ({303, 403, 409, 422} if is_theirs else {404}), _words(page)

    @rule(
        side=st.sampled_from([INDIA, FIRST, SECOND]),
        role=st.sampled_from(list(ROLES)),
        door=st.sampled_from(["page", "list", "letter", "api", "calendar", "csv"]),
        pair=st.sampled_from([FIRST, SECOND]),
    )
    def look(self, side: str, role: str, door: str, pair: str) -> None:
        """Whatever a person opens, no partner has a name before both said yes."""
        person = self.people[side, role]
        browser = self.world.program_of(person) if door == "api" else self._browser(side, role)
        address = {
            "page": f"/matches/{self.matches[pair]}",
            "list": "/matches",
            "letter": "/digest/preview",
            "api": f"/api/v1/organizations/{self.organizations[side]}/matches",
            "calendar": self._feed_of(person) if door == "calendar" else "",
            "csv": "/imports/export.csv",
        }[door]
        self._assert_nothing_told(browser.get(address).text, side, f"{door} of {role} {side}")

    def _feed_of(self, person: User) -> str:
        with self.app.app_context():
            key = meetings.open_feed(db.session.get_one(User, person.id))
            db.session.commit()
        return f"/calendar/{key}.ics"

    # Time, and what may happen to a server.

    # Odd minutes, so that nothing falls on the second at which time to answer is over.
    @rule(passed=st.sampled_from([timedelta(minutes=43), timedelta(days=1, minutes=7), timedelta(days=8)]))
    def pass_time(self, passed: timedelta) -> None:
        self._put_clock(clock.now() + passed)

    @rule()
    def work(self) -> None:
        """What the worker does now and then: it ends what nobody answered, reminds, and asks."""
        for pair in self.matches:
            if self._is_overdue(pair):
                self.ended[pair] = EndReason.EXPIRED, None
            elif self._has_waited(pair, REMINDED_AFTER):
                self.reminded.setdefault(pair, clock.now())
        with self.app.app_context():
            introduction_tasks.expire()
            meeting_tasks.remind()
            meeting_tasks.ask()

    def _is_overdue(self, pair: str) -> bool:
        """Nobody answered in time, and a week has passed since somebody was reminded."""
        reminded = self.reminded.get(pair)
        is_reminded = reminded is not None and reminded + LEFT_AFTER_REMINDER <= clock.now()
        return is_reminded and self._has_waited(pair, TIME_TO_ANSWER)

    def _has_waited(self, pair: str, time: timedelta) -> bool:
        is_waiting = self.state[pair] is MatchState.APPROVED and pair not in self.ended
        if not is_waiting or self._is_introduced(pair):
            return False
        return max(self.runs_since[pair].values()) + time <= clock.now()

    @precondition(lambda self: self.asked >= 4)
    @rule()
    def restart(self) -> None:
        """The server ends, and another begins on the same database."""
        moment, self.asked = clock.now(), 0
        with self.app.app_context():
            db.engine.dispose()
        self.app = create_app(self.first_app.config["SETTINGS"])
        self.app.test_client_class = Client
        Client.guard = CommitGuard(self.app)
        self.world.app = self.app
        # The new one began at the real time.
        self._put_clock(moment + timedelta(seconds=1))

    # What must hold after each of these.

    @invariant()
    def rows_are_as_recorded(self) -> None:
        """Answers and introductions are those of the record, and nothing else."""
        if not hasattr(self, "matches"):
            return
        with self.app.app_context():
            for pair, match_id in self.matches.items():
                match = db.session.get_one(Match, match_id)
                rows = db.session.scalars(sa.select(Answer).where(Answer.match_id == match_id))
                said = {self._side_of(row.organization_id): row.says for row in rows}
                assert (match.state, said) == (self.state[pair], self.said[pair])
                end = (match.end.why, self._side_of(match.end.organization_id)) if match.end else None
                assert end == self.ended.get(pair)
                query = sa.select(sa.func.count()).where(Introduction.match_id == match_id)
                assert db.session.scalar(query) == int(self._is_introduced(pair))

    @invariant()
    def nobody_is_booked_twice(self) -> None:
        """No person has two meetings at one time, and only who was introduced meets."""
        if not hasattr(self, "matches"):
            return
        taken: dict[int, list[tuple[datetime, datetime]]] = {}
        for meeting in self._meetings():
            assert self._is_introduced(self._pair_of(meeting.match_id))
            if meeting.state is MeetingState.BOOKED:
                assert meeting.starts_at is not None
                assert meeting.ends_at is not None
                for guest in meeting.guests:
                    taken.setdefault(guest.user_id, []).append((meeting.starts_at, meeting.ends_at))
        for times in taken.values():
            times.sort()
            assert all(before[1] <= after[0] for before, after in pairwise(times)), times

    @invariant()
    def letters_tell_no_name_too_early(self) -> None:
        """A letter names a partner only when both said yes by then."""
        if not hasattr(self, "matches"):
            return
        sides = {user.id: side for (side, _role), user in self.people.items()}
        with self.app.app_context():
            for mail in db.session.scalars(sa.select(Email).order_by(Email.id)):
                if mail.user_id in sides:
                    text = f"{mail.subject}\n{mail.text}\n{mail.html}\n{mail.calendar}"
                    self._assert_nothing_told(text, sides[mail.user_id], f"letter {mail.key}")

    def teardown(self) -> None:
        """One history each, and a chain that nobody broke."""
        try:
            if hasattr(self, "matches"):
                self._assert_histories()
        finally:
            if self.app is not self.first_app:
                with self.app.app_context():
                    db.engine.dispose()
            Client.guard = self.first_guard
            clock.shift(0)

    def _assert_histories(self) -> None:
        with self.app.app_context():
            check = audit.chain_check()
            assert check.broken_number is None, check.reason
            for pair, match_id in self.matches.items():
                told = self._actions(match_id)
                count = Counter(told)
                introduced = int(self._is_introduced(pair))
                assert count["match.introduced"] == introduced
                assert count["match.approved"] + count["match.rejected"] <= 1
                ends = count["match.expired"] + count["match.withdrawn"] + count["match.declined"]
                assert ends == int(pair in self.ended)
                assert introduced + ends <= 1
                if introduced:
                    assert told[-1] == "match.introduced"

    # Small things.

    def _seats(self, pair: str) -> tuple[str, str, str]:
        """Both sides of a pair, and the one that has no part in it."""
        return INDIA, pair, {FIRST: SECOND, SECOND: FIRST}[pair]

    def _actions(self, match_id: int) -> list[str]:
        query = sa.select(AuditEvent.action).where(
            AuditEvent.subject_type == "match", AuditEvent.subject_id == str(match_id)
        )
        return list(db.session.scalars(query.order_by(AuditEvent.number)))

    def _assert_nothing_told(self, text: str, side: str, where: str) -> None:
        for other in SECRETS:
            pair = self._pair_between(side, other)
            if other != side and not (pair and self._is_introduced(pair)):
                told = [word for word in SECRETS[other] if word.lower() in text.lower()]
                assert not told, f"{where} tells {told}"

    def _pair_between(self, one: str, other: str) -> str | None:
        """The pair of two sides; the two US partners are none."""
        return next((side for side in (one, other) if side != INDIA), None) if INDIA in (one, other) else None

    def _is_introduced(self, pair: str) -> bool:
        return [self.said[pair].get(side) for side in (INDIA, pair)] == [AnswerChoice.YES] * 2

    def _meetings(self) -> Sequence[Meeting]:
        with self.app.app_context():
            found = db.session.scalars(sa.select(Meeting).order_by(Meeting.id)).all()
            db.session.expunge_all()
        return found

    def _pair_of(self, match_id: int) -> str:
        return next(pair for pair, id_ in self.matches.items() if id_ == match_id)

    def _side_of(self, organization_id: int | None) -> str | None:
        return next((side for side, id_ in self.organizations.items() if id_ == organization_id), None)

    def _browser(self, side: str, role: str) -> Any:
        self.asked += 1
        return self.world.sign_in(self.people[side, role])

    def _slot(self, slot: timedelta) -> datetime:
        return clock.now().replace(hour=12, minute=0, second=0, microsecond=0) + slot

    def _today(self, side: str, role: str, days: int) -> date:
        return (clock.now().astimezone(self.people[side, role].zone) + timedelta(days=days)).date()

    def _put_clock(self, moment: datetime) -> None:
        clock.shift(0)
        clock.shift(round((moment - clock.now()).total_seconds()))


def _reasons(side: str) -> dict[str, Any]:
    """Reasons whose quotes carry the names of both."""
    theirs, ours = SECRETS[side][0], SECRETS[INDIA][0]
    return {
        "india": [quoted(f"wafers for {ours} Works", f"wafers of {theirs} Works")],
        "us": [quoted(f"packaging for {theirs} Works", f"packaging of {ours} Works")],
    }


def _words(page: Any) -> str:
    """What a page says, without its frame."""
    main = page.text.partition("<main")[2].partition("</main>")[0] or page.text
    return f"{page.status_code}: {' '.join(re.sub('<[^>]*>', ' ', main).split())[:500]}"
