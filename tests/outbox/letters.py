"""One letter of every kind, written by the app's own `emails` for the same few people, and the files of how each looks.

`python -m tests.outbox.letters --renew` writes down how each looks now (look at the difference before committing it);
`python -m tests.outbox.letters FOLDER` writes them as signed messages, for programs that judge mail.
"""

from __future__ import annotations

import datetime
import re
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import sqlalchemy as sa
import time_machine
from flask import Flask

from app import clock
from app.accounts import emails as accounts
from app.accounts.models import Role, User
from app.conversations import emails as conversations
from app.conversations import taking
from app.conversations.models import Message, Thread, ThreadMember
from app.db import db
from app.grievances import emails as grievances
from app.grievances.models import Grievance, GrievanceState
from app.introductions import emails as introductions
from app.introductions import queries as introduction_queries
from app.jobs.engine import jobs
from app.listings import emails as listings
from app.listings.models import ListingReview
from app.matching import emails as matching
from app.matching.models import Advice, EndReason, Match, MatchEnd, MatchState
from app.meetings import emails as meetings
from app.meetings.models import Meeting
from app.organizations import emails as organizations
from app.organizations.models import Invitation, Organization
from app.outbox import queries as outbox
from app.outbox import services
from app.outbox.message import message
from app.outbox.models import Email
from app.outbox.rendering import Mail
from app.outbox.signing import Signer
from app.outcomes import emails as outcomes
from app.outcomes.models import Milestone
from app.programs import emails as programs
from app.programs.models import CohortRule, DeclineReason, Participation, ParticipationState, Program
from app.taxonomy import Country
from tests.conftest import build_app
from tests.world import World

ROOT = Path(__file__).parents[2]
FILES = Path(__file__).with_name("letters")
KEY = Path(__file__).with_name("dkim.pem")
SENDER = "Sangam <no-reply@sangam.example>"
# A Monday, so that it is also the day of the weekly letter, at nine in Mysuru.
MOMENT = datetime.datetime(2026, 11, 23, 3, 35, tzinfo=datetime.UTC)
NOTE = "We also test small series. Could you say how many wafers a month you would need?"
# What is another one each time, and how it is written down.
_CHANGING = (
    (re.compile(r"bounce\+\d+\.[0-9a-f]{20}"), "bounce+1.SIGNATURE"),
    (re.compile(r"thread\+[A-Za-z0-9._=-]+@"), "thread+TOKEN@"),
    (re.compile(r"(?<=/)[A-Za-z0-9_.-]{36,}(?=[\s\"'<?#]|$)"), "TOKEN"),
)


