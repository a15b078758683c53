"""Terms that judge one kind each: recognition of startups, instruments of investors, claims of size."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from flask_babel import lazy_gettext as _


class Recognition(StrEnum):
    """What India's department for promotion of industry (DPIIT) recognizes a startup as."""

    NONE = "none"
    STARTUP = "startup"
    DEEP_TECH = "deep_tech"


class RecognitionStage(StrEnum):
    """How far a startup has come in the words of DPIIT, which say nothing of funding."""

    IDEATION = "ideation"
    VALIDATION = "validation"
    EARLY_TRACTION = "early_traction"
    SCALING = "scaling"


class Instrument(StrEnum):
    """The form money comes in."""

    SAFE = "safe"
    CONVERTIBLE_NOTE = "convertible_note"
    CCPS = "ccps"
    CCD = "ccd"
    EQUITY = "equity"
    DEBT = "debt"
    GRANT = "grant"


class LeadRole(StrEnum):
    """Whether an investor sets the terms of a round or joins them."""

    LEAD = "lead"
    FOLLOW = "follow"
    EITHER = "either"


LABELS: dict[StrEnum, Any] = {
    Recognition.NONE: _("Not recognized"),
    Recognition.STARTUP: _("Recognized startup"),
    Recognition.DEEP_TECH: _("Recognized deep-tech startup"),
    RecognitionStage.IDEATION: _("Ideation"),
    RecognitionStage.VALIDATION: _("Validation"),
    RecognitionStage.EARLY_TRACTION: _("Early traction"),
    RecognitionStage.SCALING: _("Scaling"),
    Instrument.SAFE: _("SAFE"),
    Instrument.CONVERTIBLE_NOTE: _("Convertible note"),
    Instrument.CCPS: _("Convertible preference shares (CCPS)"),
    Instrument.CCD: _("Convertible debentures (CCD)"),
    Instrument.EQUITY: _("Priced equity"),
    Instrument.DEBT: _("Debt"),
    Instrument.GRANT: _("Grant"),
    LeadRole.LEAD: _("Leads rounds"),
    LeadRole.FOLLOW: _("Follows others"),
    LeadRole.EITHER: _("Leads or follows"),
}
