"""The steps of the guided form: what each asks and how its answers become columns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import HiddenField, IntegerField, SelectField, SelectMultipleField
from wtforms.validators import DataRequired, InputRequired, NumberRange, Optional, ValidationError

from app import clock
from app.forms import BaseForm
from app.organizations import fields, reopening
from app.organizations.models import Organization
from app.organizations.pickers import PickedField
from app.taxonomy import TECHNOLOGIES, area_of, regions_of, with_areas

MOST_SUMMARY = 300
MOST_TECHNOLOGIES = 6


class StepForm(BaseForm):
    """One step. Each field is a column of the organization, unless `values` says otherwise."""

    # What was saved when the form was opened: shows that somebody else saved in between.
    seen = HiddenField()
    # Asked in a closed box below the others: what is in Hindi, or what few can answer.
    FOLDED: frozenset[str] = frozenset()
    FOLDED_TITLE = _("The same in Hindi, if you have it")
    FOLDED_LANGUAGE = "hi"
    # Fields that are part of a column only.
    NO_COLUMNS: frozenset[str] = frozenset()
    NULLABLE = frozenset({"city", "website", "intake", "stage", "sector", "size_class", "training_mode"})

    def folded_fields(self) -> list[Any]:
        """The fields of the closed box."""
        return [one for one in self if one.name in self.FOLDED]

    @property
    def is_unfolded(self) -> bool:
        """Whether the box has something to show."""
        return any(one.data or one.errors for one in self.folded_fields())

    def fit(self, organization: Organization) -> None:
        """Set choices that depend on the organization."""

    @classmethod
    def saved(cls, organization: Organization) -> dict[str, Any]:
        """The step's present answers, by field."""
        names = cls(formdata=None, meta={"csrf": False}).data.keys() - {"seen"} - cls.NO_COLUMNS
        return {name: getattr(organization, name) for name in names}

    def typed(self, sent: Any) -> dict[str, list[str]]:
        """What was sent for this step, as typed."""
        return {name: sent.getlist(name) for name in self._fields if name != "csrf_token"}

    def keeps_closed(self, closed: Sequence[str]) -> bool:
        """False when answers were changed that are not open, each with a message beside it."""
        for name in closed:
            field = self._fields.get(name) or next(iter(self._fields.values()))
            field.errors = [*field.errors, reopening.WHY]
        return not closed

    def is_behind(self, present: str) -> bool:
        """Whether the answers were changed since this form was opened; `present` is their print now."""
        return bool(self.seen.data) and self.seen.data != present

    def values(self) -> dict[str, Any]:
        """Columns and values of the fields that were sent and have no error. No box ticked sends nothing."""
        sent = (one for one in self if one.raw_data or isinstance(one, SelectMultipleField))
        fine = (one for one in sent if one.name not in {"seen", "csrf_token"} and not one.errors)
        return {one.name: (one.data or None) if one.name in self.NULLABLE else one.data for one in fine}


class BasicsForm(StepForm):
    FOLDED = frozenset({"name_hi"})

    name = fields.line(_("Name"), 200, DataRequired(_("Give the name of the organization.")))
    region_code = SelectField(_("State or territory"), [InputRequired(_("Choose the state or territory."))])
    city = fields.line(_("City or town"), 120)
    website = fields.WebsiteField(_("Website"), description=_("For example https://example.org"))
    founded_year = fields.whole(_("Founded in"), Optional(), description=_("A year, for example 2019"))
    team_size = fields.whole(
        _("People who work there"),
        Optional(),
        NumberRange(0, 10_000_000, _("Give a number between %(min)s and %(max)s.")),
    )

    name_hi = fields.line(
        _("Name in Hindi"), 200, description=_("As it is written in Devanagari, if it has such a name.")
    )

    def fit(self, organization: Organization) -> None:
        pairs = [("", _("Choose one")), *regions_of(organization.country).items()]
        self.region_code.choices = fields.options(pairs)

    def validate_founded_year(self, field: IntegerField) -> None:
        newest = clock.now().year
        if field.data is not None and not 1600 <= field.data <= newest:
            raise ValidationError(_("Give a year between 1600 and %(newest)s.", newest=newest))


def _few_technologies(_form: Any, field: Any) -> None:
    if len(field.data) > MOST_TECHNOLOGIES:
        raise ValidationError(_("Choose at most %(most)s areas.", most=MOST_TECHNOLOGIES))


class WorkForm(StepForm):
    FOLDED = frozenset({"summary_hi", "description_hi"})
    NO_COLUMNS = frozenset({"narrower"})

    summary = fields.text(
        _("Summary"),
        MOST_SUMMARY,
        description=_("One or two sentences, at most 300 characters. It is the first thing others read."),
    )
    description = fields.text(
        _("Description"), 5000, rows=8, description=_("What a partner should know, in your own words.")
    )
    technologies = fields.several(
        _("Technology areas"),
        [(code, area.label) for code, area in TECHNOLOGIES.items()],
        _few_technologies,
        description=_("Choose the ones you work in most, at most six."),
    )
    narrower = PickedField(
        _("More precisely"),
        "technology",
        has_list=True,
        description=_("Find a field by any word for it, for example: OSAT, drones, UPI"),
    )
    summary_hi = fields.text(
        _("Summary in Hindi"), MOST_SUMMARY, description=_("Who reads Sangam in Hindi sees it first.")
    )
    description_hi = fields.text(_("Description in Hindi"), 5000, rows=8)

    @classmethod
    def saved(cls, organization: Organization) -> dict[str, Any]:
        own = list(organization.technologies)
        fields_of = {
            "technologies": [code for code in own if code in TECHNOLOGIES],
            "narrower": [code for code in own if code not in TECHNOLOGIES],
        }
        return {**super().saved(organization), **fields_of}

    def validate_narrower(self, field: Any) -> None:
        if len(set(self.technologies.data or []) | set(map(area_of, field.data))) > MOST_TECHNOLOGIES:
            raise ValidationError(_("Choose at most %(most)s areas.", most=MOST_TECHNOLOGIES))

    def values(self) -> dict[str, Any]:
        """A field chosen implies the area it is in."""
        found = super().values()
        inside = found.pop("narrower", [])
        if "technologies" in found:
            found["technologies"] = with_areas([*found["technologies"], *inside])
        return found


class ExchangeForm(StepForm):
    offers = fields.entries(
        _("What you offer"),
        12,
        200,
        rows=5,
        description=_("One offer a line, for example: Packaging and test of sensor chips, from 500 pieces"),
    )
    needs = fields.entries(
        _("What you need"),
        12,
        200,
        rows=5,
        description=_("One need a line, for example: Foundry access at 28 nm for a first tape-out"),
    )
