"""What people read of appeals and reports."""

from __future__ import annotations

from flask_babel import lazy_gettext as _

from app.grievances.models import AbuseReason, GrievanceState

REASONS = {
    AbuseReason.FALSE_STATEMENT: _("Something in the profile is not true"),
    AbuseReason.IMPERSONATION: _("They pretend to be somebody else"),
    AbuseReason.SPAM: _("They advertise or write to everybody"),
    AbuseReason.HARASSMENT: _("They insult or press people"),
    AbuseReason.UNLAWFUL: _("What they do is against the law"),
    AbuseReason.OTHER: _("Something else"),
}
# What the people of a profile that is paused are told.
PAUSED_FOR = {
    AbuseReason.FALSE_STATEMENT: _("We found something in the profile that is not true."),
    AbuseReason.IMPERSONATION: _("We could not confirm that the profile is of the organization it names."),
    AbuseReason.SPAM: _("The profile was used for advertising."),
    AbuseReason.HARASSMENT: _("People were insulted or pressed in the name of the organization."),
    AbuseReason.UNLAWFUL: _("We have reason to believe that something offered here is against the law."),
    AbuseReason.OTHER: _("The profile is not in keeping with the rules of Sangam."),
}
STATES = {
    GrievanceState.WAITING: _("Your appeal waits for a program manager."),
    GrievanceState.UPHELD: _("Your appeal was upheld: it is looked at again."),
    GrievanceState.DISMISSED: _("Your appeal was dismissed."),
    GrievanceState.WITHDRAWN: _("You took your appeal back."),
}