@dataclass
class Cast:
    """The people and organizations that the letters are about, all in place before the first is written."""

    world: World
    locale: str = "en_IN"

    def __post_init__(self) -> None:
        for name, maker in vars(Cast).items():
            if isinstance(maker, cached_property):
                getattr(self, name)

    def get(self, kind: type[Any], row: Any) -> Any:
        """The row in the present session."""
        return db.session.get_one(kind, row.id)

    @cached_property
    def asha(self) -> User:
        return self.world.user(
            email="asha@example.org", name="Asha Rao", locale=self.locale, unsubscribe_key="k" * 43
        )

    @cached_property
    def ben(self) -> User:
        return self.world.user(
            email="ben@example.org",
            name="Ben Lake",
            locale=self.locale,
            time_zone="America/Los_Angeles",
            unsubscribe_key="b" * 43,
        )

    @cached_property
    def manager(self) -> User:
        return self.world.user(Role.PROGRAM_MANAGER, email="mira@example.org", name="Mira Nair")

    @cached_property
    def kaveri(self) -> Organization:
        return self.world.organization(owner=self.asha, name="Kaveri Chip Works")

    @cached_property
    def lakeside(self) -> Organization:
        return self.world.organization(Country.UNITED_STATES, owner=self.ben, name="Lakeside Sensors")

    @cached_property
    def harbor(self) -> Organization:
        return self.world.organization(Country.UNITED_STATES, owner=self.ben, name="Harbor Test Labs")

    @cached_property
    def match(self) -> Match:
        return self.world.match(self.kaveri, self.lakeside, MatchState.APPROVED, decided_at=clock.now())

    @cached_property
    def introduced(self) -> Match:
        return self.world.introduced(self.kaveri, self.harbor)

    @cached_property
    def meeting(self) -> Meeting:
        return self.world.meeting(self.introduced, self.asha, self.ben, uid="meeting-1@sangam.example")

    @cached_property
    def said(self) -> Message:
        ends = (self.introduced.india_id, self.introduced.us_id)
        members = [ThreadMember(organization_id=end) for end in ends]
        thread = self.world.add(Thread(match_id=self.introduced.id, made_at=clock.now(), members=members))
        text = f"Thank you for saying yes.\n{NOTE}"
        about = {"author_id": self.asha.id, "organization_id": ends[0], "text": text, "at": clock.now()}
        return self.world.add(Message(thread_id=thread.id, **about))

    @cached_property
    def listing(self) -> ListingReview:
        return self.world.listing(self.kaveri, comment="Please say what you package, in one sentence.")

    @cached_property
    def report(self) -> Grievance:
        return self.world.grievance(
            self.kaveri,
            self.ben,
            state=GrievanceState.UPHELD,
            decided_by_id=self.manager.id,
            decided_at=clock.now(),
            answer="Thank you. We paused the profile.",
        )

    @cached_property
    def invited(self) -> Invitation:
        return self.world.invitation(self.kaveri, self.asha, email="dev@example.org")

    @cached_property
    def team(self) -> Thread:
        return self.world.add(Thread(title="Wafers and their tests", made_at=clock.now()))

    @cached_property
    def milestone(self) -> Milestone:
        return self.world.milestone(self.introduced, self.kaveri, self.asha)

    @cached_property
    def call(self) -> Program:
        closes = (clock.now() + datetime.timedelta(days=25)).date()
        return self.world.program(
            name="Fabs of the Great Lakes", cohort_rule=CohortRule.COHORT_WITH_ALL, closes_on=closes
        )

    @cached_property
    def advice(self) -> Advice:
        one = {"field": "needs", "suggestion": "test capacity", "gained": 14}
        return self.world.add(
            Advice(
                organization_id=self.kaveri.id,
                profile_changed_at=self.kaveri.profile_changed_at,
                model_version="rule",
                computed_at=clock.now(),
                suggestions=[one],
            )
        )

    def _declined(self) -> dict[str, Any]:
        by = {"decided_by_id": self.manager.id, "decided_at": clock.now()}
        return {"reason_code": DeclineReason.TOO_EARLY, "note": "Apply again in spring.", **by}

    @cached_property
    def participations(self) -> dict[str, Participation]:
        """One of each state, in a program of its own."""
        return {
            name: self.world.participation(
                self.world.program(name="Chips across the ocean", lead=self.manager),
                self.kaveri,
                ParticipationState(name),
                **(self._declined() if name == "declined" else {}),
            )
            for name in ("invited", "accepted", "waitlisted", "declined")
        }

    @cached_property
    def earlier(self) -> MatchEnd:
        """A request that ended unanswered weeks ago, so that the letter draws a row of weeks."""
        at = clock.now() - datetime.timedelta(days=24)
        other = self.world.organization(Country.UNITED_STATES, owner=self.ben, name="Juniper Optics")
        match = self.world.match(self.kaveri, other, MatchState.APPROVED, decided_at=at)
        ended_at = at + datetime.timedelta(days=14)
        return self.world.add(MatchEnd(match_id=match.id, ended_at=ended_at, why=EndReason.EXPIRED))


Letter = Callable[[Cast], Mail | Email]


