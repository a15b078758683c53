"""Why something is turned down: a code for the records, a line for managers, a polite sentence for whom it is told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _

from app.desk.models import CaseKind
from app.matching.models import RejectReason


@dataclass(frozen=True)
class Refusal:
    """What a manager chooses, and what the people of the organization read."""

    label: Any
    polite: Any = ""


_PAIR = {
    RejectReason.NEED_NOT_CURRENT.value: Refusal(_("The need is not current")),
    RejectReason.COMPETITORS.value: Refusal(_("They are competitors")),
    RejectReason.NOT_COMPLEMENTARY.value: Refusal(_("They do not complete each other")),
    RejectReason.OVERLOADED.value: Refusal(_("One side is asked for too much already")),
    RejectReason.SENSITIVE.value: Refusal(_("Too sensitive")),
    RejectReason.PROFILE_TOO_THIN.value: Refusal(_("A profile says too little")),
    RejectReason.OTHER.value: Refusal(_("Another reason")),
}
_LISTING = {
    "outside_scope": Refusal(
        _("Outside what Sangam is for"),
        _(
            "Sangam pairs startups, small firms, skill programs and investors of the two countries. Your organization is of another kind, so that we could not find it partners."
        ),
    ),
    "cannot_be_checked": Refusal(
        _("Cannot be checked"),
        _("We could not confirm the organization from what the profile says and from public registers."),
    ),
    "one_country": Refusal(
        _("Nothing for the other country"),
        _(
            "The needs and offers in the profile can be met at home. Partners here always come from the other country."
        ),
    ),
    "advertising": Refusal(
        _("Advertising only"),
        _("The profile offers a service to everybody and no partnership that we could look for."),
    ),
    "other": Refusal(
        _("Another reason"), _("We cannot take the profile into the directory as things stand.")
    ),
}
_APPEAL = {
    "nothing_new": Refusal(
        _("Nothing new"),
        _("We have read the case again. It rests on the same facts as before, so the decision stands."),
    ),
    "by_the_criteria": Refusal(
        _("Decided by the criteria"),
        _("We have read the case again. It was decided by the criteria that were announced."),
    ),
    "too_late": Refusal(
        _("Too late to change"),
        _("The decision can no longer be changed. You may take part in the next round."),
    ),
    "other": Refusal(_("Another reason"), _("We have read the case again, and the decision stands.")),
}
_ABUSE = {
    "not_found": Refusal(
        _("Nothing of the kind found"), _("We looked into your report and found nothing against the rules.")
    ),
    "settled": Refusal(_("Settled meanwhile"), _("What you reported has been put right meanwhile.")),
    "not_ours": Refusal(
        _("Not for us to judge"), _("What you reported is a matter between the two of you or for a court.")
    ),
    "other": Refusal(
        _("Another reason"), _("We looked into your report and see no reason to act at present.")
    ),
}
BY_KIND: Mapping[CaseKind, Mapping[str, Refusal]] = {
    CaseKind.PAIR: _PAIR,
    CaseKind.LISTING: _LISTING,
    CaseKind.RESUBMISSION: _LISTING,
    CaseKind.MERGE: {},
    CaseKind.APPEAL: _APPEAL,
    CaseKind.ABUSE: _ABUSE,
}


def polite(kind: CaseKind, code: str, note: str = "") -> str:
    """What is told of a refusal, with the manager's own words after it."""
    refusal = BY_KIND[kind].get(code)
    said = str(refusal.polite) if refusal is not None else ""
    return "\n\n".join(part for part in (said, note.strip()) if part)
