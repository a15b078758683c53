"""Work of matching for the job worker."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import structlog
from flask import current_app

from app.db import db, reading
from app.jobs import services as engine
from app.jobs.engine import jobs
from app.jobs.holding import Held, Postponed
from app.jobs.keeping import kept
from app.jobs.working import kind, leased, tell
from app.matching import (
    advising,
    attending,
    dial_pricing,
    dialing,
    eligibility,
    planning,
    proposing,
    training,
)
from app.programs import queries as programs
from app.programs.models import DialPreview

log = structlog.get_logger(__name__)
AT_ONCE = 200
ADVISED_AT_ONCE = 50
# A full run is long on a large site, and cohorts change one organization after the other.
PAUSE = timedelta(minutes=10)
# Kinds of jobs, which are also their keys: one of each is open at a time.
TRAIN, PROPOSE = "matching.train", "matching.propose"
BATCH = 2000


@jobs.task("matching.refresh", every=10)
def refresh() -> None:
    """Compute proposals for organizations whose profile changed since, at most `AT_ONCE` of them."""
    with reading():
        changed = eligibility.stale_organizations(AT_ONCE)
        db.session.rollback()
    if changed:
        _propose(changed)


@jobs.task("matching.advise", every=10)
def advise() -> None:
    """Compute what would open more partners, for organizations that people look after, at most `ADVISED_AT_ONCE`."""
    with reading():
        waiting = advising.waiting(ADVISED_AT_ONCE)
        db.session.rollback()
    if not waiting or (token := _lease(advising.LEASE, advising.LEASE_SECONDS)) is None:
        return
    settings = current_app.config["SETTINGS"]
    try:
        with kept(advising.LEASE, token, advising.LEASE_SECONDS):
            answers = advising.compute(waiting, settings.proposals_per_organization, Path(settings.model_dir))
        if engine.renew(advising.LEASE, token, advising.LEASE_SECONDS):
            advising.write(answers)
            db.session.commit()
    finally:
        db.session.rollback()
        engine.release(advising.LEASE, token)
        db.session.commit()


@jobs.task("matching.ask_for_training", every=3600)
def ask_for_training() -> None:
    """Once a week, when something was said since, ask for a training."""
    with reading():
        due = training.is_due()
        db.session.rollback()
    if due:
        engine.enqueue(TRAIN, TRAIN)
        db.session.commit()


@kind(TRAIN)
def train(held: Held) -> str:
    """Train a model; a better one takes over, and everybody is proposed to anew."""
    settings = current_app.config["SETTINGS"]
    folder = Path(settings.model_dir)
    try:
        with leased(training.LEASE, training.LEASE_SECONDS):
            trained = training.train(
                settings.proposals_per_organization, folder, lambda step: tell(held, step, training.STEPS)
            )
            row = training.shelve(trained, folder)
            if row.is_in_force:
                engine.enqueue(PROPOSE, PROPOSE)
    except training.TooFewDecisions as error:
        return str(error)
    return f"{row.version}: {row.state.value.replace('_', ' ')}. {row.why}"


@jobs.task("matching.share_out", every=60)
def share_out() -> None:
    """Ask for everybody's proposals anew when programs have changed, at most once in `PAUSE`."""
    with reading():
        due = programs.wants_sharing_out(PAUSE)
        db.session.rollback()
    if due:
        engine.enqueue(PROPOSE, PROPOSE)
        db.session.commit()
        jobs.wake(PROPOSE)


@jobs.task("matching.end_pauses", every=300)
def end_pauses() -> None:
    """Let organizations whose pause is over get requests again."""
    with reading():
        over = attending.has_over()
        db.session.rollback()
    while over and not jobs.stopping.is_set() and attending.end_pauses():
        db.session.commit()
    db.session.rollback()


@jobs.task("matching.price_dials", every=5)
def price_dials() -> None:
    """Compute what the dials of programs would do, for leads who asked."""
    with reading():
        asked = dialing.waiting()
        db.session.rollback()
    if not asked or (token := _lease(dialing.LEASE, dialing.LEASE_SECONDS)) is None:
        return
    try:
        with kept(dialing.LEASE, token, dialing.LEASE_SECONDS):
            for preview_id in asked:
                _price(preview_id)
    finally:
        db.session.rollback()
        engine.release(dialing.LEASE, token)
        db.session.commit()


def _price(preview_id: int) -> None:
    settings = current_app.config["SETTINGS"]
    with reading():
        preview = db.session.get(DialPreview, preview_id)
        asked = (preview.program_id, preview.by_id) if preview is not None else None
        db.session.rollback()
    if asked is None:
        return
    scene = dial_pricing.scene(*asked, settings.proposals_per_organization, Path(settings.model_dir))
    if scene is None:
        dialing.fail(preview_id)
        db.session.commit()
        return
    wanted, found = len(dial_pricing.settings_of(scene.present)), []
    for one in dial_pricing.priced(scene):
        found.append(one)
        goes_on = dialing.note(preview_id, found, wanted, is_trained=scene.is_trained)
        db.session.commit()
        if not goes_on or jobs.stopping.is_set():
            return


@kind(PROPOSE)
def propose(held: Held) -> str:
    """Compute everybody's proposals anew: after another model took over, or programs have changed."""
    with leased(proposing.LEASE, proposing.LEASE_SECONDS) as still:
        plan = _plan(None)
        run = proposing.ProposalRun(plan.version)
        for number, run in enumerate(proposing.write_plan(plan, BATCH), 1):  # noqa: B007  # the last one has the sums
            still()
            held.note(min(number * BATCH, len(plan.rows)), len(plan.rows))
            db.session.commit()
    return f"{run.organizations} organizations: {run.new} new, {run.refreshed} refreshed, {run.stale} let go."


def _propose(only: Sequence[int]) -> None:
    try:
        with leased(proposing.LEASE, proposing.LEASE_SECONDS) as still:
            plan = _plan(only)
            still()
            run = proposing.ProposalRun(plan.version)
            for run in proposing.write_plan(plan, BATCH):  # noqa: B007  # the last one has the sums
                db.session.commit()
        db.session.commit()
    except Postponed:
        return
    log.info("proposals refreshed", organizations=run.organizations, new=run.new, stale=run.stale)


def _plan(only: Sequence[int] | None) -> proposing.Plan:
    settings = current_app.config["SETTINGS"]
    return planning.make_plan(settings.proposals_per_organization, only, Path(settings.model_dir))


def _lease(name: str, seconds: float) -> str | None:
    token = engine.hold(name, seconds)
    db.session.commit()
    return token
