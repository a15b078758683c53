"""What may be typed: the first page, the guided form step by step, and the people of an organization."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any, Self

from flask_babel import lazy_gettext as _
from werkzeug.datastructures import MultiDict
from wtforms import HiddenField, RadioField, SelectField, StringField
from wtforms.validators import DataRequired, InputRequired, ValidationError

from app.accounts import addresses
from app.forms import BaseForm
from app.organizations import fields, identifiers, naming
from app.organizations.identifiers import Scheme
from app.organizations.investing_form import InvestingForm
from app.organizations.kind_forms import FirmForm, StartupForm
from app.organizations.models import MemberRole, Organization
from app.organizations.step_forms import BasicsForm, ExchangeForm, StepForm, WorkForm
from app.organizations.training_form import TrainingForm
from app.taxonomy import COUNTRIES, Country, Kind


class StartForm(BaseForm):
    """Four doors, a name and a country; the rest is asked in the guided form."""

    kind = RadioField(
        _("What is it?"),
        [InputRequired(_("Choose what it is."))],
        choices=fields.options(
            [
                (Kind.STARTUP.value, _("Startup: a young company with a product or technology")),
                (Kind.SME.value, _("SME: a small or medium firm that makes or does something")),
                (Kind.SKILL_PROGRAM.value, _("Skill program: a school, course or apprenticeship")),
                (Kind.INVESTOR.value, _("Investor: a fund, angel, accelerator or grant maker")),
            ]
        ),
    )
    name = fields.line(_("Name"), 200, DataRequired(_("Give the name of the organization.")))
    country = RadioField(
        _("Country"),
        [InputRequired(_("Choose the country."))],
        choices=fields.options((code.value, label) for code, label in COUNTRIES.items()),
        description=_("Where it is registered. This cannot be changed later."),
    )
    website = fields.WebsiteField(
        _("Website"), description=_("If it has one. We look whether the organization is here already.")
    )
    # What the person was warned of and still wants to register.
    sure = HiddenField()

    @property
    def warned_of(self) -> str:
        """What a warning is about: another name or address is looked at anew."""
        keys = naming.keys_of(str(self.name.data), self.website.data)
        return f"{self.country.data} {keys['name_key']} {keys['domain'] or ''}"


STEPS = {"basics": _("Basics"), "work": _("What you do"), "details": "", "exchange": _("Offers and needs")}
CHECK = "check"
_DETAILS: dict[Kind, tuple[type[StepForm], Any]] = {
    Kind.STARTUP: (StartupForm, _("Stage and funding")),
    Kind.SME: (FirmForm, _("Capabilities")),
    Kind.SKILL_PROGRAM: (TrainingForm, _("Training")),
    Kind.INVESTOR: (InvestingForm, _("Investing")),
}


def steps_of(kind: Kind) -> dict[str, Any]:
    """The steps of a kind's form with their labels, in order."""
    return {**STEPS, "details": _DETAILS[kind][1], CHECK: _("Check and publish")}


def _form_class(kind: Kind, step: str) -> type[StepForm]:
    others: dict[str, type[StepForm]] = {"basics": BasicsForm, "work": WorkForm, "exchange": ExchangeForm}
    return _DETAILS[kind][0] if step == "details" else others[step]


def step_with(kind: Kind, field: str) -> str | None:
    """The step in which organizations of a kind are asked for `field`; None when they are not."""
    return next((step for step in STEPS if hasattr(_form_class(kind, step), field)), None)


def step_form(
    organization: Organization, step: str, typed: Mapping[str, list[str]] | None = None, *, sent: bool = False
) -> StepForm:
    """A step's form: as sent with this request, as typed earlier, or as saved."""
    chosen = _form_class(organization.kind, step)
    if sent:
        form = chosen()
    elif typed:
        pairs = [(name, value) for name, values in typed.items() for value in values]
        form = chosen(formdata=MultiDict(pairs), meta={"csrf": False})
    else:
        form = chosen(
            formdata=None, data={**chosen.saved(organization), "seen": print_of(organization, step)}
        )
    form.fit(organization)
    return form


def print_of(organization: Organization, step: str) -> str:
    """A short print of a step's saved answers: it differs when somebody has changed one of them."""
    saved = _form_class(organization.kind, step).saved(organization)
    text = json.dumps(saved, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def typed_values(organization: Organization, typed: Mapping[str, Mapping[str, list[str]]]) -> dict[str, Any]:
    """Columns and values of all that was typed and would pass."""
    found: dict[str, Any] = {}
    for step in STEPS.keys() & typed.keys():
        form = step_form(organization, step, dict(typed[step]))
        form.validate()
        found |= form.values()
    return found


ADVISER = "adviser"


class PersonForm(BaseForm):
    """Somebody to let in."""

    email = fields.line(
        _("E-mail address"),
        254,
        DataRequired(_("Give an e-mail address.")),
    )
    role = RadioField(
        _("What may they do?"),
        [InputRequired(_("Choose what they may do."))],
        choices=fields.options(
            [
                (MemberRole.VIEWER.value, _("Viewer: reads")),
                (MemberRole.EDITOR.value, _("Editor: changes the profile and answers matches")),
                (MemberRole.OWNER.value, _("Owner: also decides who belongs to the organization")),
                (ADVISER, _("Adviser: acts for the organization with its consent, like an editor")),
            ]
        ),
        default=MemberRole.EDITOR.value,
    )

    def validate_email(self, field: StringField) -> None:
        try:
            field.data = addresses.normalized(field.data or "")
        except ValueError:
            raise ValidationError(_("Give an address like name@example.org.")) from None


class RoleForm(BaseForm):
    """Another role for somebody."""

    role = SelectField(
        _("Role"),
        choices=fields.options(
            [
                (MemberRole.OWNER.value, _("Owner")),
                (MemberRole.EDITOR.value, _("Editor")),
                (MemberRole.VIEWER.value, _("Viewer")),
            ]
        ),
    )


class IdentifierForm(BaseForm):
    """A register's number; what it should look like is told beside it."""

    scheme = SelectField(_("Register"), validate_choice=True, choices=fields.options([("", _("Not chosen"))]))
    value = fields.line(_("Number"), 60, DataRequired(_("Type the number.")))

    chosen: Scheme
    number: str

    def fit(self, country: Country) -> Self:
        """Offer the registers of a country."""
        known = [(scheme.value, identifiers.RULES[scheme].name) for scheme in identifiers.schemes_of(country)]
        self.scheme.choices = fields.options([("", _("Not chosen")), *known])
        return self

    def validate_scheme(self, field: SelectField) -> None:
        if not field.data:
            raise ValidationError(_("Choose the register."))

    def validate_value(self, field: StringField) -> None:
        if not self.scheme.data or self.scheme.data not in set(Scheme):
            return
        self.chosen = Scheme(self.scheme.data)
        try:
            self.number = identifiers.normalized(self.chosen, field.data or "")
        except identifiers.WrongIdentifier as error:
            raise ValidationError(error.args[0]) from None
