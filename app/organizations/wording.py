"""An organization in the words a reader sees."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

from flask_babel import gettext as _
from flask_babel import ngettext
from markupsafe import Markup

from app.money import money_tag
from app.organizations.models import Organization
from app.taxonomy import COUNTRIES, Kind, Stage, label, region_name

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
    if shows_raise and organization.kind is Kind.STARTUP and organization.is_raising is not None:
        facts.append((_("Raising money now"), _("Yes") if organization.is_raising else _("No")))
    team = organization.team_size
    return [
        *facts,
        (_("Founded in"), organization.founded_year),
        (_("Team"), ngettext("%(num)s person", "%(num)s people", team) if team else ""),
    ]


def _startup(organization: Organization) -> Facts:
    return [(_("Stage"), label(organization.stage))]


def _firm(organization: Organization) -> Facts:
    return [
        (_("Sector"), label(organization.sector)),
        (_("Size class"), label(organization.size_class)),
        (_("Capabilities"), organization.capabilities),
        (_("Certifications"), _listed(organization.certifications)),
    ]


def _training(organization: Organization) -> Facts:
    return [
        (_("NSQF level"), organization.level),
        (_("Mode"), label(organization.training_mode)),
        (_("Seats in each intake"), organization.seats),
        (_("Skills taught"), _listed(organization.skills)),
        (_("Next intake"), organization.intake),
    ]


def _investing(organization: Organization) -> Facts:
    stages = set(organization.stages or [])
    return [
        (_("Type"), label(organization.investor_type)),
        (_("Invests at"), _listed(label(stage) for stage in Stage if stage in stages)),
        (_("Ticket"), ticket_of(organization)),
        (_("Invests in"), _listed(_market(place) for place in organization.invests_in or [])),
        (_("Thesis"), organization.thesis),
    ]


def _listed(words: Iterable[Any] | None) -> str:
    return ", ".join(map(str, words or []))


def _market(place: str) -> str:
    names = {code.value: words for code, words in COUNTRIES.items()}
    return str(names.get(place, place))