def _first(mails: Iterable[Mail]) -> Mail:
    return next(iter(mails))


def _of_account(name: str, *more: str) -> Letter:
    return lambda cast: getattr(accounts, name)(cast.get(User, cast.asha), *more)


def _of_listing(name: str) -> Letter:
    return lambda cast: getattr(listings, name)(
        cast.get(ListingReview, cast.listing), cast.get(User, cast.asha)
    )


def _of_program(name: str) -> Letter:
    return lambda cast: getattr(programs, name)(
        cast.get(Participation, cast.participations[name]), cast.get(User, cast.asha)
    )


def _weekly(cast: Cast) -> Email:
    """Through the scheduler, as it comes: what a person is told in a week has no shorter way."""
    jobs.run("desk.sync")
    jobs.run("digests.enqueue_due")
    query = sa.select(Email).where(Email.key.startswith(f"digest:{cast.asha.id}:"))
    return db.session.scalars(query).one()


def _said(cast: Cast) -> Mail:
    side = introduction_queries.side_of(cast.get(User, cast.asha), cast.introduced.id)
    return next(conversations.posted(cast.get(Message, cast.said), side))


def _team_asked(cast: Cast) -> Mail:
    thread = cast.get(Thread, cast.team)
    lakeside, kaveri = (cast.get(Organization, one) for one in (cast.lakeside, cast.kaveri))
    return next(conversations.invited(thread, lakeside, kaveri))


def _invitation(cast: Cast) -> Mail:
    return organizations.invitation(cast.get(Invitation, cast.invited), "t" * 43, cast.get(User, cast.asha))


def _access_asked(cast: Cast) -> Mail:
    asker, owner = cast.get(User, cast.ben), cast.get(User, cast.asha)
    return organizations.access_asked(cast.get(Organization, cast.kaveri), owner, asker, is_owner=True)


def _merged(cast: Cast) -> Mail:
    kept, absorbed = (cast.get(Organization, one) for one in (cast.kaveri, cast.lakeside))
    return organizations.merged(kept, absorbed, cast.get(User, cast.asha), 1)


def _reminder(cast: Cast) -> Mail:
    until = MOMENT + datetime.timedelta(days=7)
    match = cast.get(Match, cast.match)
    return introductions.reminder(match, match.india, cast.get(User, cast.asha), until)


def _expired(cast: Cast) -> Mail:
    match = cast.get(Match, cast.match)
    return _first(introductions.expired(match, match.india))


WEEKLY = "digests/mail/weekly"
# A kind of mail is a template; this is how one of each is written.
LETTERS: dict[str, Letter] = {
    "accounts/mail/confirm": _of_account("confirm", "t" * 43),
    "accounts/mail/already_registered": _of_account("already_registered"),
    "accounts/mail/reset": _of_account("reset", "t" * 43),
    "accounts/mail/change_email_confirm": _of_account("change_email_confirm", "new@example.org", "t" * 43),
    "accounts/mail/change_email_notice": _of_account("change_email_notice", "new@example.org"),
    "accounts/mail/password_changed": _of_account("password_changed"),
    WEEKLY: _weekly,
    "grievances/mail/answer": lambda cast: _first(grievances.answers(cast.get(Grievance, cast.report))),
    "grievances/mail/paused": lambda cast: _first(grievances.paused(cast.get(Grievance, cast.report))),
    "introductions/mail/introduction": lambda cast: _first(
        introductions.introduction(cast.get(Match, cast.introduced))
    ),
    "introductions/mail/reminder": _reminder,
    "introductions/mail/expired": _expired,
    "listings/mail/listed": _of_listing("listed"),
    "listings/mail/returned": _of_listing("returned"),
    "listings/mail/refused": _of_listing("refused"),
    "matching/mail/proposal": lambda cast: matching.proposals(cast.get(Match, cast.match), NOTE)[0],
    "matching/mail/question": lambda cast: matching.questions(cast.get(Match, cast.match), NOTE, ["india"])[
        0
    ],
    "conversations/mail/message": _said,
    "conversations/mail/invited": _team_asked,
    "conversations/mail/not_taken": lambda cast: conversations.not_taken(
        cast.get(Message, cast.said).thread, cast.get(User, cast.ben), taking.NOTHING_NEW, "2026-11-23"
    ),
    "meetings/mail/meeting": lambda cast: meetings.invitations(cast.get(Meeting, cast.meeting))[0],
    "organizations/mail/invitation": _invitation,
    "organizations/mail/access_asked": _access_asked,
    "organizations/mail/merged": _merged,
    "outcomes/mail/confirm": lambda cast: outcomes.to_confirm(cast.get(Milestone, cast.milestone))[0],
    "programs/mail/invited": _of_program("invited"),
    "programs/mail/accepted": _of_program("accepted"),
    "programs/mail/waitlisted": _of_program("waitlisted"),
    "programs/mail/declined": _of_program("declined"),
}


