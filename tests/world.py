"""Small makers for tests. Each opens its own app context, commits, and gives back ids or detached objects."""

from __future__ import annotations

import itertools
import secrets
from datetime import timedelta
from functools import cache
from typing import Any

import sqlalchemy as sa
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient

from app import clock
from app.accounts import api_tokens
from app.accounts import services as accounts
from app.accounts.models import Role, User
from app.claims.models import Claim, Subject, VerificationStep
from app.conflicts.guards import JUDGES
from app.conflicts.models import ConflictStatement
from app.db import db
from app.desk import syncing
from app.desk.models import Case
from app.grievances.models import AbuseReason, Grievance, GrievanceKind
from app.hurdles.models import Hurdle, HurdleKind, HurdleStage
from app.introductions.models import Introduction
from app.listings.models import ListingReview
from app.matching.models import Match, MatchState
from app.meetings.models import Meeting, MeetingGuest, MeetingState
from app.organizations.identifiers import Scheme
from app.organizations.models import (
    Brief,
    BriefWish,
    Duplicate,
    Identifier,
    Invitation,
    MemberRole,
    Membership,
    Organization,
    ProfileState,
    Side,
    Verification,
)
from app.outbox.models import Suppression
from app.outcomes.models import Milestone, MilestoneKind
from app.programs.models import (
    ManagerRole,
    Participation,
    ParticipationState,
    Program,
    ProgramKind,
    ProgramManager,
)
from app.taxonomy import Country, Kind
from app.timetables.models import Timetable, TimetableGuest, TimetableStop

PASSWORD = "correct horse battery staple"


@cache
def password_hash() -> str:
    return PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)


