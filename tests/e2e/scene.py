"""What stands in the demo site, by name, and the few rows it lacks, written straight into its database."""

from __future__ import annotations

import secrets
from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app import clock
from app.accounts.models import AccountToken, Role, TokenPurpose, User
from app.accounts.queries import token_hash
from app.conflicts.guards import JUDGES
from app.conflicts.models import ConflictStatement
from app.conversations.models import Message, Seating, Thread, ThreadMember
from app.demo.story import FOUNDERS
from app.desk.models import Case, Release
from app.introductions.models import Answer
from app.listings.models import ListingReview, ReviewState
from app.matching.models import Match, MatchState
from app.meetings.models import Meeting, MeetingGuest, MeetingState, OfferedTime
from app.organizations.models import (
    Brief,
    Duplicate,
    DuplicateState,
    Invitation,
    MemberRole,
    Membership,
    Organization,
    ProfileState,
)
from app.programs.models import DialPreview, PreviewState, Program
from app.taxonomy import Country, Kind
from app.transfers.models import ImportRefusal, ImportRun, RunState
from tests.e2e.mailbox import FolderMailbox, wait_for
from tests.e2e.site import Site

MANAGER = "manager@example.org"
FOUNDER = "founder.india@example.org"
CARETAKER = "caretaker.india@example.org"
US_CARETAKER = "caretaker.us@example.org"
# Made here: somebody without an organization, one with four drafts, and a manager without a queue.
FRESH = "fresh@example.org"
DRAFTER = "drafter@example.org"
IDLE_MANAGER = "idle.manager@example.org"
# Matches that the story of the demo world approves, beside those of the founders.
TOLD = 10


