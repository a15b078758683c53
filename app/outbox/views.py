"""`/dev/outbox` and `/dev/mails`: development mail, and how each kind looks. Only where mail is written to files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from flask import Blueprint, abort, current_app, make_response, render_template, request, url_for

from app.outbox import bars, queries
from app.outbox.transport import folder_of
from config import ROOT

# Where `python -m tests.outbox.letters --renew` writes down how a letter of each kind looks.
LETTERS = ROOT / "tests" / "outbox" / "letters"
bp = Blueprint("outbox", __name__, template_folder="templates")
MAIL_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox"


def _folder() -> Path:
    return folder_of(current_app.config["SETTINGS"].mail_url)


def _mail_or_404(name: str) -> queries.WrittenMail:
    return queries.written_mail(_folder(), name) or abort(404)


@bp.get("/dev/mails")
def dev_kinds() -> Any:
    """Every kind of mail."""
    return render_template("outbox/kinds.html", names=queries.kinds_of_mail(LETTERS))


@bp.get("/dev/mails/<name>")
def dev_kind(name: str) -> Any:
    """One kind of mail: its text, and its html in narrow and wide."""
    mail = queries.kind_of_mail(LETTERS, name) or abort(404)
    return render_template("outbox/kind.html", mail=mail)


@bp.get("/dev/mails/<name>/html")
def dev_kind_html(name: str) -> Any:
    """The html of one kind, for the frames that show it."""
    return _framed((queries.kind_of_mail(LETTERS, name) or abort(404)).html)


@bp.get("/dev/outbox")
def dev_outbox() -> Any:
    """Mails written so far, newest first."""
    mails = queries.written_mails(_folder(), request.args.get("before"))
    next_url = url_for(".dev_outbox", before=mails[-1].name) if len(mails) == queries.PAGE else ""
    return render_template("outbox/list.html", mails=mails, next_url=next_url)


@bp.get("/dev/outbox/<name>")
def dev_mail(name: str) -> Any:
    """One mail: its headers, text and html."""
    return render_template("outbox/show.html", mail=_mail_or_404(name))


@bp.get("/dev/outbox/<name>/html")
def dev_mail_html(name: str) -> Any:
    """The html of one mail, for the frame that shows it: no script, no outside request, no links out."""
    return _framed(_mail_or_404(name).html)


def _framed(html: str) -> Any:
    response = make_response(bars.shown_in(html))
    response.headers["Content-Security-Policy"] = MAIL_POLICY
    return response
