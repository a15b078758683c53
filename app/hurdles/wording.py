"""Hurdles in words."""

from __future__ import annotations

from flask_babel import lazy_gettext as _

from app.hurdles.models import HurdleKind, HurdleStage, HurdleState

KINDS = {
    HurdleKind.EXPORT_LICENSE: _("Export license"),
    HurdleKind.FOREIGN_INVESTMENT: _("Approval of foreign investment"),
    HurdleKind.QUALITY_CONTROL_ORDER: _("Quality control order"),
    HurdleKind.VISA: _("Visa"),
    HurdleKind.DATA_TRANSFER: _("Transfer of data across the border"),
    HurdleKind.TAX: _("Tax"),
    HurdleKind.INTELLECTUAL_PROPERTY: _("Intellectual property"),
    HurdleKind.STANDARD: _("Standards and certification"),
    HurdleKind.PAYMENT: _("Payment across the border"),
    HurdleKind.OTHER: _("Another rule"),
}
STAGES = {
    HurdleStage.BEFORE_MEETING: _("Before we met"),
    HurdleStage.TALKS: _("During talks"),
    HurdleStage.CONTRACT: _("At the contract"),
    HurdleStage.DELIVERY: _("At delivery or payment"),
}
STATES = {
    HurdleState.NEW: _("Waits for a look"),
    HurdleState.KEPT: _("Counts"),
    HurdleState.SET_ASIDE: _("Set aside"),
}
