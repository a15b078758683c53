"""Needs and offers in the words a reader sees, and what the question about money suggests."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext

from app.organizations.models import Aspect, Brief, BriefWish, Side, Verification, Weight
from app.taxonomy import Kind, label, region_name, technology_label
from app.taxonomy.exchange import LABELS, CooperationType, MoneyFlow, PartnershipKind
from app.taxonomy.terms import SizeClass, Stage
from app.taxonomy.value_chain import segment_label

# The one question, from the side of who answers.
ANSWERS: dict[MoneyFlow, Any] = {
    MoneyFlow.WE_ARE_PAID: lazy_gettext("They pay us"),
    MoneyFlow.WE_PAY: lazy_gettext("We pay them"),
    MoneyFlow.SHARED: lazy_gettext("Both put something in"),
    MoneyFlow.NONE: lazy_gettext("No money changes hands"),
}
_FIRM = {
    MoneyFlow.WE_ARE_PAID: (Side.OFFER, CooperationType.BUSINESS),
    MoneyFlow.WE_PAY: (Side.NEED, CooperationType.BUSINESS),
    MoneyFlow.SHARED: (Side.NEED, CooperationType.RESEARCH),
    MoneyFlow.NONE: (Side.NEED, CooperationType.PILOT_SITE),
}
# What most organizations of a kind mean by an answer; both can be changed in the form.
_SUGGESTED: dict[Kind, dict[MoneyFlow, tuple[Side, CooperationType]]] = {
    Kind.STARTUP: _FIRM,
    Kind.SME: _FIRM,
    Kind.SKILL_PROGRAM: {
        MoneyFlow.WE_ARE_PAID: (Side.OFFER, CooperationType.TALENT),
        MoneyFlow.WE_PAY: (Side.NEED, CooperationType.TALENT),
        MoneyFlow.SHARED: (Side.OFFER, CooperationType.TALENT),
        MoneyFlow.NONE: (Side.OFFER, CooperationType.TALENT),
    },
    Kind.INVESTOR: {
        MoneyFlow.WE_ARE_PAID: (Side.OFFER, CooperationType.BUSINESS),
        MoneyFlow.WE_PAY: (Side.OFFER, CooperationType.CAPITAL),
        MoneyFlow.SHARED: (Side.OFFER, CooperationType.CAPITAL),
        MoneyFlow.NONE: (Side.OFFER, CooperationType.DISTRIBUTION),
    },
}
KINDS = {
    Kind.STARTUP: lazy_gettext("Startup"),
    Kind.SME: lazy_gettext("Small or medium firm"),
    Kind.SKILL_PROGRAM: lazy_gettext("Skill program"),
    Kind.INVESTOR: lazy_gettext("Investor"),
}
LEVELS = {
    Verification.EMAIL_DOMAIN: lazy_gettext("E-mail domain confirmed"),
    Verification.FORMAT: lazy_gettext("Number has the right form"),
    Verification.DOCUMENT_SEEN: lazy_gettext("Document seen"),
    Verification.CONFIRMED: lazy_gettext("Confirmed"),
}
ASPECTS: dict[Aspect, Any] = {
    Aspect.KIND: lazy_gettext("Kind of partner"),
    Aspect.STATE: lazy_gettext("State or territory"),
    Aspect.TECHNOLOGY: lazy_gettext("Technology"),
    Aspect.CERTIFICATION: lazy_gettext("Certifications"),
    Aspect.TRL: lazy_gettext("Lowest technology readiness level"),
    Aspect.STAGE: lazy_gettext("Funding stage"),
    Aspect.SIZE_CLASS: lazy_gettext("Size class"),
    Aspect.VERIFICATION: lazy_gettext("Least verification"),
}


def suggested(kind: Kind, flow: MoneyFlow) -> tuple[Side, CooperationType]:
    """The side and the cooperation an answer about money suggests."""
    return _SUGGESTED[kind][flow]


def term(value: Any) -> str:
    """A term of cooperation, money, rights or partnership in words."""
    return str(LABELS[value]) if value else ""


def facts_of(brief: Brief) -> list[tuple[str, Any]]:
    """(name, value) of what a reader may know beyond the title."""
    return [
        (_("About"), term(brief.cooperation)),
        (_("Money"), term(brief.money_flow)),
        (_("Technologies"), ", ".join(str(technology_label(code)) for code in brief.technologies)),
        (_("Place in the value chain"), segment_label(brief.segment) if brief.segment else ""),
        (_("Maturity"), _("TRL %(level)s", level=brief.trl) if brief.trl else ""),
        (_("Rights"), term(brief.ip_status)),
        (_("Partnership"), ", ".join(term(PartnershipKind(one)) for one in brief.partnership_kinds)),
    ]


def wishes_of(brief: Brief) -> list[tuple[Weight, Any, str]]:
    """(weight, aspect, values) of what is wished of a partner, musts first."""
    grouped: dict[tuple[Weight, Aspect], list[str]] = {}
    for wish in brief.wishes:
        grouped.setdefault((wish.weight, wish.aspect), []).append(value_words(wish))
    order = sorted(grouped, key=lambda key: (key[0] is not Weight.MUST, list(Aspect).index(key[1])))
    return [(weight, ASPECTS[aspect], ", ".join(grouped[weight, aspect])) for weight, aspect in order]


def value_words(wish: BriefWish) -> str:
    """What a wish asks for, in words."""
    return str(_VALUES.get(wish.aspect, str)(wish.value))


_VALUES: dict[Aspect, Any] = {
    Aspect.KIND: lambda value: KINDS[Kind(value)],
    Aspect.STATE: region_name,
    Aspect.TECHNOLOGY: technology_label,
    Aspect.TRL: lambda value: _("TRL %(level)s or higher", level=value),
    Aspect.STAGE: lambda value: label(Stage(value)),
    Aspect.SIZE_CLASS: lambda value: label(SizeClass(value)),
    Aspect.VERIFICATION: lambda value: _("%(level)s or better", level=LEVELS[Verification(value)]),
}
