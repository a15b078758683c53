"""Acting from a letter: a page that shows what will happen, and a button that does it. Nobody is signed in by it.

Opening the page changes nothing, for programs open links too. The link is the proof that a session and a CSRF token are
elsewhere; no session is read (`app.api.sessions`), so that it does nothing in the name of who happens to be signed in.
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask_babel import force_locale

from app.accounts.acting import PREFIX, Act, Errand, LinkDead, errand_of
from app.db import db
from app.digests import acts, matters
from app.digests.act_forms import ActForm, form_for
from app.errors import RuleBroken
from app.extensions import csrf, limiter

bp = Blueprint("acts", __name__, template_folder="templates")
_OF_MATCHES = (Act.YES, Act.NOT_NOW, Act.NO)


@bp.get(f"{PREFIX}<token>")
def show(token: str) -> str:
    errand = errand_of(token)
    with force_locale(errand.user.locale):
        return _page(errand, form_for(errand.act, errand.user))


@bp.post(f"{PREFIX}<token>")
@csrf.exempt
@limiter.limit("60 per hour")
def perform(token: str) -> Any:
    errand = errand_of(token)
    with force_locale(errand.user.locale):
        form = form_for(errand.act, errand.user)
        if not form.validate():
            return _page(errand, form), 422
        try:
            acts.carry_out(errand, form.reply())
        except LinkDead:
            raise
        except RuleBroken as refused:
            db.session.rollback()
            return _page(errand, form, str(refused)), 409
        db.session.commit()
    # The page then says what was done, also when it is opened again.
    return redirect(url_for(".show", token=token), 303)


@bp.errorhandler(LinkDead)
def link_dead(dead: LinkDead) -> tuple[str, int]:
    """One page for all links that do nothing: why, and where the same can be done signed in."""
    db.session.rollback()
    page = _page_of(dead.errand) if dead.errand else url_for("introductions.matches")
    return render_template("digests/act_ended.html", message=str(dead), page=page), dead.status


@bp.after_request
def keep_to_oneself(response: Response) -> Response:
    """The address is a key: it goes into no cache, no Referer and no search engine."""
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response


def _page(errand: Errand, form: ActForm, refused: str = "") -> str:
    return render_template(
        "digests/act.html",
        matter=matters.look(errand),
        errand=errand,
        act=errand.act.value,
        form=form,
        refused=refused,
        page=_page_of(errand),
        here=request.path,
    )


def _page_of(errand: Errand) -> str:
    """Where the same can be seen and done by who signs in."""
    own = errand.organization_id
    if errand.act in _OF_MATCHES:
        return url_for("introductions.show", match_id=errand.subject_id, organization_id=own)
    if errand.act in (Act.REACHED, Act.NOT_YET):
        return url_for("outcomes.show", match_id=errand.subject_id, organization_id=own)
    if errand.act in (Act.HELD, Act.NO_SHOW):
        return url_for("meetings.show", meeting_id=errand.subject_id)
    if errand.act is Act.STILL_TRUE and own:
        return url_for("claims.index", organization_id=own)
    return url_for("letters.show")
