"""A conflicted manager, a free one, and cases that one of them must never notice."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from app import clock
from app.accounts.models import Role
from app.conflicts import services as conflicts
from app.db import db
from app.desk import syncing
from app.desk.models import Action, Case, CaseState, Decision, DecisionState, Release
from app.grievances.models import AbuseReason, Grievance, GrievanceKind
from app.introductions.models import Answer, AnswerChoice
from app.matching.models import Match, MatchState, RejectReason, ReviewAction, ReviewDecision
from app.organizations.models import MemberRole, ProfileState
from app.programs.models import ParticipationState
from app.taxonomy import Country
from tests.world import World

# In names, which the directory shows to everybody, and in what only managers read.
NAME, SECRET = "Zebrafinch", "Quetzal"
MISSING = 999_999
# What the addresses of routes are made of, by the names that tests/test_guards.py gives them. Some are there from the
# start; the others belong to the hidden cases.
HIDDEN_THINGS = (
    *("match", "approved", "introduced", "meeting", "hurdle", "milestone", "duplicate", "listing", "case"),
    *("decision", "release", "applicant", "invited", "timetable_guest", "timetable_stop"),
)


class Scene:
    """Two managers of one program, one of them tied to an Indian and a US organization. `appear` adds their cases."""

    def __init__(self, world: World, role: Role = Role.PROGRAM_MANAGER) -> None:
        self.world = world
        self.tied = world.user(role, email="tied@ministry.example", name="Tied")
        self.free = world.user(Role.PROGRAM_MANAGER, name="Free")
        self.owner, self.partner = world.user(), world.user()
        self.program = world.program(self.free, lead=self.tied)
        self.hidden = world.organization(name=f"{NAME} Foundry", owner=self.owner)
        self.hidden_us = world.organization(Country.UNITED_STATES, name=f"{NAME} Overseas")
        self.other_us = world.organization(Country.UNITED_STATES, owner=self.partner)
        self.third_us = world.organization(Country.UNITED_STATES, owner=self.partner)
        self.fourth_us = world.organization(Country.UNITED_STATES, owner=self.partner)
        self.seen = world.match(us=self.third_us, program_id=self.program.id)
        with world.app.app_context():
            conflicts.recuse(self.tied, [self.hidden.id, self.hidden_us.id], "A friend runs them")
            syncing.sync()
            db.session.commit()
        self.ids = dict.fromkeys(HIDDEN_THINGS, MISSING) | self._things()

    def _things(self) -> dict[str, Any]:
        """What the hidden organization has beside cases."""
        world, hidden = self.world, self.hidden
        viewer = world.member(hidden, world.user(), MemberRole.VIEWER)
        return {
            "suppression": world.suppression().id,
            "organization": hidden.id,
            "membership": viewer.id,
            "brief": world.brief(hidden).id,
            "identifier": world.identifier(hidden).id,
            "claim": world.claim(hidden, evidence=f"https://{SECRET}.example/certificate").id,
            "verification": world.verification(hidden, self.free).id,
            "invitation": world.invitation(hidden, self.owner).id,
            "program": self.program.key,
            "wish": self.owner.unsubscribe_key,
            "sign_in": MISSING,
            "program_manager": MISSING,
        }

    def appear(self) -> None:
        """Now there are cases of the hidden organizations, of every kind and in every state."""
        world, program_id = self.world, self.program.id
        sides = {
            "india": self.hidden,
            "program_id": program_id,
            "reasons": {"india": [_reason()], "us": [_reason()]},
        }
        match = world.match(**sides, us=self.other_us)
        approved = world.match(**sides, us=self.third_us, state=MatchState.APPROVED, **self._decided())
        rejected = world.match(**sides, us=self.hidden_us, state=MatchState.REJECTED, **self._decided())
        # The other side of a pair that is seen is asked for more than the tied manager may know.
        india = world.organization(
            name=f"{NAME} Newborn", website="https://www.ministry.example", state=ProfileState.SUBMITTED
        )
        world.match(us=self.third_us, india=india, program_id=program_id)
        listing = world.listing(self.hidden, is_change=True, changes=[], note=SECRET, comment=SECRET)
        world.listing(india, note=SECRET)
        duplicate = world.duplicate(
            self.hidden, world.organization(name=f"{NAME} Twin", state=ProfileState.SUBMITTED)
        )
        introduced = world.introduced(self.hidden, self.fourth_us)
        meeting = world.meeting(introduced, self.owner, self.partner)
        hurdle = world.hurdle(introduced, self.hidden, self.owner, note=SECRET)
        milestone = world.milestone(introduced, self.hidden, self.owner)
        applicant = world.participation(self.program, self.hidden)
        invited = world.participation(self.program, self.hidden_us, ParticipationState.INVITED)
        self._said(approved, rejected)
        self._complained(rejected)
        with world.app.app_context():
            syncing.sync()
            db.session.commit()
        cases = self._decided_cases(match)
        self.ids |= {
            "newborn": india.id,
            "hurdle": hurdle.id,
            "milestone": milestone.id,
            "applicant": applicant.id,
            "invited": invited.id,
            "match": match.id,
            "approved": approved.id,
            "introduced": introduced.id,
            "meeting": meeting.id,
            "duplicate": duplicate.id,
            "listing": listing.id,
            **cases,
        }

    def _decided(self) -> dict[str, Any]:
        return {"decided_at": clock.now() - timedelta(hours=1), "decided_by_id": self.free.id}

    def _said(self, approved: Match, rejected: Match) -> None:
        now, world = clock.now() - timedelta(hours=1), self.world
        given = {"by_id": self.free.id, "at": now, "note": SECRET}
        world.written_again(approved.id, rejected.id)
        world.add(
            ReviewDecision(match_id=approved.id, action=ReviewAction.APPROVE, **given),
            ReviewDecision(
                match_id=rejected.id, action=ReviewAction.REJECT, reason_code=RejectReason.OTHER, **given
            ),
            Answer(
                match_id=approved.id,
                organization_id=self.third_us.id,
                says=AnswerChoice.NO,
                note=SECRET,
                by_id=self.partner.id,
                at=now,
            ),
        )

    def _complained(self, rejected: Match) -> None:
        said = {
            "organization_id": self.hidden.id,
            "text": SECRET,
            "by_id": self.owner.id,
            "opened_at": clock.now(),
        }
        self.world.add(
            Grievance(kind=GrievanceKind.APPEAL, match_id=rejected.id, **said),
            Grievance(kind=GrievanceKind.ABUSE, reason_code=AbuseReason.SPAM, **said),
        )

    def _decided_cases(self, match: Match) -> dict[str, int]:
        """A staged decision of each manager, made before the tie was known, and a released one."""
        now, world = clock.now(), self.world
        with world.app.app_context():
            cases = list(db.session.query(Case).filter(Case.one_id == self.hidden.id).order_by(Case.id))
            by_match = next(case.id for case in cases if case.match_id == match.id)
            others = [case.id for case in cases if case.id != by_match]
            release = Release(by_id=self.free.id, at=now, effective_at=now + timedelta(hours=1))
            db.session.add(release)
            db.session.flush()
            said = {"at": now, "note": SECRET, "comment": SECRET, "action": Action.APPROVE}
            for case_id, user in zip(others, (self.tied, self.free), strict=False):
                staged = Decision(case_id=case_id, by_id=user.id, **said)
                db.session.add(staged)
                db.session.flush()
                self.ids.setdefault("own_decision", staged.id)
                db.session.get_one(Case, case_id).state = CaseState.STAGED
            decision = Decision(
                case_id=by_match,
                by_id=self.free.id,
                state=DecisionState.RELEASED,
                release_id=release.id,
                **said,
            )
            db.session.add(decision)
            db.session.commit()
            return {"case": by_match, "decision": decision.id, "release": release.id}


def _reason() -> dict[str, Any]:
    evidence = {"need": f"{SECRET} need", "offer": f"{SECRET} offer"}
    return {"kind": "need_offer", "text_key": "need_offer.line", "evidence": evidence, "weight": 0.9}
