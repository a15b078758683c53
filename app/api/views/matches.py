"""Matches of an organization, and its answers."""

from __future__ import annotations

from flask import Response
from flask_login import current_user

from app.api import bodies, filling, schemas, shown
from app.api.blueprint import bp
from app.api.operations import operation
from app.api.problems import invalid
from app.db import db
from app.introductions import queries, services
from app.introductions.forms import DeclineForm, NotNowForm
from app.introductions.models import AnswerChoice, NoReason
from app.introductions.sides import Side
from app.organizations import queries as organizations

_ALL = "/organizations/<int:organization_id>/matches"
_ONE = f"{_ALL}/<int:match_id>"


@bp.get(_ALL)
@operation("Matches of my organization, best first", schemas.MatchesOut)
def matches(organization_id: int) -> Response:
    _row, membership = organizations.organization_for(current_user, organization_id)
    sides = queries.sides_for([membership])
    return shown.answer(schemas.MatchesOut(matches=[shown.match(side) for side in sides]))


@bp.get(_ONE)
@operation("One match of my organization", schemas.MatchOut)
def match(organization_id: int, match_id: int) -> Response:
    return shown.answer(shown.match(queries.side_of(current_user, match_id, organization_id)))


@bp.post(f"{_ONE}/answer")
@operation(
    "Answer a match: yes, not now, or no",
    schemas.MatchOut,
    takes=schemas.AnswerIn,
    problems=(403, 409),
)
def answer_match(organization_id: int, match_id: int) -> Response:
    side = queries.side_to_answer(current_user, match_id, organization_id)
    _say(side, bodies.read(schemas.AnswerIn))
    db.session.commit()
    return shown.answer(shown.match(queries.side_of(current_user, match_id, organization_id)))


@bp.post(f"{_ONE}/withdraw")
@operation(
    "Take a yes back, while the other side has not said yes; this closes the match",
    schemas.MatchOut,
    problems=(403, 409),
)
def withdraw_answer(organization_id: int, match_id: int) -> Response:
    services.withdraw(queries.side_to_answer(current_user, match_id, organization_id), by=current_user)
    db.session.commit()
    return shown.answer(shown.match(queries.side_of(current_user, match_id, organization_id)))


def _say(side: Side, body: schemas.AnswerIn) -> None:
    _require_fitting(body)
    fields = filling.sent(body.model_dump(mode="json", exclude={"says"}))
    if body.says is AnswerChoice.YES:
        services.accept(side, by=current_user)
    elif body.says is AnswerChoice.NOT_NOW:
        later = filling.checked(NotNowForm(fields, meta=filling.WITHOUT_COOKIE))
        services.say_not_now(side, by=current_user, until=later.day())
    else:
        no = filling.checked(DeclineForm(fields, meta=filling.WITHOUT_COOKIE))
        reason, note = NoReason(no.reason.data), no.note.data or ""
        services.decline(side, by=current_user, reason=reason, note=note)


def _require_fitting(body: schemas.AnswerIn) -> None:
    """A day goes with not now, a reason and a note with no: anything else is a mistake."""
    goes_with = {"until": AnswerChoice.NOT_NOW, "reason": AnswerChoice.NO, "note": AnswerChoice.NO}
    if wrong := [n for n, says in goes_with.items() if getattr(body, n) and body.says is not says]:
        raise invalid((name, f"goes with the answer {goes_with[name].value} only") for name in wrong)
