"""Note a hurdle, take it back, and decide whether it counts in what is published."""

from __future__ import annotations

from dataclasses import dataclass

from flask_babel import gettext as _

from app import clock
from app.accounts.models import User
from app.audit import services as audit
from app.db import db
from app.errors import Forbidden, RuleBroken
from app.hurdles import queries
from app.hurdles.models import Hurdle, HurdleKind, HurdleStage, HurdleState
from app.introductions.sides import Side
from app.matching.models import Match


@dataclass(frozen=True)
class Met:
    """A hurdle as an organization describes it."""

    kind: HurdleKind
    stage: HurdleStage
    days: int | None = None
    cost_minor: int | None = None
    currency: str | None = None
    note: str = ""


def note(side: Side, by: User, met: Met) -> Hurdle:
    """Note a hurdle for a side; the same kind again writes over it, and managers look at it anew."""
    _require_seat(side)
    # Two who note the same at once come one after the other.
    db.session.refresh(side.match, with_for_update={"of": Match})
    hurdle = queries.hurdle_like(side.match.id, side.organization.id, met.kind)
    if hurdle is None:
        hurdle = Hurdle(match_id=side.match.id, organization_id=side.organization.id, kind=met.kind)
        db.session.add(hurdle)
    hurdle.stage, hurdle.days, hurdle.note = met.stage, met.days, met.note
    hurdle.cost_minor = met.cost_minor
    hurdle.currency = met.currency if met.cost_minor is not None else None
    hurdle.by_id, hurdle.at = by.id, clock.now()
    hurdle.state, hurdle.curated_at, hurdle.curated_by_id = HurdleState.NEW, None, None
    db.session.flush()
    _record("noted", hurdle, by)
    return hurdle


def take_back(hurdle: Hurdle, side: Side, by: User) -> None:
    """Remove what one's side has noted."""
    _require_seat(side)
    if hurdle.organization_id != side.organization.id:
        raise Forbidden(_("The organization that met the hurdle can take it back."))
    _record("taken_back", hurdle, by)
    db.session.delete(hurdle)
    db.session.flush()


def curate(hurdle: Hurdle, by: User, state: HurdleState, *, version: int) -> None:
    """Let a hurdle count in what is published, or set it aside. Deciding the same twice is once."""
    db.session.refresh(hurdle, with_for_update=True)
    if hurdle.state is state:
        return
    if hurdle.version != version:
        raise RuleBroken(_("This changed after you opened the page. Look at it again."))
    hurdle.state, hurdle.curated_by_id, hurdle.curated_at = state, by.id, clock.now()
    db.session.flush()
    _record(state.value, hurdle, by)


def _require_seat(side: Side) -> None:
    if not side.can_answer:
        raise Forbidden(_("Owners and editors of the organization answer; you may read."))


def _record(action: str, hurdle: Hurdle, by: User) -> None:
    detail = {"match": hurdle.match_id, "kind": hurdle.kind.value}
    audit.record(f"hurdle.{action}", ("hurdle", hurdle.id), by=by.id, detail=detail)
