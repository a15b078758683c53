"""What changes reviews of listings: hand in, approve, return, refuse, and notice what changed."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from flask_babel import gettext as _
from flask_babel import lazy_gettext

from app import clock
from app.accounts.models import User
from app.audit import services as audit
from app.db import db
from app.errors import AlreadyDecided, RuleBroken
from app.listings import changes, emails, queries
from app.listings.models import ListingCursor, ListingReview, ReviewState
from app.organizations import services as organizations
from app.organizations.models import Organization, ProfileState
from app.outbox import services as outbox

_OVERTAKEN = {
    ReviewState.APPROVED: lazy_gettext(
        "%(person)s was quicker and approved it. Your decision was not taken."
    ),
    ReviewState.RETURNED: lazy_gettext(
        "%(person)s was quicker and returned it. Your decision was not taken."
    ),
    ReviewState.REFUSED: lazy_gettext("%(person)s was quicker and refused it. Your decision was not taken."),
    ReviewState.WITHDRAWN: lazy_gettext("Its people took it back before you. Your decision was not taken."),
}


class CommentMissing(RuleBroken):
    """Whoever is sent back or turned down is told why."""


def submit(organization: Organization, by: User, note: str = "") -> ListingReview:
    """Hand a profile in; handing it in twice changes nothing. Raises `NotReady` while something is missing."""
    _lock(organization)
    open_ = _waiting(organization.id)
    if open_ is not None:
        return open_
    organizations.submit(organization, by)
    return _open(organization, by, note, is_change=False)


def withdraw(organization: Organization, by: User) -> None:
    """Take a profile back that waits; it is a draft again."""
    _lock(organization)
    review = _waiting(organization.id)
    if review is None or review.is_change:
        raise RuleBroken(_("This profile does not wait for review."))
    review.state = ReviewState.WITHDRAWN
    organizations.take_back(organization, by)
    db.session.flush()
    _record("withdrawn", review, by)


def approve(review: ListingReview, by: User, *, version: int, comment: str = "") -> None:
    """Put the profile into the directory, or let a change stand. Raises `AlreadyDecided`."""
    _decide(review, ReviewState.APPROVED, by, version, comment)
    if not review.is_change:
        organizations.list_organization(review.organization, by)
        _tell(review, emails.listed)


def send_back(
    review: ListingReview, by: User, comment: str, *, version: int, fields: Sequence[str] = ()
) -> None:
    """Return it to its people, who mend it (only `fields`, if given) and hand it in again. Raises `AlreadyDecided`, `CommentMissing`."""
    _require(comment)
    _decide(review, ReviewState.RETURNED, by, version, comment)
    organizations.send_back(review.organization, by, fields)
    _tell(review, emails.returned)


def refuse(review: ListingReview, by: User, comment: str, *, version: int) -> None:
    """Turn the profile down for good. Raises `AlreadyDecided`, `CommentMissing`."""
    _require(comment)
    _decide(review, ReviewState.REFUSED, by, version, comment)
    organizations.refuse(review.organization, by)
    _tell(review, emails.refused)


def reopen(review: ListingReview, by: User) -> None:
    """Look again at a profile that was turned down or sent back, as after an appeal; one that moved on is left."""
    organization = review.organization
    _lock(organization)
    is_out = organization.state in {ProfileState.REFUSED, ProfileState.RETURNED}
    if is_out and _waiting(organization.id) is None:
        organizations.reopen(organization, by)
        _open(organization, by, "", is_change=False)


def notice_changes(number: int, ids: Sequence[int]) -> int:
    """Open a review, or bring an open one up to date, for listed profiles that changed in what matters.

    Parameters
    ----------
    number : how far the audit trail is read with this
    ids : listed organizations whose people saved something
    """
    found = 0
    for organization in db.session.scalars(sa.select(Organization).where(Organization.id.in_(ids))):
        found += _notice(organization)
    cursor = db.session.get(ListingCursor, 1, with_for_update=True)
    if cursor is None:
        db.session.add(ListingCursor(number=number))
    else:
        cursor.number = max(cursor.number, number)
    db.session.flush()
    return found


def _notice(organization: Organization) -> bool:
    judged, open_ = queries.last_judged_of(organization.id), _waiting(organization.id)
    now = changes.snapshot_of(organization)
    if judged is None or judged.state is not ReviewState.APPROVED:
        # Listed before there were reviews: what it says now is where the next change is told from.
        _baseline(organization)
        return False
    new = changes.differences(judged.snapshot, now)
    if open_ is not None:
        open_.snapshot, open_.changes = now, new
        if not new:
            open_.state = ReviewState.WITHDRAWN
        return bool(new)
    if new:
        _open(organization, None, "", is_change=True)
    return bool(new)


def _baseline(organization: Organization) -> None:
    now = clock.now()
    review = ListingReview(
        organization_id=organization.id,
        is_change=True,
        state=ReviewState.APPROVED,
        submitted_at=now,
        due_at=now,
        decided_at=now,
        snapshot=changes.snapshot_of(organization),
    )
    db.session.add(review)
    db.session.flush()


def _open(organization: Organization, by: User | None, note: str, *, is_change: bool) -> ListingReview:
    now, snapshot = clock.now(), changes.snapshot_of(organization)
    judged = queries.last_judged_of(organization.id)
    review = ListingReview(
        organization=organization,
        is_change=is_change,
        submitted_by_id=by.id if by else None,
        submitted_at=now,
        due_at=changes.due(now),
        note=note,
        snapshot=snapshot,
        changes=changes.differences(judged.snapshot, snapshot) if judged else [],
    )
    db.session.add(review)
    db.session.flush()
    _record("change_noticed" if is_change else "submitted", review, by)
    return review


def _decide(review: ListingReview, state: ReviewState, by: User, version: int, comment: str) -> None:
    """Write a decision down; only the first counts."""
    db.session.refresh(review, with_for_update=True)
    if not review.is_waiting or review.version != version:
        raise _overtaken(review)
    review.state, review.decided_by_id, review.decided_at = state, by.id, clock.now()
    review.comment = comment
    db.session.flush()
    _record(state.value, review, by, {"change": review.is_change})


def _overtaken(review: ListingReview) -> RuleBroken:
    if review.is_waiting:
        return RuleBroken(
            _("The profile was changed after you opened this page. Read it again, then decide.")
        )
    person = review.decided_by.display_name if review.decided_by else str(_("Its people"))
    message = _OVERTAKEN[review.state] % {"person": person}
    return AlreadyDecided(message, person, review.state.value)


def _require(comment: str) -> None:
    if not comment.strip():
        raise CommentMissing(_("Say what is missing or why, so that its people can act on it."))


def _waiting(organization_id: int) -> ListingReview | None:
    query = sa.select(ListingReview).where(
        ListingReview.organization_id == organization_id, ListingReview.state == ReviewState.WAITING
    )
    return db.session.scalars(query).one_or_none()


def _lock(organization: Organization) -> None:
    """Let only one transaction at a time hand an organization in."""
    db.session.refresh(organization, with_for_update=True)
    if organization.state is ProfileState.MERGED:
        raise RuleBroken(_("Another profile goes on in place of this one."))


def _tell(review: ListingReview, letter: emails.Letter) -> None:
    for mail in emails.to_people(review, letter):
        outbox.enqueue(mail)


def _record(
    action: str, review: ListingReview, by: User | None, detail: dict[str, object] | None = None
) -> None:
    about = {"organization": review.organization_id, **(detail or {})}
    audit.record(f"listing.{action}", ("listing", review.id), by=by.id if by else None, detail=about)
