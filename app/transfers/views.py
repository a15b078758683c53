"""Pages on which managers send files of organizations, and take them home."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

from flask import (
    Blueprint,
    current_app,
    flash,
    redirect,
    render_template,
    request,
    stream_with_context,
    url_for,
)
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.exceptions import RequestEntityTooLarge

from app import clock, error_pages
from app.accounts.guards import role_required
from app.accounts.models import Role
from app.db import db
from app.errors import NotFound, RuleBroken
from app.extensions import limiter
from app.jobs.engine import jobs
from app.organizations import exports
from app.organizations.records import UnreadableFile
from app.taxonomy import Country, Kind
from app.transfers import columns, queries, reading, services
from app.transfers.forms import UploadForm
from app.transfers.models import ImportRun

bp = Blueprint("transfers", __name__, template_folder="templates", url_prefix="/imports")
MOST_MEGABYTES = 64
MOST_BYTES = MOST_MEGABYTES * 1024 * 1024
_manager = role_required(Role.PROGRAM_MANAGER, Role.ADMINISTRATOR)
_ONE = "/<int:run_id>"
_TYPES = {
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "jsonl": "application/jsonl",
}


@bp.url_value_preprocessor
def _let_files_in(endpoint: str | None, _values: Any) -> None:
    """Before anybody reads the form: only this one route takes more than the rest of the app."""
    if endpoint == "transfers.upload":
        request.max_content_length = MOST_BYTES


@bp.get("")
@_manager
def index() -> str:
    return _index(UploadForm(formdata=None))


def _index(form: UploadForm) -> str:
    return render_template(
        "transfers/index.html", form=form, runs=queries.runs_of(current_user), most=MOST_MEGABYTES
    )


@bp.post("")
@_manager
@limiter.limit("60 per hour")
def upload() -> Any:
    form = UploadForm()
    if not form.validate():
        return _index(form), 422
    file = form.file.data
    try:
        run = services.receive(file.stream, file.filename, str(form.source.data or ""), by=current_user)
    except (UnreadableFile, services.EmptyFile) as error:
        db.session.rollback()
        form.file.errors = [str(error)]
        return _index(form), 422
    db.session.commit()
    return redirect(url_for(".show", run_id=run.id), 303)


@bp.get(_ONE)
@_manager
def show(run_id: int) -> str:
    return _page(queries.run_for(current_user, run_id))


def _page(run: ImportRun, faults: list[tuple[str, str]] | None = None) -> str:
    return render_template(
        "transfers/show.html",
        run=run,
        faults=faults or [],
        labels=columns.LABELS,
        choices=columns.choices(),
        fixable={"kind": list(Kind), "country": list(Country)},
        refusals=queries.first_refusals(run) if run.refused_rows else [],
    )


@bp.post(f"{_ONE}/columns")
@_manager
def choose_columns(run_id: int) -> Any:
    run = queries.run_for(current_user, run_id)
    mapping, fixed = _chosen(run)
    try:
        services.check(run, mapping, fixed, by=current_user)
    except services.ColumnsMissing:
        # The page shows what was chosen; nothing is kept of it.
        page = _page(run, columns.faults(mapping, fixed))
        db.session.rollback()
        return page, 422
    db.session.commit()
    jobs.wake("transfers.work")
    return redirect(url_for(".show", run_id=run_id), 303)


def _chosen(run: ImportRun) -> tuple[dict[str, str], dict[str, str]]:
    """The choice of columns that was sent; unknown words leave a column out."""
    ours = {name for name, _label in columns.choices()}
    sent = [request.form.get(f"column-{number}", "") for number in range(len(run.header))]
    mapping = {name: word if word in ours else "" for name, word in zip(run.header, sent, strict=True)}
    known: dict[str, set[str]] = {"kind": {*Kind}, "country": {*Country}}
    fixed = {name: request.form.get(f"fixed-{name}", "") for name in columns.FIXABLE}
    return mapping, {name: word for name, word in fixed.items() if word in known[name]}


@bp.post(f"{_ONE}/start")
@_manager
def start(run_id: int) -> Any:
    services.start(queries.run_for(current_user, run_id), by=current_user)
    db.session.commit()
    jobs.wake("transfers.work")
    return redirect(url_for(".show", run_id=run_id), 303)


@bp.post(f"{_ONE}/cancel")
@_manager
def cancel(run_id: int) -> Any:
    services.cancel(queries.run_for(current_user, run_id), by=current_user)
    db.session.commit()
    flash(_("The import is canceled. Rows that were imported before stay."), "success")
    return redirect(url_for(".show", run_id=run_id), 303)


@bp.get(f"{_ONE}/refused.csv")
@_manager
def refused(run_id: int) -> Any:
    run = queries.run_for(current_user, run_id)
    lines = reading.refused_rows(list(run.header), queries.refusals(run.id))
    return _file(lines, "csv", f"refused-{run.id}.csv")


@bp.get("/export.<form>")
@_manager
@limiter.limit("30 per hour")
def export(form: str) -> Any:
    if form not in _TYPES:
        raise NotFound
    return _file(exports.pieces(form), form, f"organizations-{clock.now():%Y-%m-%d}.{form}")


def _file(pieces: Iterator[bytes], form: str, name: str) -> Any:
    return current_app.response_class(
        cast("Iterator[bytes]", stream_with_context(pieces)),
        mimetype=_TYPES[form],
        headers={"Content-Disposition": f"attachment; filename={name}"},
    )


@bp.errorhandler(RequestEntityTooLarge)
def _too_large(_error: RequestEntityTooLarge) -> tuple[str, int]:
    said = _(
        "The file is larger than %(most)d MB. Split it, or let whoever runs the service import it there.",
        most=MOST_MEGABYTES,
    )
    return error_pages.page(413, said, back=url_for(".index"), back_label=_("Back to imports"))


@bp.errorhandler(RuleBroken)
def _overtaken(broken: RuleBroken) -> tuple[str, int]:
    """The run has gone on since the page was shown: say it, and lead back."""
    db.session.rollback()
    given = request.view_args or {}
    back = url_for(".show", **given) if given else url_for(".index")
    return error_pages.page(broken.status, str(broken), back=back, back_label=_("Back to the import"))
