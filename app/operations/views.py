"""The page on which administrators see long work: what runs, what waits, and what was given up."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user

from app import clock
from app.accounts.guards import role_required
from app.accounts.models import Role
from app.db import db
from app.jobs import queries
from app.jobs import services as engine
from app.jobs.engine import jobs
from app.jobs.models import JobState
from app.operations import services

bp = Blueprint("operations", __name__, template_folder="templates", url_prefix="/jobs")
_administrator = role_required(Role.ADMINISTRATOR)


@bp.get("")
@_administrator
def index() -> str:
    found = queries.jobs_by_state()
    return render_template(
        "operations/index.html",
        running=found[JobState.RUNNING],
        waiting=found[JobState.WAITING],
        dead=found[JobState.DEAD],
        done=found[JobState.DONE][:10],
        counts=queries.job_counts(),
        workers=queries.workers(),
        seen_after=clock.now() - queries.WORKER_SEEN_WITHIN,
        askable=services.ASKABLE,
    )


@bp.post("/ask/<name>")
@_administrator
def ask(name: str) -> Any:
    services.ask(name, by=current_user)
    db.session.commit()
    jobs.wake(name)
    return redirect(url_for(".index"), 303)


@bp.post("/<int:job_id>/replay")
@_administrator
def replay(job_id: int) -> Any:
    engine.replay(queries.job(job_id), by=current_user.id)
    db.session.commit()
    flash(_("The job is tried again."), "success")
    return redirect(url_for(".index"), 303)


@bp.post("/replay-all")
@_administrator
def replay_all() -> Any:
    count = engine.replay_all(by=current_user.id)
    db.session.commit()
    flash(ngettext("One job is tried again.", "%(num)s jobs are tried again.", count), "success")
    return redirect(url_for(".index"), 303)