class World:
    """Makers. Returned objects are detached: read their columns, do not walk their relationships."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self._numbers = itertools.count(1)
        self._tokens: dict[int, str] = {}

    def add(self, *rows: Any) -> Any:
        """Save rows and detach them; gives back the first."""
        with self.app.app_context():
            db.session.add_all(rows)
            db.session.commit()
            for row in rows:
                db.session.refresh(row)
            db.session.expunge_all()
        return rows[0]

    def written_again(self, *match_ids: int) -> None:
        """As every decision leaves a match: with a later version."""
        with self.app.app_context():
            db.session.execute(sa.update(Match).where(Match.id.in_(match_ids)).values(version=2))
            db.session.commit()

    def user(self, role: Role = Role.MEMBER, **fields: Any) -> User:
        """A confirmed person with `PASSWORD`; who judges has said that their conflicts are declared."""
        number = next(self._numbers)
        chosen = {
            "email": f"person{number}@example.org",
            "name": f"Person {number}",
            "role": role,
            "password_hash": password_hash(),
            "created_at": clock.now(),
            "confirmed_at": clock.now(),
            "unsubscribe_key": secrets.token_urlsafe(32),
            **fields,
        }
        user = self.add(User(**chosen))
        if user.has_role(*JUDGES):
            self.add(ConflictStatement(user_id=user.id, given_at=clock.now()))
        return user

    def organization(
        self,
        country: Country = Country.INDIA,
        kind: Kind = Kind.STARTUP,
        *,
        owner: User | None = None,
        **fields: Any,
    ) -> Organization:
        """A listed organization, with `owner` if given."""
        number = next(self._numbers)
        technologies = fields.pop("technologies", ["semiconductors"])
        chosen = {
            "name": f"Organization {number}",
            "country": country,
            "kind": kind,
            "state": ProfileState.LISTED,
            "region_code": "IN-KA" if country is Country.INDIA else "US-CA",
            "summary": "Chip packaging and test for small series.",
            "offers": "Packaging and test of sensor chips",
            "needs": "Wafer supply for sensor chips",
            "created_at": clock.now(),
            "profile_changed_at": clock.now(),
            **fields,
        }
        row = Organization(**chosen)
        row.technologies = technologies
        saved = self.add(row)
        if owner is not None:
            self.member(saved, owner)
        return saved

    def member(
        self, organization: Organization, user: User, role: MemberRole = MemberRole.OWNER
    ) -> Membership:
        return self.add(
            Membership(organization_id=organization.id, user_id=user.id, role=role, created_at=clock.now())
        )

    def identifier(
        self, organization: Organization, scheme: Scheme = Scheme.LEI, value: str = "213800KUD8LAJWSQ9D15"
    ) -> Identifier:
        return self.add(
            Identifier(organization_id=organization.id, scheme=scheme, value=value, added_at=clock.now())
        )

    def claim(
        self,
        organization: Organization,
        subject: Subject = Subject.CERTIFICATE,
        value: str = "ISO 9001",
        age: int = 0,
        **fields: Any,
    ) -> Claim:
        """A claim that was stated `age` days ago."""
        at = clock.now() - timedelta(days=age)
        chosen = {"stated_at": at, "confirmed_at": at, **fields}
        return self.add(Claim(organization_id=organization.id, subject=subject, value=value, **chosen))

    def verification(
        self, organization: Organization, by: User, level: Verification = Verification.DOCUMENT_SEEN
    ) -> VerificationStep:
        """A level that a manager noted."""
        step = VerificationStep(organization_id=organization.id, level=level, by_id=by.id, at=clock.now())
        return self.add(step)

    def brief(
        self, organization: Organization, title: str = "Wafer supply for sensor chips", **fields: Any
    ) -> Brief:
        """A need of the title that organizations here have; `wishes` are (aspect, value, weight)."""
        wishes = [BriefWish(aspect=a, value=v, weight=w) for a, v, w in fields.pop("wishes", ())]
        now = clock.now()
        chosen = {"side": Side.NEED, "created_at": now, "updated_at": now, **fields}
        return self.add(
            Brief(organization_id=organization.id, title=title, wishes=wishes, **chosen),
        )

    def duplicate(self, one: Organization, other: Organization, **fields: Any) -> Duplicate:
        """An open suspicion that two are one organization."""
        low, high = sorted((one.id, other.id))
        chosen = {"reasons": ["same_name"], "score": 0.9, "found_at": clock.now(), **fields}
        return self.add(Duplicate(one_id=low, other_id=high, **chosen))

    def invitation(self, organization: Organization, by: User, **fields: Any) -> Invitation:
        """An invitation whose link nobody knows."""
        now, number = clock.now(), next(self._numbers)
        chosen = {
            "email": f"invited{number}@example.org",
            "role": MemberRole.EDITOR,
            "token_hash": f"{number:064x}",
            "created_at": now,
            "expires_at": now + timedelta(days=14),
            **fields,
        }
        return self.add(Invitation(organization_id=organization.id, invited_by_id=by.id, **chosen))

    def listing(self, organization: Organization, **fields: Any) -> ListingReview:
        """A review that waits for a manager."""
        now = clock.now()
        chosen = {"submitted_at": now, "due_at": now + timedelta(days=3), **fields}
        return self.add(ListingReview(organization_id=organization.id, **chosen))

    def program(self, *managers: User, lead: User | None = None, **fields: Any) -> Program:
        """An open program."""
        number = next(self._numbers)
        chosen = {
            "key": f"program-{number}",
            "name": f"Program {number}",
            "kind": ProgramKind.STANDING,
            "opened_at": clock.now(),
            **fields,
        }
        program = self.add(Program(**chosen))
        if lead is not None:
            self.add(ProgramManager(program_id=program.id, user_id=lead.id, role=ManagerRole.LEAD))
        for manager in managers:
            self.add(ProgramManager(program_id=program.id, user_id=manager.id))
        return program

    def timetable(self, program: Program, organization: Organization) -> dict[str, int]:
        """A timetable with one day to come, and an organization on it: ids of the day and of its place."""
        now = clock.now()
        table = self.add(Timetable(program_id=program.id, created_at=now))
        day = {"on_day": (now + timedelta(days=30)).date(), "city": "Delhi", "time_zone": "Asia/Kolkata"}
        stop = self.add(TimetableStop(timetable_id=table.id, tables=2, **day))
        guest = self.add(
            TimetableGuest(timetable_id=table.id, organization_id=organization.id, a_day=4, in_all=8)
        )
        return {"timetable_stop": stop.id, "timetable_guest": guest.id}

    def manager_of(self, program: Program, user: User, **fields: Any) -> ProgramManager:
        """Somebody who manages a program, with a role and a scope if given."""
        return self.add(ProgramManager(program_id=program.id, user_id=user.id, **fields))

    def participation(
        self,
        program: Program,
        organization: Organization,
        state: ParticipationState = ParticipationState.APPLIED,
        **fields: Any,
    ) -> Participation:
        """An organization that applied to a program, unless `state` says otherwise."""
        chosen = {"state": state, "asked_at": clock.now(), **fields}
        return self.add(Participation(program_id=program.id, organization_id=organization.id, **chosen))

    def match(
        self,
        india: Organization | None = None,
        us: Organization | None = None,
        state: MatchState = MatchState.PROPOSED,
        **fields: Any,
    ) -> Match:
        """A match with reasons; sides are made when not given."""
        india = india or self.organization(Country.INDIA)
        us = us or self.organization(Country.UNITED_STATES)
        now = clock.now()
        chosen = {
            "india_id": india.id,
            "us_id": us.id,
            "state": state,
            "score": 0.8,
            "fit_for_india": 0.8,
            "fit_for_us": 0.7,
            "reasons": {"india": [REASON], "us": [REASON]},
            "model_version": "test-1",
            "proposed_at": now,
            "due_at": now + timedelta(days=2),
            **fields,
        }
        return self.add(Match(**chosen))

    def case(self, subject: Match | ListingReview | Duplicate | Grievance, **fields: Any) -> Case:
        """The case that is open for what is to be judged."""
        column = {
            Match: Case.match_id,
            ListingReview: Case.listing_review_id,
            Duplicate: Case.duplicate_id,
            Grievance: Case.grievance_id,
        }[type(subject)]
        with self.app.app_context():
            syncing.sync()
            case = db.session.scalars(
                sa.select(Case).where(column == subject.id).order_by(Case.id.desc())
            ).first()
            assert case is not None
            for name, value in fields.items():
                setattr(case, name, value)
            db.session.commit()
            db.session.refresh(case)
            db.session.expunge_all()
        return case

    def grievance(self, organization: Organization, by: User, **fields: Any) -> Grievance:
        """A report of abuse; with `match_id` or `listing_review_id` an appeal."""
        is_appeal = "match_id" in fields or "listing_review_id" in fields
        chosen = {
            "kind": GrievanceKind.APPEAL if is_appeal else GrievanceKind.ABUSE,
            "reason_code": None if is_appeal else AbuseReason.SPAM,
            "text": "They write to everybody about something else.",
            "opened_at": clock.now(),
            **fields,
        }
        return self.add(Grievance(organization_id=organization.id, by_id=by.id, **chosen))

    def introduced(self, india: Organization, us: Organization) -> Match:
        """A match both sides said yes to."""
        match = self.match(india, us, MatchState.APPROVED)
        self.add(Introduction(match_id=match.id, at=clock.now()))
        return match

    def meeting(self, match: Match, organizer: User, guest: User, **fields: Any) -> Meeting:
        """A booked meeting of the Indian side's `organizer` with the US side's `guest`, in two days."""
        now = clock.now()
        seats = ((organizer, match.india_id), (guest, match.us_id))
        guests = [MeetingGuest(user_id=u.id, organization_id=o, time_zone=u.time_zone) for u, o in seats]
        chosen = {
            "state": MeetingState.BOOKED,
            "starts_at": now + timedelta(days=2),
            "uid": f"{secrets.token_hex(8)}@sangam.example",
            "minutes": 30,
            "title": "First call",
            **fields,
        }
        times = {"created_at": now, "changed_at": now}
        return self.add(
            Meeting(match_id=match.id, organizer_id=organizer.id, guests=guests, **times, **chosen)
        )

    def milestone(self, match: Match, organization: Organization, by: User, **fields: Any) -> Milestone:
        """A pilot that one side says has begun."""
        now = clock.now()
        chosen = {"kind": MilestoneKind.PILOT, "reached_on": now.date(), "stated_at": now, **fields}
        return self.add(
            Milestone(match_id=match.id, organization_id=organization.id, stated_by_id=by.id, **chosen)
        )

    def hurdle(self, match: Match, organization: Organization, by: User, **fields: Any) -> Hurdle:
        """A visa that stood in the way."""
        chosen = {"kind": HurdleKind.VISA, "stage": HurdleStage.TALKS, "at": clock.now(), **fields}
        return self.add(Hurdle(match_id=match.id, organization_id=organization.id, by_id=by.id, **chosen))

    def suppression(self) -> Suppression:
        """An address that nothing is sent to."""
        address = f"gone{next(self._numbers)}@example.org"
        return self.add(Suppression(address=address, reason="5.1.1 No such user", at=clock.now()))

    def sign_in(self, user: User, client: FlaskClient | None = None) -> FlaskClient:
        """A browser in which `user` is signed in."""
        browser = client or self.app.test_client()
        with self.app.app_context():
            token = accounts.start_sign_in(user)
            db.session.commit()
        with browser.session_transaction() as session:
            session["_user_id"] = token
            session["_fresh"] = True
        return browser

    def program_of(self, user: User) -> FlaskClient:
        """A program that sends a token of `user` with each request, the same one each time."""
        if user.id not in self._tokens:
            with self.app.app_context():
                person = db.session.get_one(User, user.id)
                _made, self._tokens[user.id] = api_tokens.issue(person, "a program", timedelta(days=30))
                db.session.commit()
        client = self.app.test_client()
        client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {self._tokens[user.id]}"
        return client


REASON = {
    "kind": "technology",
    "text_key": "technology.shared",
    "evidence": {"technologies": ["semiconductors"]},
    "weight": 0.3,
}
