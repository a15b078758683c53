"""The decisions on a case, as forms. All stand on one page, so each gives its fields ids of their own."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_login import current_user
from wtforms import DateField, HiddenField, IntegerField, RadioField, SelectField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional, ValidationError

from app import clock
from app.desk import refusals, staging
from app.desk.asking import fields_to_ask
from app.desk.cards.pair import Alternative, alternatives_for
from app.desk.models import Action, Case, CaseKind
from app.desk.staging import Terms
from app.desk.wish import LARGEST_ID
from app.forms import BaseForm
from app.organizations.fields import several
from app.programs import queries as programs

LONGEST_NOTE = 2000
LONGEST_HOLD = 180
Instead = dict[int, list[Alternative]]
_LISTINGS = {CaseKind.LISTING, CaseKind.RESUBMISSION}


def _text(label: Any, *checks: Any) -> Any:
    too_long = _("Use at most %(most)s characters.", most=LONGEST_NOTE)
    return TextAreaField(
        label,
        [*(checks or (Optional(),)), Length(max=LONGEST_NOTE, message=too_long)],
        render_kw={"rows": 2, "maxlength": LONGEST_NOTE},
    )


def _comment() -> Any:
    return _text(_("Comment for colleagues"))


def _choice(label: Any, message: Any) -> Any:
    return SelectField(label, [DataRequired(message)], choices=[])


def first_hold_day() -> date:
    """Tomorrow, for the manager as well as for the queue, which counts days in UTC."""
    now = clock.now()
    return max(now.date(), now.astimezone(current_user.zone).date()) + timedelta(days=1)


def last_hold_day() -> date:
    return first_hold_day() + timedelta(days=LONGEST_HOLD - 1)


class DecisionForm(BaseForm):
    """What every decision says: which version of the case was looked at, and the criterion it rests on."""

    action: Action
    version = IntegerField(
        _("Version"),
        [
            InputRequired(_("Reload the page and decide again.")),
            NumberRange(1, LARGEST_ID, _("Reload the page and decide again.")),
        ],
    )
    seen = HiddenField()
    criterion: Any = SelectField(_("Criterion"), choices=[])

    def fit_to(self, case: Case) -> None:
        """Offer what this case has; leave out what it does not know."""
        criteria = case.program.criteria if case.program else []
        if not criteria:
            del self.criterion
            return
        self.criterion.choices = _options((text, text) for text in criteria)
        self.criterion.data = self.criterion.data or criteria[0]

    def terms(self) -> Terms:
        """The decision in plain values."""
        seen = str(self.seen.data or "")
        return Terms(
            action=self.action,
            criterion=self._said("criterion"),
            reason_code=self._said("reason_code"),
            note=self._said("note"),
            comment=self._said("comment"),
            seen=int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 10 else None,
            **self._more(),
        )

    def _said(self, name: str) -> str:
        return (self._fields[name].data or "") if name in self._fields else ""

    def _more(self) -> dict[str, Any]:
        return {}


class ApproveForm(DecisionForm):
    action = Action.APPROVE
    organization_id: Any = RadioField(
        _("Which profile goes on"), [InputRequired(_("Choose a profile."))], choices=[]
    )
    note = _text(_("Note in the letter to both sides"))
    comment = _comment()

    def fit_to(self, case: Case) -> None:
        super().fit_to(case)
        if case.kind is not CaseKind.MERGE:
            del self.organization_id
        elif case.other is not None:
            both = sorted((case.one, case.other), key=lambda one: (not one.is_listed, one.id))
            self.organization_id.choices = _options((str(one.id), one.name) for one in both)
            self.organization_id.data = self.organization_id.data or str(both[0].id)
        if case.kind is CaseKind.MERGE:
            del self.note
        elif case.kind is not CaseKind.PAIR:
            is_listing = case.kind in _LISTINGS
            self.note.label.text = (
                gettext("Note for its people") if is_listing else gettext("Answer to who complained")
            )

    def _more(self) -> dict[str, Any]:
        chosen = self._said("organization_id")
        return {"organization_id": int(chosen) if chosen else None}


class HoldForm(DecisionForm):
    action = Action.HOLD
    until = DateField(_("Look at it again on"), [InputRequired(_("Choose a day."))])
    comment = _comment()

    def validate_until(self, field: Any) -> None:
        if field.data and not first_hold_day() <= field.data <= last_hold_day():
            raise ValidationError(_("Choose a day from tomorrow on, at most 180 days ahead."))

    def _more(self) -> dict[str, Any]:
        return {"until": self.until.data}


class AskForm(DecisionForm):
    action = Action.ASK
    side: Any = RadioField(
        _("Whom to ask"),
        [InputRequired(_("Say whom to ask."))],
        default="both",
        choices=[
            SelectChoice("both", _("Both sides")),
            SelectChoice("india", _("The Indian side")),
            SelectChoice("us", _("The United States side")),
        ],
    )
    fields = several(_("Answers that open again"), [])
    note = _text(_("Your question"), DataRequired(_("Write your question.")))
    comment = _comment()

    def fit_to(self, case: Case) -> None:
        super().fit_to(case)
        if case.kind in _LISTINGS:
            del self.side
            self._fields["fields"].choices = _options(fields_to_ask(case.one))
        else:
            del self.fields

    def _more(self) -> dict[str, Any]:
        side = self._said("side")
        sides = ("india", "us") if side == "both" else (side,) if side else ()
        chosen = self._fields["fields"].data or [] if "fields" in self._fields else []
        return {"sides": sides, "fields": tuple(chosen)}


class RejectForm(DecisionForm):
    action = Action.REJECT
    reason_code = _choice(_("Reason"), _("Choose a reason."))
    note = _text(_("What you add to the reason, for its people"))
    comment = _comment()

    def fit_to(self, case: Case) -> None:
        super().fit_to(case)
        reasons = refusals.BY_KIND[case.kind]
        if not reasons:
            del self.reason_code
        else:
            offered = [("", gettext("Choose…")), *((code, one.label) for code, one in reasons.items())]
            self.reason_code.choices = _options(offered)
        if case.kind in {CaseKind.PAIR, CaseKind.MERGE}:
            del self.note


class SwapForm(DecisionForm):
    action = Action.SWAP
    organization_id = _choice(_("Who comes in"), _("Choose a partner."))
    note = _text(_("Note in the letter to both sides"))
    comment = _comment()
    # What the card has read already.
    instead: Instead | None = None

    def fit_to(self, case: Case) -> None:
        super().fit_to(case)
        self.organization_id.choices = _options([("", gettext("Choose…")), *_partners(case, self.instead)])

    def _more(self) -> dict[str, Any]:
        return {"organization_id": int(self.organization_id.data)}


class ReferForm(DecisionForm):
    action = Action.REFER
    program_id = _choice(_("To which program"), _("Choose a program."))
    comment = _comment()

    def fit_to(self, case: Case) -> None:
        super().fit_to(case)
        others = [(str(one.id), one.name) for one in programs.open_programs() if one.id != case.program_id]
        self.program_id.choices = _options([("", gettext("Choose…")), *others])

    def _more(self) -> dict[str, Any]:
        return {"program_id": int(self.program_id.data)}


_FORMS = (ApproveForm, HoldForm, AskForm, RejectForm, SwapForm, ReferForm)


def forms_for(case: Case, sent: Any = None, instead: Instead | None = None) -> dict[str, DecisionForm]:
    """The forms of a card by action, bound to what the request sent.

    With `sent` they come empty, but for the one that was sent and did not pass, which stays as it was typed. `instead`
    are the partners to swap in, where they are known.
    """
    values = {"version": case.version, "seen": str(staging.subject_version(case))}
    made: dict[str, DecisionForm] = {}
    for kind in _FORMS:
        if kind.action not in staging.KNOWN[case.kind]:
            continue
        if sent and isinstance(sent, kind):
            made[kind.action.value] = sent
            continue
        form = kind(data=values) if sent is None else kind(formdata=None, data=values)
        if isinstance(form, SwapForm):
            form.instead = instead
        form.fit_to(case)
        if _has_choices(form):
            made[kind.action.value] = _with_own_ids(form)
    return made


def _has_choices(form: DecisionForm) -> bool:
    """A swap without partners or a referral without programs is not offered."""
    name = {Action.SWAP: "organization_id", Action.REFER: "program_id"}.get(form.action)
    return name is None or len(form[name].choices) > 1


def _with_own_ids(form: DecisionForm) -> DecisionForm:
    for field in form:
        field.id = field.label.field_id = f"{form.action.value}-{field.name}"
    return form


def _partners(case: Case, known: Instead | None) -> list[tuple[str, str]]:
    """Partners with an open proposal to either side; who comes in takes the place of its country's side."""
    names = {one.id: one.name for one in (case.one, case.other) if one is not None}
    found = alternatives_for(case, current_user) if known is None else known
    return [
        (str(one.organization_id), gettext("%(name)s for %(stays)s", name=one.name, stays=names[stays]))
        for stays, partners in found.items()
        for one in partners
    ]


def _options(pairs: Any) -> list[SelectChoice]:
    return [SelectChoice(value, label) for value, label in pairs]
