"""Ask what a program's dial would do, note what was found, and set it. A service like `services`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _

from app import clock
from app.accounts.models import User
from app.audit import services as audit
from app.db import db
from app.errors import RuleBroken
from app.programs import services as programs
from app.programs.models import DialPreview, PreviewState, Program

# What was found holds for a day: profiles and decisions change what a setting does.
LASTS = timedelta(days=1)
LEASE, LEASE_SECONDS = "matching.dial", 300


class NotLookedAt(RuleBroken):
    """A dial is set by somebody who has seen what the setting does."""


def ask(program: Program, by: User) -> DialPreview:
    """Have each setting priced. Asking again while it is being computed changes nothing."""
    programs.lock(program)
    if program.is_draft or not program.is_open or program.is_over:
        raise RuleBroken(_("A dial is looked at while the program is open."))
    known = last_preview(program, by)
    if known is not None and known.state in {PreviewState.WAITING, PreviewState.RUNNING}:
        return known
    old = sa.delete(DialPreview).filter_by(program_id=program.id, by_id=by.id)
    db.session.execute(old.execution_options(synchronize_session=False))
    preview = DialPreview(program_id=program.id, by_id=by.id, created_at=clock.now())
    db.session.add(preview)
    db.session.flush()
    audit.record("program.dial_looked_at", ("program", program.id), by=by.id)
    return preview


def choose(program: Program, alpha: float, floor: int, by: User) -> None:
    """Set the dial to a setting this person has seen priced within a day. Raises `NotLookedAt`."""
    preview = last_preview(program, by)
    if preview is None or not is_fresh(preview) or (alpha, floor) not in settings_in(preview):
        raise NotLookedAt(_("Look at what the settings do first: it was not computed, or too long ago."))
    programs.set_dial(program, alpha, floor, by)


def last_preview(program: Program, by: User) -> DialPreview | None:
    """What this person has asked last."""
    query = sa.select(DialPreview).filter_by(program_id=program.id, by_id=by.id)
    return db.session.scalars(query.order_by(DialPreview.id.desc()).limit(1)).one_or_none()


def is_fresh(preview: DialPreview) -> bool:
    """Whether it is computed and holds still."""
    return preview.state is PreviewState.DONE and preview.created_at > clock.now() - LASTS


def settings_in(preview: DialPreview) -> list[tuple[float, int]]:
    """The settings that were priced."""
    return [(one["alpha"], one["floor"]) for one in preview.results.get("settings", ())]


def waiting() -> Sequence[int]:
    """Previews nobody has computed, or whose worker died, oldest first."""
    states = (PreviewState.WAITING, PreviewState.RUNNING)
    return db.session.scalars(
        sa.select(DialPreview.id).where(DialPreview.state.in_(states)).order_by(DialPreview.id)
    ).all()


def note(preview_id: int, settings: Sequence[dict[str, Any]], wanted: int, *, is_trained: bool) -> bool:
    """How far it has come; False when somebody has thrown it away."""
    is_done = bool(settings) and len(settings) == wanted
    values = {
        "state": PreviewState.DONE if is_done else PreviewState.RUNNING,
        "done": len(settings),
        "wanted": wanted,
        "results": {"settings": list(settings), "is_trained": is_trained},
    }
    return _update(preview_id, values)


def fail(preview_id: int) -> None:
    """It cannot be computed: the program has closed."""
    _update(preview_id, {"state": PreviewState.FAILED})


def _update(preview_id: int, values: dict[str, Any]) -> bool:
    change = sa.update(DialPreview).where(DialPreview.id == preview_id).values(values)
    found = db.session.execute(change.execution_options(synchronize_session=False))
    return bool(found.rowcount)  # type: ignore[attr-defined]
