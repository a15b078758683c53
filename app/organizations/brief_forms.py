"""What a person may say of a need or an offer, and of the partner for it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import DateField, HiddenField, RadioField, SelectField
from wtforms.validators import DataRequired, InputRequired, Optional, ValidationError

from app import clock
from app.forms import BaseForm
from app.organizations import brief_words, briefs, fields
from app.organizations.models import Aspect, Brief, Organization, Side, Weight
from app.taxonomy import (
    CERTIFICATIONS,
    TECHNOLOGIES,
    Country,
    Kind,
    SizeClass,
    Stage,
    labels,
    regions_of,
    technology_label,
)
from app.taxonomy.exchange import LABELS, CooperationType, IpStatus, MoneyFlow, PartnershipKind
from app.taxonomy.value_chain import SEGMENTS, STAGES, stage_of

LONGEST_DETAIL = 1000
MOST_TECHNOLOGIES = 6
_LEVELS = [(str(level), str(level)) for level in range(1, 10)]
_WEIGHTS = (
    ("", _("Do not care")),
    (Weight.PREFER.value, _("Prefer")),
    (Weight.MUST.value, _("Must")),
)
# These ask for one least level; the others for any number of values.
ONE_VALUE = frozenset({Aspect.TRL, Aspect.VERIFICATION})
_FLOW = fields.options(brief_words.ANSWERS.items())


class FlowForm(BaseForm):
    """The one question that comes first; a GET form, so without a token."""

    class Meta(BaseForm.Meta):
        csrf = False

    flow = RadioField(
        _("Who would pay whom?"),
        [InputRequired(_("Choose an answer."))],
        choices=_FLOW,
        description=_("It tells what you look for. You can change all that follows from it."),
    )


def _term(label: Any, terms: type[Any], **more: Any) -> SelectField:
    return SelectField(
        label,
        [Optional()],
        choices=fields.options([("", _("Not chosen")), *((one.value, LABELS[one]) for one in terms)]),
        **more,
    )


def _few(_form: Any, field: Any) -> None:
    if len(field.data) > MOST_TECHNOLOGIES:
        raise ValidationError(_("Choose at most %(most)s areas.", most=MOST_TECHNOLOGIES))


class RenewForm(BaseForm):
    """Until when something holds."""

    valid_until = DateField(
        _("Valid until"),
        [Optional()],
        description=_("Leave it empty if it holds until you end it. At most two years from now."),
    )

    def validate_valid_until(self, field: Any) -> None:
        today = clock.now().date()
        if field.data is not None and not today < field.data <= today + briefs.LONGEST_VALIDITY:
            raise ValidationError(_("Choose a day after today and within two years."))

    @staticmethod
    def suggested_day() -> Any:
        """Half a year from now."""
        return clock.now().date() + timedelta(days=182)


class BriefForm(RenewForm):
    """A need or an offer with its wishes: for each aspect a weight and values."""

    # The version it was opened at: shows that somebody else saved in between.
    seen = HiddenField()
    side = RadioField(
        _("Is it a need or an offer?"),
        [InputRequired(_("Choose whether you need it or offer it."))],
        choices=fields.options([(Side.NEED.value, _("We need it")), (Side.OFFER.value, _("We offer it"))]),
    )
    title = fields.line(
        _("In one line"),
        briefs.LONGEST_TITLE,
        DataRequired(_("Say in one line what you need or offer.")),
        description=_("For example: Foundry access at 28 nm for a first tape-out"),
    )
    detail = fields.text(
        _("What a partner should know"),
        LONGEST_DETAIL,
        description=_("Quantities, dates, what has been tried. Everybody can read it."),
    )
    money_flow = RadioField(_("Who would pay whom?"), [Optional()], choices=_FLOW)
    cooperation = _term(_("What it is about"), CooperationType)
    technologies = fields.several(
        _("Technology areas"), [(code, area.label) for code, area in TECHNOLOGIES.items()], _few
    )
    segment = SelectField(_("Place in the semiconductor value chain"), [Optional()])
    trl = SelectField(
        _("Technology readiness level (TRL)"),
        [Optional()],
        choices=fields.options([("", _("Not chosen")), *_LEVELS]),
        description=_("1 is an idea, 4 works in the laboratory, 7 in the field, 9 is in use."),
    )
    ip_status = _term(_("Rights in the technology"), IpStatus)
    partnership_kinds = fields.several(
        _("Forms of partnership you can imagine"), [(one.value, LABELS[one]) for one in PartnershipKind]
    )

    def fit(self, organization: Organization, brief: Brief | None = None) -> BriefForm:
        """Set the choices that depend on the organization and on what was chosen before."""
        self.segment.choices = fields.options([("", _("Not chosen")), *_segments()])
        _keep_choices(self.technologies, brief.technologies if brief else [])
        away = Country.UNITED_STATES if organization.country is Country.INDIA else Country.INDIA
        self.wish_values(Aspect.STATE).choices = fields.options(regions_of(away).items())
        if brief is not None:
            for aspect in set(Aspect) - ONE_VALUE:
                held = [one.value for one in brief.wishes if one.aspect is aspect]
                _keep_choices(self.wish_values(aspect), held)
        return self

    @property
    def seen_version(self) -> int:
        """The version it was opened at; 0, which none has, when that was not sent."""
        text = self.seen.data or ""
        return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0

    def wish_weight(self, aspect: Aspect) -> Any:
        return self[f"{aspect.value}_weight"]

    def wish_values(self, aspect: Aspect) -> Any:
        return self[f"{aspect.value}_wish"]

    def wish_rows(self) -> list[tuple[Any, Any, Any]]:
        """(words, weight, values) of each aspect."""
        return [
            (words, self.wish_weight(aspect), self.wish_values(aspect))
            for aspect, words in brief_words.ASPECTS.items()
        ]

    def validate(self, extra_validators: Any = None) -> bool:
        is_fine = super().validate(extra_validators)
        for aspect in Aspect:
            is_fine &= self._is_whole(self.wish_weight(aspect), self.wish_values(aspect))
        return is_fine

    @staticmethod
    def _is_whole(weight: Any, values: Any) -> bool:
        """A wish has both a weight and a value, or neither."""
        if bool(weight.data) == bool(values.data):
            return True
        if weight.data:
            values.errors = [*values.errors, _("Choose what you wish, or choose “Do not care”.")]
        else:
            weight.errors = [*weight.errors, _("Choose whether it is a must or a preference.")]
        return False

    def values(self) -> dict[str, Any]:
        """What was typed, as columns."""
        return {
            "side": Side(self.side.data),
            "title": self.title.data,
            "detail": self.detail.data or "",
            "money_flow": MoneyFlow(self.money_flow.data) if self.money_flow.data else None,
            "cooperation": CooperationType(self.cooperation.data) if self.cooperation.data else None,
            "technologies": self.technologies.data,
            "segment": self.segment.data or None,
            "trl": int(self.trl.data) if self.trl.data else None,
            "ip_status": IpStatus(self.ip_status.data) if self.ip_status.data else None,
            "partnership_kinds": self.partnership_kinds.data,
            "valid_until": self.valid_until.data,
        }

    def wishes(self) -> dict[Aspect, tuple[Weight, list[str]]]:
        """What was wished of a partner."""
        return {
            aspect: (Weight(self.wish_weight(aspect).data), _as_list(self.wish_values(aspect).data))
            for aspect in Aspect
            if self.wish_weight(aspect).data
        }


def _segments() -> list[tuple[str, Any]]:
    found: list[tuple[str, Any]] = []
    for stage, (words, _inside) in STAGES.items():
        found.append((stage, words))
        found += [
            (code, _("%(stage)s: %(segment)s", stage=words, segment=label))
            for code, label in SEGMENTS.items()
            if stage_of(code) == stage
        ]
    return found


def _keep_choices(field: Any, held: list[str]) -> None:
    """Codes that were chosen elsewhere stay, so that saving loses none."""
    known = {choice.value for choice in field.choices}
    more = [(code, technology_label(code)) for code in held if code not in known]
    field.choices = [*field.choices, *fields.options(more)]


def _as_list(typed: Any) -> list[str]:
    return [typed] if isinstance(typed, str) else list(typed)


def _one(label: Any, pairs: Any) -> SelectField:
    return SelectField(label, [Optional()], choices=fields.options([("", _("Not chosen")), *pairs]))


_WISHES = {
    Aspect.KIND: [(kind.value, words) for kind, words in brief_words.KINDS.items()],
    Aspect.STATE: [],
    Aspect.TECHNOLOGY: [(code, area.label) for code, area in TECHNOLOGIES.items()],
    Aspect.CERTIFICATION: [(name, name) for name in CERTIFICATIONS],
    Aspect.TRL: _LEVELS,
    Aspect.STAGE: labels(Stage),
    Aspect.SIZE_CLASS: labels(SizeClass),
    Aspect.VERIFICATION: [(level.value, words) for level, words in brief_words.LEVELS.items()],
}
for _aspect, _pairs in _WISHES.items():
    _words = brief_words.ASPECTS[_aspect]
    _weight = SelectField(_("How much it counts"), [Optional()], choices=fields.options(_WEIGHTS))
    _values = (_one if _aspect in ONE_VALUE else fields.several)(_words, _pairs)
    setattr(BriefForm, f"{_aspect.value}_weight", _weight)
    setattr(BriefForm, f"{_aspect.value}_wish", _values)


def opened(organization: Organization, brief: Brief) -> BriefForm:
    """The form with what is saved."""
    saved: dict[str, Any] = {
        name: getattr(brief, name)
        for name in ("title", "detail", "technologies", "partnership_kinds", "valid_until")
    }
    for name in ("side", "money_flow", "cooperation", "segment", "ip_status"):
        saved[name] = str(getattr(brief, name) or "")
    saved |= {"trl": str(brief.trl or ""), "seen": str(brief.version)}
    for wish in brief.wishes:
        saved[f"{wish.aspect.value}_weight"] = wish.weight.value
        if wish.aspect in ONE_VALUE:
            saved[f"{wish.aspect.value}_wish"] = wish.value
        else:
            saved.setdefault(f"{wish.aspect.value}_wish", []).append(wish.value)
    return BriefForm(formdata=None, data=saved).fit(organization, brief)


def empty(organization: Organization, flow: MoneyFlow) -> BriefForm:
    """The form as the answer about money suggests it."""
    side, cooperation = brief_words.suggested(Kind(organization.kind), flow)
    suggested = {"side": side.value, "cooperation": cooperation.value, "money_flow": flow.value}
    return BriefForm(formdata=None, data=suggested).fit(organization)


def sent(organization: Organization, brief: Brief | None = None) -> BriefForm:
    """The form as it was sent."""
    return BriefForm().fit(organization, brief)
