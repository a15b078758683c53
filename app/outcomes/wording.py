"""Outcomes in words."""

from __future__ import annotations

from flask_babel import lazy_gettext as _

from app.outcomes.models import Evidence, MilestoneKind, MilestoneState, Progress, ValueBand

MILESTONES = {
    MilestoneKind.MET: _("We met"),
    MilestoneKind.NDA: _("Non-disclosure agreement signed"),
    MilestoneKind.SAMPLE: _("Samples sent or tested"),
    MilestoneKind.PILOT: _("Pilot begun"),
    MilestoneKind.MOU: _("Memorandum of understanding signed"),
    MilestoneKind.ORDER: _("Order placed"),
    MilestoneKind.INVESTMENT: _("Investment made"),
    MilestoneKind.HIRE: _("People hired"),
    MilestoneKind.TRAINING_PLACE: _("Training places taken"),
    MilestoneKind.CERTIFICATE: _("Certificate gained"),
    MilestoneKind.JOINT_FILING: _("Joint filing made"),
}
BANDS = {
    ValueBand.TO_10: _("up to 10 thousand"),
    ValueBand.TO_100: _("10 to 100 thousand"),
    ValueBand.TO_1000: _("100 thousand to 1 million"),
    ValueBand.TO_10000: _("1 to 10 million"),
    ValueBand.ABOVE: _("more than 10 million"),
}
EVIDENCE = {
    Evidence.WORD: _("Our word"),
    Evidence.DOCUMENT: _("A document we can show"),
    Evidence.PUBLIC: _("A public source"),
}
STATES = {
    MilestoneState.STATED: _("Said by one side"),
    MilestoneState.CONFIRMED: _("Confirmed by both"),
    MilestoneState.DISPUTED: _("Disputed"),
    MilestoneState.WITHDRAWN: _("Taken back"),
}
PROGRESS = {
    Progress.NOTHING_YET: _("Nothing yet"),
    Progress.UNDER_WAY: _("Talks are going on"),
    Progress.REACHED: _("Something was reached: we say what below"),
    Progress.ENDED: _("It has ended"),
}
