"""An organization in the words a reader sees."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any
from urllib.parse import urlsplit

from flask_babel import format_date, ngettext
from flask_babel import gettext as _
from markupsafe import Markup

from app.money import money_tag
from app.organizations.models import Organization
from app.taxonomy import COUNTRIES, Instrument, Kind, Recognition, Stage, label, region_name

Facts = list[tuple[str, Any]]


def place_of(organization: Organization) -> str:
    """City and region, as far as known."""
    return ", ".join(filter(None, [organization.city, region_name(organization.region_code)]))


def ticket_of(organization: Organization) -> Markup:
    """The range of cheques an investor writes."""
    low = money_tag(organization.ticket_min, organization.ticket_currency)
    high = money_tag(organization.ticket_max, organization.ticket_currency)
    if low and high:
        return low if low == high else low + " – " + high
    if low:
        return Markup.escape(_("from %(amount)s")) % {"amount": low}
    return Markup.escape(_("up to %(amount)s")) % {"amount": high} if high else Markup("")


def host_of(address: str | None) -> str:
    """The host of a web address that is safe to link to; else an empty text."""
    try:
        parts = urlsplit(address or "")
    except ValueError:
        return ""
    return parts.netloc if parts.scheme in {"http", "https"} and "@" not in parts.netloc else ""


def facts_of(organization: Organization, *, shows_raise: bool = False) -> Facts:
    """(name, value) of what a reader may know beyond texts; raise terms are for declared investors only."""
    own = {
        Kind.STARTUP: _startup,
        Kind.SME: _firm,
        Kind.SKILL_PROGRAM: _training,
        Kind.INVESTOR: _investing,
    }
    facts = own[organization.kind](organization)
    if shows_raise and organization.kind is Kind.STARTUP:
        facts += _raise(organization)
    team = organization.team_size
    return [
        *facts,
        (_("Founded in"), organization.founded_year),
        (_("Team"), ngettext("%(num)s person", "%(num)s people", team) if team else ""),
    ]


def _startup(organization: Organization) -> Facts:
    is_recognized = organization.recognition not in {None, Recognition.NONE}
    return [
        (_("Stage"), label(organization.stage)),
        (_("Recognition by DPIIT"), label(organization.recognition) if is_recognized else ""),
        (_("Stage by DPIIT's words"), label(organization.recognition_stage)),
    ]


def _raise(organization: Organization) -> Facts:
    """Terms of a raise. No word on their merits: that is for the investor to judge."""
    if organization.is_raising is None:
        return []
    if not organization.is_raising:
        return [(_("Raising money now"), _("No"))]
    return [
        (_("Raising money now"), _("Yes")),
        (_("Amount raised for"), money_tag(organization.raise_amount, organization.raise_currency)),
        (_("Instrument"), label(organization.raise_instrument)),
        (_("The round closes on"), _day(organization.raise_closes_on)),
    ]


def _firm(organization: Organization) -> Facts:
    return [
        (_("Sector"), label(organization.sector)),
        (_("Size class"), _size(organization)),
        (_("NIC 2008 code"), organization.nic_code),
        (_("NAICS 2022 code"), organization.naics_code),
        (_("Capabilities"), organization.capabilities),
        (_("Certifications"), _listed(organization.certifications)),
    ]


def _size(organization: Organization) -> str:
    size = str(label(organization.size_class))
    if size and organization.size_claimed_on:
        return _("%(size)s, by its own word of %(day)s", size=size, day=_day(organization.size_claimed_on))
    return size


def _training(organization: Organization) -> Facts:
    return [
        (_("NSQF level"), organization.level),
        (_("Occupation it leads to"), organization.occupation),
        (_("Mode"), label(organization.training_mode)),
        (_("Languages taught in"), _listed(organization.languages)),
        (_("Hours and credits"), _effort(organization)),
        (_("Seats in each intake"), organization.seats),
        (_("Skills taught"), _listed(organization.skills)),
        (_("Next intake"), organization.intake),
        (
            _("Intakes begin on"),
            _listed(_day(date.fromisoformat(one)) for one in organization.intake_dates or []),
        ),
        (_("Fee for one learner"), _fee(organization)),
        (_("What became of learners"), _outcomes(organization)),
    ]


def _effort(organization: Organization) -> str:
    if not organization.hours:
        return ""
    hours = ngettext("%(num)s hour", "%(num)s hours", organization.hours)
    if not organization.credits:
        return str(hours)
    return _("%(hours)s, %(credits)s credits", hours=hours, credits=f"{organization.credits.normalize():f}")


def _fee(organization: Organization) -> Any:
    if organization.fee_amount == 0:
        return _("Free")
    return money_tag(organization.fee_amount, organization.fee_currency)


def _outcomes(organization: Organization) -> str:
    """What a program says of its graduates, with the year the figures are of."""
    completed, placed, graduates = (
        organization.completion_rate,
        organization.placement_rate,
        organization.graduates,
    )
    known = [
        _("%(rate)s of 100 complete it", rate=completed) if completed is not None else "",
        _("%(rate)s of 100 graduates find work", rate=placed) if placed is not None else "",
        ngettext("%(num)s graduate a year", "%(num)s graduates a year", graduates)
        if graduates is not None
        else "",
    ]
    figures = ", ".join(filter(None, known))
    year = organization.outcomes_year
    return _("%(figures)s (%(year)s)", figures=figures, year=year) if figures and year else figures


def _investing(organization: Organization) -> Facts:
    stages, instruments = set(organization.stages or []), set(organization.instruments or [])
    weeks = organization.decision_weeks
    return [
        (_("Type"), label(organization.investor_type)),
        (_("Invests at"), _listed(label(stage) for stage in Stage if stage in stages)),
        (_("Ticket"), ticket_of(organization)),
        (_("Usual ticket"), money_tag(organization.ticket_sweet, organization.ticket_currency)),
        (_("Invests in"), _listed(_market(place) for place in organization.invests_in or [])),
        (_("Instruments"), _listed(label(one) for one in Instrument if one in instruments)),
        (_("Leads or follows"), label(organization.lead_role)),
        (_("New investments a year"), organization.cheques_a_year),
        (_("Time to a decision"), ngettext("%(num)s week", "%(num)s weeks", weeks) if weeks else ""),
        (_("Open for new investments until"), _day(organization.open_until)),
        (_("Leaves out"), organization.exclusions),
        (_("Thesis"), organization.thesis),
    ]


def _day(day: date | None) -> str:
    return str(format_date(day, "d MMM y")) if day else ""


def _listed(words: Iterable[Any] | None) -> str:
    return ", ".join(map(str, words or []))


def _market(place: str) -> str:
    names = {code.value: words for code, words in COUNTRIES.items()}
    return str(names.get(place, place))
