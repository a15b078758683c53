"""Pages of the desk: the queue, one case, and the decisions that are staged there."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug import Response

from app import error_pages
from app.accounts.guards import role_required
from app.conflicts.guards import JUDGES, require_statement
from app.db import db
from app.desk import cards, claiming, forms, history, queries, rubric, staging, words
from app.desk.bulk_form import BulkForm
from app.desk.models import Action, Case, CaseState
from app.desk.wish import LARGEST_ID, Wish
from app.errors import RuleBroken
from app.taxonomy import COUNTRIES, Kind, labels

bp = Blueprint("desk", __name__, template_folder="templates")
bp.before_request(require_statement)
for _name, _filter in words.FILTERS.items():
    bp.add_app_template_filter(_filter, _name)
# An id no database can hold is an address nobody has.
_ONE = f"/review/<int(max={LARGEST_ID}):case_id>"
_judge = role_required(*JUDGES)


@bp.get("/review")
@_judge
def index() -> str:
    wish = Wish.of(request.args)
    beside = _beside(wish)
    median, ninth = queries.ages(current_user, beside["counts"].open)
    context = beside | _choices() | {"median": median, "ninth": ninth, "bulk": BulkForm(formdata=None)}
    return render_template("desk/index.html", **context)


@bp.get(_ONE)
@_judge
def show(case_id: int) -> Response:
    return _card(Wish.of(request.args), queries.case_for(current_user, case_id))


@bp.post(f"{_ONE}/claim")
@_judge
def claim(case_id: int) -> str:
    """Say who reads the case; the answer names whoever does already."""
    case = queries.case_for(current_user, case_id)
    claiming.claim(case, current_user)
    db.session.commit()
    return _reader_words(case)


def decide(case_id: int, action: str) -> Response:
    """Stage a decision and go on to the next case, which is claimed with it."""
    case, wish = queries.case_for(current_user, case_id), Wish.of(request.args)
    form = forms.forms_for(case).get(action)
    if form is None:
        raise RuleBroken(_("This cannot be decided that way."))
    if not form.validate():
        return _card(wish, case, sent=form, status=422)
    decision = staging.stage(case, current_user, form.terms(), version=form.version.data or 0)
    following = claiming.next_claimed(current_user, wish, case)
    db.session.commit()
    said = _("Staged: %(action)s. It takes effect at the release.", action=words.done(Action(action)))
    return _onward(wish, following, said, decision.id)


for _action in Action:
    bp.add_url_rule(
        f"{_ONE}/{_action.value}",
        _action.value,
        _judge(decide),
        methods=["POST"],
        defaults={"action": _action.value},
    )


@bp.errorhandler(RuleBroken)
def _overtaken(broken: RuleBroken) -> tuple[str, int]:
    """Somebody was first: say who, and lead back to the queue."""
    db.session.rollback()
    back = url_for(".index", **Wish.of(request.args).address)
    winner = getattr(broken, "winner", None)
    return error_pages.page(
        broken.status, str(broken), winner=winner, back=back, back_label=_("Back to the review desk")
    )


def _onward(wish: Wish, case: Case | None, said: str, undoable: int) -> Response:
    """To the next card of the queue: at once for a script, by a redirect without one."""
    if not _wants_fragment():
        flash(said, "success")
        return redirect(_address(wish, case), 303)
    answer = _card(wish, case, said=said, undoable=undoable)
    answer.headers["HX-Push-Url"] = _address(wish, case)
    return answer


def _address(wish: Wish, case: Case | None) -> str:
    return url_for(".show", case_id=case.id, **wish.address) if case else url_for(".index", **wish.address)


def _wants_fragment() -> bool:
    asked = request.headers
    return "HX-Request" in asked and "HX-History-Restore-Request" not in asked


def _card(wish: Wish, case: Case | None, *, sent: Any = None, status: int = 200, **said: Any) -> Response:
    """The desk with one card, or with none when nothing is left."""
    page = "desk/part.html" if _wants_fragment() else "desk/show.html"
    context = _beside(wish) | (_about(case, sent) if case else {"case": None, "card": None}) | said
    answer = make_response(render_template(page, **context), status)
    answer.headers["Vary"] = "HX-Request"
    return answer


def _about(case: Case, sent: Any) -> dict[str, Any]:
    takes, card = case.is_open or sent is not None, cards.card_of(case, current_user)
    return {
        "case": case,
        "card": card,
        "forms": forms.forms_for(case, sent or (), getattr(card, "others", None)) if takes else {},
        "keys": {action.value: key for action, key in words.KEYS.items()},
        # As with the past of a pair: what was never written again was never decided.
        "decided": queries.decisions_on(case) if case.version > 1 else [],
        "reader": _reader_words(case),
        "claims": case.state is CaseState.OPEN,
        "rubric_template": "desk/rubric.html",
        "rubric": rubric.shown_to(current_user, case),
        "recommendations": rubric.RECOMMENDATIONS,
        "history": history.history_of(case),
    }


def _reader_words(case: Case) -> str:
    """Who else reads the case now."""
    name = claiming.reader_of(case, current_user)
    return _("%(name)s reads this", name=name) if name else ""


def _beside(wish: Wish) -> dict[str, Any]:
    """The queue as it is now, and its numbers."""
    found = queries.queue(current_user, wish, limit=queries.PAGE + 1)
    lines = found[: queries.PAGE]
    last = lines[-1] if len(found) > len(lines) else None
    return {
        "wish": wish,
        "lines": lines,
        "counts": queries.counts(current_user),
        "first": next((line.id for line in lines if not line.read_by(current_user)), None),
        "next_page": wish.but(after=queries.place_of(last, wish.order)) if last else None,
    }


def _choices() -> dict[str, Any]:
    return {
        "orders": [(order.value, label) for order, label in words.ORDERS.items()],
        "programs": queries.programs_of(current_user),
        "kinds": labels(Kind),
        "countries": COUNTRIES.items() if isinstance(COUNTRIES, dict) else COUNTRIES,
    }