class Scene:
    """Ids and addresses of pages; `session` sees the database the site runs on."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.engine = sa.create_engine(site.environment["DATABASE_URL"], connect_args={"timeout": 30})
        self._open_matches = iter(self._read_open_matches())
        self.places: dict[str, str | int] = {
            **self._organizations(),
            **self._drafts(),
            **self._matches(),
            **self._links(),
            **self._listings(),
            "mail": self._mail_name(),
        }
        self.places |= self._pairs()
        self.places |= self._imports()
        self._priced_dial()
        self.places |= self._cases()

    def close(self) -> None:
        self.engine.dispose()

    def session(self) -> Session:
        return Session(self.engine, expire_on_commit=False)

    def path(self, pattern: str) -> str:
        """An address with its {names} put in."""
        return pattern.format(**self.places)

    def person(self, email: str, role: Role = Role.MEMBER) -> User:
        """A confirmed person with the password of the demo world."""
        with self.session() as session:
            known = session.scalars(sa.select(User).where(User.email == MANAGER)).one()
            now = clock.now()
            made = User(
                email=email,
                name=email.partition("@")[0].replace(".", " ").capitalize(),
                role=role,
                password_hash=known.password_hash,
                created_at=now,
                confirmed_at=now,
                unsubscribe_key=secrets.token_urlsafe(32),
            )
            session.add(made)
            session.flush()
            if made.has_role(*JUDGES):
                session.add(ConflictStatement(user_id=made.id, given_at=now))
            session.commit()
            return made

    def organization(self, owner: User, **fields: object) -> Organization:
        """A draft of `owner`, unless `fields` say otherwise."""
        now = clock.now()
        with self.session() as session:
            technologies = fields.pop("technologies", [])
            made = Organization(
                **{"state": ProfileState.DRAFT, "created_at": now, "profile_changed_at": now, **fields}
            )
            made.technologies = technologies  # type: ignore[assignment]
            session.add(made)
            session.flush()
            session.add(
                Membership(organization_id=made.id, user_id=owner.id, role=MemberRole.OWNER, created_at=now)
            )
            session.commit()
            return made

    def next_open_match(self) -> int:
        """A proposed match that no other test has taken."""
        return next(self._open_matches)

    def approved_unanswered(self, country: Country) -> tuple[int, int]:
        """An approved match nobody has answered, of the country's caretaker: its id and the organization's."""
        india = country is Country.INDIA
        own, caretaker = (Match.india_id, CARETAKER) if india else (Match.us_id, US_CARETAKER)
        answered = sa.select(Answer.match_id).distinct()
        held = sa.select(Membership.organization_id).join(User).where(User.email == caretaker)
        wanted = sa.select(Match.id, own).where(
            Match.state == MatchState.APPROVED, Match.id.not_in(answered), own.in_(held)
        )
        with self.session() as session:
            match_id, organization_id = session.execute(wanted.order_by(Match.id)).first()  # type: ignore[misc]
            return match_id, organization_id

    def _read_open_matches(self) -> list[int]:
        """Worst first, so that the desk's own queue begins with others."""
        wanted = sa.select(Match.id).where(Match.state == MatchState.PROPOSED)
        with self.session() as session:
            return list(session.scalars(wanted.order_by(Match.due_at.desc(), Match.score, Match.id)))

    def _organizations(self) -> dict[str, str | int]:
        first = sa.select(Organization.kind, sa.func.min(Organization.id)).group_by(Organization.kind)
        own = sa.select(Membership.organization_id).join(User).where(User.email == FOUNDER)
        with self.session() as session:
            kinds = {kind.value: number for kind, number in session.execute(first)}
            own_id = session.scalars(own).one()
            brief = sa.select(sa.func.min(Brief.id)).where(Brief.organization_id == own_id)
            return {**kinds, "own": own_id, "brief": session.scalars(brief).one()}

    def _drafts(self) -> dict[str, str | int]:
        self.person(FRESH)
        self.person(IDLE_MANAGER, Role.PROGRAM_MANAGER)
        drafter = self.person(DRAFTER)
        return {
            f"{kind.value}_draft": self.organization(
                drafter, kind=kind, name=f"Draft of a {kind.value}", country=Country.INDIA
            ).id
            for kind in Kind
        }

    def _pairs(self) -> dict[str, str | int]:
        """Two suspicions: one that waits, one decided."""
        drafts = [int(self.places[f"{kind.value}_draft"]) for kind in Kind]
        now = clock.now()
        # Really one name, so that the nightly look keeps the suspicion.
        alike = [
            self.organization(
                self.person(f"twin.{place}@example.org"),
                kind=Kind.SME,
                name="Twin Presses and Dies",
                country=Country.INDIA,
                region_code="IN-KA",
                city="Mysuru",
                state=ProfileState.PAUSED,
            ).id
            for place in ("one", "two")
        ]
        with self.session() as session:
            manager = session.scalars(sa.select(User.id).where(User.email == MANAGER)).one()
            common = {"reasons": ["near_name", "same_place"], "score": 0.9, "found_at": now}
            waits = Duplicate(one_id=alike[0], other_id=alike[1], **common)
            apart = Duplicate(
                one_id=drafts[2],
                other_id=drafts[3],
                state=DuplicateState.DISTINCT,
                decided_by_id=manager,
                decided_at=now,
                **common,
            )
            session.add_all([waits, apart])
            session.commit()
            return {"duplicate": waits.id, "kept_apart": apart.id}

    def _imports(self) -> dict[str, str | int]:
        """Import runs at each point at which a person looks at them."""
        now, cell = clock.now(), {"name": "Firm of tools", "nation": "Atlantis", "ref": "7"}
        with self.session() as session:
            manager = session.scalars(sa.select(User.id).where(User.email == MANAGER)).one()
            states = (RunState.UPLOADED, RunState.CHECKED, RunState.DONE, RunState.FAILED)
            runs = {
                state: ImportRun(
                    user_id=manager,
                    file_name="firms of tools and dies, all of Karnataka.csv",
                    size=90,
                    state=state,
                    header=list(cell),
                    preview=[cell],
                    mapping={"name": "name", "nation": "country", "ref": "id"},
                    fixed={"kind": "sme"},
                    read_rows=0 if state is RunState.UPLOADED else 12,
                    new_rows=0 if state is RunState.UPLOADED else 11,
                    refused_rows=0 if state is RunState.UPLOADED else 1,
                    failure="The file is in UTF-16. Save it as UTF-8 and try again.",
                    created_at=now,
                    changed_at=now,
                )
                for state in states
            }
            session.add_all(runs.values())
            session.flush()
            reasons = [["nation", "must be IN or US"]]
            session.add(ImportRefusal(run_id=runs[RunState.CHECKED].id, line=8, reasons=reasons, cells=cell))
            session.commit()
            return {f"import_{state.value}": run.id for state, run in runs.items()}

    def _cases(self) -> dict[str, str | int]:
        """The case of each thing to judge, as `case_` and the thing's name."""
        self.site.flask("desk", "sync")
        subjects = {
            Case.match_id: ("proposed", "held", "info_requested"),
            Case.listing_review_id: ("listing",),
            Case.duplicate_id: ("duplicate",),
        }
        with self.session() as session:
            return {
                f"case_{name}": session.scalars(
                    sa.select(Case.id).where(column == self.places[name]).order_by(Case.id.desc())
                ).first()
                for column, names in subjects.items()
                for name in names
            }  # type: ignore[return-value]

    def case_of(self, match_id: int) -> int:
        """The case of a pair that waits."""
        self.site.flask("desk", "sync")
        with self.session() as session:
            return session.scalars(
                sa.select(Case.id).where(Case.match_id == match_id).order_by(Case.id.desc())
            ).first()  # type: ignore[return-value]

    def _priced_dial(self) -> None:
        """What the dial of one program does, as it stands on the page of its lead."""
        newly = {
            "organizations": 3,
            "first_timers": 1,
            "kinds": {"sme": 3},
            "regions": {"IN-KA": 2, "US-CA": 1},
        }
        common = {"expected_of_all": 40.0, "pairs": 40, "reached": 30, "newly": newly, "no_longer": 1}
        settings = [
            {"alpha": alpha, "floor": floor, "expected": 12.5 - alpha, **common}
            for floor in (1, 0)
            for alpha in (0.0, 0.5, 1.0)
        ]
        with self.session() as session:
            program = session.scalars(sa.select(Program).filter_by(key="startup-handshake")).one()
            manager = session.scalars(sa.select(User.id).where(User.email == MANAGER)).one()
            results = {"settings": settings, "is_trained": True}
            done = {"state": PreviewState.DONE, "done": 6, "wanted": 6, "created_at": clock.now()}
            session.add(DialPreview(program_id=program.id, by_id=manager, results=results, **done))
            soon = clock.now() + timedelta(minutes=40)
            release = Release(by_id=manager, at=clock.now() - timedelta(minutes=20), effective_at=soon)
            session.add(release)
            session.commit()
            self.places["release"] = release.id

    def _matches(self) -> dict[str, str | int]:
        with self.session() as session:
            chosen = {
                state.value: session.scalars(
                    sa.select(Match.id).where(Match.state == state).order_by(Match.id)
                ).first()
                for state in (MatchState.HELD, MatchState.INFO_REQUESTED, MatchState.REJECTED)
            }
            own = session.scalars(
                sa.select(Match.id).where(Match.state == MatchState.PROPOSED).order_by(Match.score.desc())
            ).first()
            # The story is told first, that of the founders before all; a season of other decisions follows.
            told = sa.select(Match.id).where(Match.state == MatchState.APPROVED).order_by(Match.decided_at)
            approved = sorted(session.scalars(told.offset(len(FOUNDERS)).limit(TOLD)))
        # The order in which the demo world answers its approved matches; see app.demo.story.
        names = ("introduced", "said_yes", "not_now", "declined", "to_answer")
        numbered = dict(zip(names, (approved[0], *(approved[at] for at in (4, 6, 7, 8))), strict=True))
        meetings = self._meetings(numbered["introduced"])
        message = self._message(numbered["introduced"])
        return {**chosen, **numbered, **meetings, **message, "proposed": own}  # type: ignore[dict-item]

    def _meetings(self, match_id: int) -> dict[str, str | int]:
        """Meetings of an introduced match: one that is booked, and one whose times wait to be chosen."""
        now = clock.now()
        soon = (now + timedelta(days=3)).replace(hour=13, minute=30, second=0, microsecond=0)
        with self.session() as session:
            match = session.get_one(Match, match_id)
            seats = [
                (session.scalars(sa.select(Membership).where(Membership.organization_id == id_)).first(), id_)
                for id_ in (match.india_id, match.us_id)
            ]
            people = [(seat.user_id, id_) for seat, id_ in seats if seat is not None]
            made = []
            for state in (MeetingState.BOOKED, MeetingState.OFFERED):
                guests = [
                    MeetingGuest(user_id=u, organization_id=o, time_zone="Asia/Kolkata") for u, o in people
                ]
                meeting = Meeting(
                    match_id=match_id,
                    uid=f"{state.value}@sangam.example",
                    state=state,
                    starts_at=soon if state is MeetingState.BOOKED else None,
                    minutes=30,
                    title="First call on packaging",
                    note="Send one page on what you would like to try together.",
                    link="https://meet.example.org/first-call",
                    organizer_id=people[0][0],
                    created_at=now,
                    changed_at=now,
                    guests=guests,
                    times=[OfferedTime(starts_at=soon + timedelta(days=day)) for day in range(2)],
                )
                made.append(meeting)
            session.add_all(made)
            session.commit()
            return {"meeting": made[0].id, "meeting_offered": made[1].id}

    def _message(self, match_id: int) -> dict[str, str | int]:
        """What each side of an introduced match wrote; the page that reports one is asked by the Indian side."""
        texts = ("Could you test 300 wafers in March?", "Yes. See https://example.org/slots for our slots.")
        with self.session() as session:
            match = session.get_one(Match, match_id)
            ends = (match.india_id, match.us_id)
            members = [ThreadMember(organization_id=id_) for id_ in ends]
            thread = Thread(match_id=match_id, made_at=clock.now(), members=members)
            session.add(thread)
            session.flush()
            for end, text in zip(ends, texts, strict=True):
                author = session.scalars(
                    sa.select(Membership.user_id).where(Membership.organization_id == end)
                ).first()
                said = Message(
                    thread_id=thread.id, organization_id=end, author_id=author, text=text, at=clock.now()
                )
                session.add(said)
            session.commit()
            return {"message": said.id, **self._teams(session, *ends)}

    def _teams(self, session: Session, asked: int, starter: int) -> dict[str, str | int]:
        """One team the Indian side has joined, and one it is asked into."""
        third = sa.select(Organization.id).where(Organization.id.not_in((asked, starter)))
        other = session.scalars(third.order_by(Organization.id)).first()
        made = []
        for title, state in (("Test wafers in March", Seating.JOINED), ("Ceramic packages", Seating.INVITED)):
            members = [
                ThreadMember(organization_id=starter, is_starter=True),
                ThreadMember(organization_id=asked, state=state),
                ThreadMember(organization_id=other, state=Seating.INVITED),
            ]
            made.append(Thread(title=title, made_at=clock.now(), members=members))
        session.add_all(made)
        session.flush()
        said = Message(
            thread_id=made[0].id, organization_id=starter, text="Who brings the mask?", at=clock.now()
        )
        session.add(said)
        session.commit()
        return {"team": made[0].id, "team_invited": made[1].id, "team_message": said.id}

    def _listings(self) -> dict[str, str | int]:
        """A profile that waits for review, and one whose change was decided."""
        drafter = self.person("hands.in@example.org")
        waiting = self.organization(
            drafter,
            kind=Kind.SME,
            name="Waits for review",
            country=Country.INDIA,
            summary="Burn-in boards for chip test floors.",
            state=ProfileState.SUBMITTED,
        )
        now = clock.now()
        change = {"field": "summary", "before": "Boards.", "after": waiting.summary}
        moments = {"submitted_at": now, "due_at": now - timedelta(days=1), "changes": [change]}
        review = ListingReview(organization_id=waiting.id, note="We said what we make.", **moments)
        decided = ListingReview(
            organization_id=waiting.id, state=ReviewState.RETURNED, decided_at=now, comment="What?", **moments
        )
        with self.session() as session:
            session.add_all([review, decided])
            session.commit()
            return {"listing": review.id, "listing_decided": decided.id}

    def _links(self) -> dict[str, str | int]:
        """Mailed links that still work."""
        fresh = self.person("newcomer@example.org")
        with self.session() as session:
            for purpose in TokenPurpose:
                session.add(
                    AccountToken(
                        user_id=fresh.id,
                        purpose=purpose,
                        token_hash=token_hash(f"token-{purpose.value}"),
                        new_email="newer@example.org",
                        created_at=clock.now(),
                        expires_at=clock.now() + timedelta(hours=1),
                    )
                )
            own = self.organization(fresh, kind=Kind.SME, name="Invites people", country=Country.INDIA)
            session.add(
                Invitation(
                    organization_id=own.id,
                    invited_by_id=fresh.id,
                    email="invited@example.org",
                    role=MemberRole.EDITOR,
                    token_hash=token_hash("token-invitation"),
                    created_at=clock.now(),
                    expires_at=clock.now() + timedelta(days=14),
                )
            )
            session.commit()
        links: dict[str, str | int] = {"key": fresh.unsubscribe_key, "invitation": "token-invitation"}
        return links | {p.value: f"token-{p.value}" for p in TokenPurpose}

    def _mail_name(self) -> str:
        """The file of a proposal mail, once the worker has sent one."""
        wait_for(FolderMailbox(self.site.outbox), CARETAKER, ".", seconds=30)
        return sorted(path.name for path in self.site.outbox.glob("*.eml"))[0]
