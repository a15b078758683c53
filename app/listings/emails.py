"""The letters about a listing."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from flask_babel import lazy_gettext as _

from app import links
from app.accounts.models import User
from app.listings.models import ListingReview
from app.organizations import queries as organizations
from app.outbox.models import MailCategory
from app.outbox.rendering import Mail, compose

# One of the letters below.
Letter = Callable[[ListingReview, User], Mail]


def to_people(review: ListingReview, letter: Letter) -> Iterator[Mail]:
    """The letter, to each of those who may act on it."""
    for user in organizations.people_of(review.organization_id, can_edit=True):
        yield letter(review, user)


def listed(review: ListingReview, to: User) -> Mail:
    """Tells that the profile is in the directory."""
    subject = _("%(name)s is in the directory", name=review.organization.name)
    return _letter("listed", review, to, subject, "organizations.show")


def returned(review: ListingReview, to: User) -> Mail:
    """Tells what to mend."""
    subject = _("%(name)s needs another look before it is listed", name=review.organization.name)
    return _letter("returned", review, to, subject, "organizations.edit", step="check")


def refused(review: ListingReview, to: User) -> Mail:
    """Tells why it is not taken."""
    subject = _("%(name)s was not taken into the directory", name=review.organization.name)
    return _letter("refused", review, to, subject, "organizations.show")


def _letter(name: str, review: ListingReview, to: User, subject: object, page: str, **more: str) -> Mail:
    return compose(
        f"listings/mail/{name}",
        key=f"listing:{review.id}:{name}:{to.id}",
        category=MailCategory.ACCOUNT,
        to=to,
        subject=subject,
        organization=review.organization,
        comment=review.comment,
        page_url=links.absolute(page, organization_id=review.organization_id, **more),
    )
