"""What may be typed about a program, by those who lead it, manage it or want to take part."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

from flask_babel import lazy_gettext as _
from wtforms import BooleanField, IntegerField, RadioField, SelectField
from wtforms.validators import DataRequired, InputRequired, NumberRange, Optional, ValidationError

from app.forms import BaseForm
from app.organizations import fields
from app.organizations.models import Organization
from app.programs import wording
from app.programs.models import CohortRule, DeclineReason, ManagerRole, Program, ProgramKind
from app.programs.services import MOST_CRITERIA
from app.taxonomy import COUNTRIES, TECHNOLOGIES, Country, Kind, labels, technology_label

_LISTS = ("criteria", "cities", "visits")
_TERMS = ("kinds", "technologies", "countries")


class ProgramForm(BaseForm):
    """The facts and rules of a program. The criteria of an open one are not asked."""

    name = fields.line(_("Name"), 160, DataRequired(_("Give the program a name.")))
    kind = RadioField(
        _("What is it?"),
        [InputRequired(_("Choose what it is."))],
        choices=fields.options((kind.value, label) for kind, label in wording.KINDS.items()),
    )
    summary = fields.text(
        _("What it is for"), 1000, description=_("Two or three sentences that everybody reads.")
    )
    criteria = fields.entries(
        _("Criteria"),
        MOST_CRITERIA,
        200,
        rows=5,
        description=_("Three to five, one a line. They stand as they are once the program opens."),
    )
    starts_on = fields.day(_("First day"))
    ends_on = fields.day(_("Last day"))
    closes_on = fields.day(_("Applications until"))
    cities = fields.entries(_("Cities"), 12, 120, description=_("One a line, in the order of the visit."))
    visits = fields.entries(
        _("Site visits"), 30, 200, description=_("One a line: the place and what is seen there.")
    )
    countries = fields.several(
        _("Organizations of"), [(code.value, label) for code, label in COUNTRIES.items()]
    )
    kinds = fields.several(_("Kinds of organization"), labels(Kind), description=_("None chosen means all."))
    one_side_is = fields.term(
        _("One side of every pair"), Kind, description=_("Not chosen means any of the kinds above.")
    )
    technologies = fields.several(
        _("Technologies"),
        [(code, technology_label(code)) for code in TECHNOLOGIES],
        description=_("None chosen means all."),
    )
    cohort_rule = RadioField(
        _("Who meets whom?"),
        [InputRequired(_("Choose who meets whom."))],
        choices=fields.options((rule.value, label) for rule, label in wording.COHORT_RULES.items()),
        default=CohortRule.EVERYBODY.value,
    )
    places = fields.whole(
        _("Places"),
        Optional(),
        NumberRange(1, 10_000, _("Give a number between %(min)s and %(max)s.")),
        description=_("How many organizations the cohort takes. Leave it empty for no limit."),
    )
    needs_both_countries = BooleanField(_("Keep the last place for a country that has none in the cohort"))
    quota = fields.whole(
        _("Most matches an organization"),
        Optional(),
        NumberRange(1, 100, _("Give a number between %(min)s and %(max)s.")),
        description=_("Open and approved ones of this program. About 19 fill a week of a mission."),
    )
    question = fields.line(
        _("Question to applicants"), 300, description=_("They answer in a few sentences. It may stay empty.")
    )
    priority = fields.whole(
        _("Rank among programs"),
        InputRequired(_("Give a number.")),
        NumberRange(1, 999, _("Give a number between %(min)s and %(max)s.")),
        default=100,
        description=_("A pair goes to the first program that takes it, lowest number first."),
    )
    version = IntegerField(default=1)

    @classmethod
    def of(cls, program: Program) -> Self:
        """The form of a program, as sent or as saved."""
        saved = {name: getattr(program, name) for name in cls.saved_names()}
        saved |= {name: "\n".join(getattr(program, name)) for name in _LISTS}
        form = cls(data={**saved, "version": program.version})
        if not program.is_draft:
            del form.criteria
        return form

    @staticmethod
    def saved_names() -> list[str]:
        """The columns a person fills in."""
        plain = ["name", "kind", "summary", "starts_on", "ends_on", "closes_on", "cohort_rule", "places"]
        return [
            *plain,
            *_LISTS,
            *_TERMS,
            "one_side_is",
            "needs_both_countries",
            "quota",
            "question",
            "priority",
        ]

    def values(self) -> dict[str, Any]:
        """Columns and values as typed."""
        found = {name: self[name].data for name in self.saved_names() if name in self}
        found |= {name: (found[name] or "").splitlines() for name in _LISTS if name in found}
        found |= {name: list(found[name] or []) for name in _TERMS}
        found |= {name: found[name] or "" for name in ("summary", "question")}
        return {**found, "kind": ProgramKind(found["kind"]), "cohort_rule": CohortRule(found["cohort_rule"])}

    def validate_ends_on(self, field: Any) -> None:
        if field.data and not self.starts_on.data:
            raise ValidationError(_("Give the first day too."))
        if field.data and field.data < self.starts_on.data:
            raise ValidationError(_("The last day comes before the first."))

    def validate_closes_on(self, field: Any) -> None:
        if field.data and self.ends_on.data and field.data > self.ends_on.data:
            raise ValidationError(_("Applications end before the program does."))


class ApplyForm(BaseForm):
    """An organization asks to be taken."""

    organization_id = SelectField(
        _("Organization"), [InputRequired(_("Choose the organization."))], coerce=int
    )
    answer = fields.text(_("Your answer"), 1000, rows=3)

    @classmethod
    def offering(cls, program: Program, organizations: Sequence[Organization]) -> Self:
        """With the organizations that may apply, asking the program's question."""
        form = cls()
        form.organization_id.choices = fields.options((str(one.id), one.name) for one in organizations)
        if program.question:
            form.answer.label.text = program.question
            form.answer.validators = [*form.answer.validators, DataRequired(_("Answer in a few sentences."))]
            form.answer.flags.required = True
        return form


class SearchForm(BaseForm):
    """Find an organization to invite."""

    class Meta(BaseForm.Meta):
        csrf = False

    q = fields.line(_("Name of the organization"), 200)


class InviteForm(BaseForm):
    """One of those found."""

    organization_id = IntegerField(validators=[InputRequired(), NumberRange(1, 2**31 - 1)])


class VersionForm(BaseForm):
    """The state of the row the manager has looked at."""

    version = IntegerField(validators=[InputRequired()])


class DeclineForm(VersionForm):
    """A coded reason; the organization reads its polite words."""

    reason = SelectField(
        _("Reason"),
        [InputRequired(_("Choose a reason."))],
        choices=fields.options((one.value, label) for one, label in wording.REASONS.items()),
        coerce=DeclineReason,
    )
    note = fields.line(_("What else they should know"), 500)


class ManagerForm(BaseForm):
    """Somebody who manages the program, and what of it they see."""

    address = fields.line(_("Mail address"), 254, DataRequired(_("Give the mail address.")))
    role = RadioField(
        _("Role"),
        choices=fields.options((role.value, label) for role, label in wording.ROLES.items()),
        default=ManagerRole.MANAGER.value,
    )
    country = SelectField(
        _("Looks after organizations of"),
        choices=fields.options(
            [("", _("Both countries")), *((code.value, label) for code, label in COUNTRIES.items())]
        ),
        coerce=lambda value: Country(value) if value else None,
    )
    kinds = fields.several(
        _("Looks after these kinds"), labels(Kind), description=_("None chosen means all.")
    )
