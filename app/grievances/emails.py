"""The letters about appeals and reports. None tells who reported."""

from __future__ import annotations

from collections.abc import Iterator

from flask_babel import lazy_gettext as _

from app import links
from app.grievances import words
from app.grievances.models import Grievance, GrievanceKind, GrievanceState
from app.organizations import queries as organizations
from app.outbox.models import MailCategory
from app.outbox.rendering import Mail, compose


def answers(grievance: Grievance) -> Iterator[Mail]:
    """What came of it: to all who may act for the organization that appealed, or to the one who reported."""
    is_appeal = grievance.kind is GrievanceKind.APPEAL
    name = grievance.organization.name
    subject = (
        _("What came of your appeal for %(name)s", name=name)
        if is_appeal
        else _("What came of your report of %(name)s", name=name)
    )
    people = (
        organizations.people_of(grievance.organization_id, can_edit=True) if is_appeal else [grievance.by]
    )
    page = "decisions.index" if is_appeal else "organizations.show"
    for user in people:
        yield compose(
            "grievances/mail/answer",
            key=f"grievance:{grievance.id}:answer:{grievance.version}:{user.id}",
            category=MailCategory.ACCOUNT,
            to=user,
            subject=subject,
            organization=grievance.organization,
            is_appeal=is_appeal,
            is_upheld=grievance.state is GrievanceState.UPHELD,
            answer=grievance.answer,
            page_url=links.absolute(page, organization_id=grievance.organization_id),
        )


def paused(grievance: Grievance) -> Iterator[Mail]:
    """Tells the people of a profile that it is paused, and why."""
    subject = _("%(name)s was paused by program managers", name=grievance.organization.name)
    reason = words.PAUSED_FOR[grievance.reason_code] if grievance.reason_code else ""
    for user in organizations.people_of(grievance.organization_id, can_edit=True):
        yield compose(
            "grievances/mail/paused",
            key=f"grievance:{grievance.id}:paused:{grievance.version}:{user.id}",
            category=MailCategory.ACCOUNT,
            to=user,
            subject=subject,
            organization=grievance.organization,
            reason=reason,
            page_url=links.absolute(
                "organizations.edit", organization_id=grievance.organization_id, step="check"
            ),
        )