def kinds() -> set[str]:
    """Every kind of mail there is a template for."""
    found = (ROOT / "app").glob("*/templates/*/mail/*.mjml.jinja")
    return {"/".join(path.parts[-3:]).removesuffix(".mjml.jinja") for path in found}


def written(kind: str, cast: Cast) -> Email:
    """One letter of a kind, in the outbox of the present session."""
    letter = LETTERS[kind](cast)
    email = letter if isinstance(letter, Email) else services.enqueue(letter)
    assert outbox.mail_under(email.key) is email
    return email


def settled(text: str) -> str:
    """Without what is another one each time."""
    for pattern, stand_in in _CHANGING:
        text = pattern.sub(stand_in, text)
    return text


def files_of(kind: str) -> tuple[Path, Path]:
    """Where the text and the html of a kind are kept."""
    name = kind.replace("/mail/", ".")
    return FILES / f"{name}.txt", FILES / f"{name}.html"


def signed(email: Email) -> bytes:
    """The message as it would leave, signed with the key of the tests."""
    raw = message(email, SENDER, "sangam.example").as_bytes()
    return signer().sign(raw)


def signer() -> Signer:
    return Signer(KEY.read_bytes(), "sangam", "sangam.example")


@contextmanager
def written_all(app: Flask, locale: str = "en_IN") -> Iterator[dict[str, Email]]:
    """A letter of every kind, at a fixed moment."""
    with time_machine.travel(MOMENT, tick=False):
        cast = Cast(World(app), locale)
        with app.app_context():
            # The weekly letter comes first: it tells what waits, and the others are no part of that.
            yield {kind: written(kind, cast) for kind in sorted(LETTERS, key=lambda kind: kind != WEEKLY)}
            db.session.rollback()


@contextmanager
def own_app() -> Iterator[Flask]:
    """An app whose links look as they do outside, on an empty database of its own."""
    with tempfile.TemporaryDirectory() as place:
        app = build_app(f"sqlite:///{place}/letters.sqlite", Path(place), base_url="https://sangam.example")
        yield app
        with app.app_context():
            db.engine.dispose()


def write_messages(folder: Path) -> None:
    """A signed message of every kind, as a file."""
    folder.mkdir(parents=True, exist_ok=True)
    with own_app() as app, written_all(app) as letters:
        for kind, email in letters.items():
            (folder / f"{kind.replace('/mail/', '.')}.eml").write_bytes(signed(email))


def renew() -> None:
    """Write down how every kind of letter looks now."""
    FILES.mkdir(exist_ok=True)
    with own_app() as app, written_all(app) as letters:
        for kind, email in letters.items():
            for path, words in zip(files_of(kind), (email.text, email.html), strict=True):
                path.write_text(settled(words))


if __name__ == "__main__":
    renew() if sys.argv[1:] == ["--renew"] else write_messages(Path(sys.argv[1]))
