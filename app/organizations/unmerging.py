"""Take a merge back exactly, or say what stands in the way."""

from __future__ import annotations

from flask_babel import lazy_gettext as _

from app import clock
from app.accounts.models import User
from app.audit import services as audit
from app.db import db
from app.errors import RuleBroken
from app.organizations import duplicates, merged_briefs, merging, services
from app.organizations.models import (
    Duplicate,
    DuplicateState,
    MemberRole,
    Merge,
    Organization,
    ProfileState,
)


class NotUndoable(RuleBroken):
    """Something that came with the merge was changed since."""


def undo(duplicate: Duplicate, by: User, *, version: int) -> None:
    """Take a merge back, exactly; raises `AlreadyDecided`, or `NotUndoable` with what stands in the way."""
    one, other = merging.lock(duplicate, version, DuplicateState.MERGED)
    made = duplicates.merge_of(duplicate)
    if made is None:
        raise NotUndoable(_("This merge was taken back already."))
    kept, absorbed = (one, other) if made.kept_id == one.id else (other, one)
    _require_undoable(made, kept)
    # First, so that blank lines find no record to end.
    merged_briefs.remove(made.moved["briefs"])
    _empty(made, kept, by)
    _return_people(made)
    _return_identifiers(made)
    _return_links(made)
    absorbed.state, absorbed.merged_into_id = ProfileState(made.moved["state"]), None
    absorbed.profile_changed_at = kept.profile_changed_at = made.undone_at = clock.now()
    made.undone_by_id = by.id
    duplicate.state, duplicate.decided_by_id, duplicate.decided_at = DuplicateState.OPEN, None, None
    db.session.flush()
    merging.record("unmerged", duplicate, by)
    for organization in (kept, absorbed):
        audit.record("organization.unmerged", ("organization", organization.id), by=by.id)


def _require_undoable(made: Merge, kept: Organization) -> None:
    """Raise `NotUndoable` unless what came with the merge is as it came."""
    if kept.state is ProfileState.MERGED:
        raise NotUndoable(
            _("The kept profile was merged into another one since. Take that merge back first.")
        )
    if any(later.id > made.id for later in duplicates.merges_into(kept.id)):
        raise NotUndoable(_("The kept profile took in another one since. Take that merge back first."))
    changed = [
        name for name, value in made.moved["filled"].items() if merging.plain(getattr(kept, name)) != value
    ]
    if changed:
        names = ", ".join(name.replace("_", " ") for name in sorted(changed))
        raise NotUndoable(_("Answers that came with the merge were changed since: %(names)s.", names=names))
    if not merged_briefs.are_as_they_came(made.moved["briefs"]):
        raise NotUndoable(_("A need or offer that came with the merge was changed since."))
    numbers = {one.id for one in merging.numbers(kept.id)}
    if not numbers.issuperset(made.moved["identifiers"]):
        raise NotUndoable(_("A register number that came with the merge was removed since."))
    if made.moved["had_owner"] and not _own_owners(made, kept):
        raise NotUndoable(_("The kept profile would be left without an owner."))


def _own_owners(made: Merge, kept: Organization) -> bool:
    came = {**made.moved["people"], **made.moved["raised"]}
    people = merging.memberships(kept.id)
    return any(one.role is MemberRole.OWNER and str(one.id) not in came for one in people)


def _empty(made: Merge, kept: Organization, by: User) -> None:
    """Make blank again what the merge filled."""
    codes = [code for code in kept.technologies if code not in made.moved["technologies"]]
    services.save_profile(kept, {**made.moved["blanks"], "technologies": codes}, by=by)


def _return_people(made: Merge) -> None:
    """People who came with the merge leave, unless somebody gave them another role since."""
    for one in merging.memberships(made.kept_id):
        before, after = made.moved["raised"].get(str(one.id), ("", ""))
        if made.moved["people"].get(str(one.id)) == one.role.value:
            db.session.delete(one)
        elif one.role.value == after:
            one.role = MemberRole(before)
    db.session.flush()


def _return_identifiers(made: Merge) -> None:
    for one in merging.numbers(made.kept_id):
        if one.id in made.moved["identifiers"]:
            one.organization_id = made.absorbed_id
    db.session.flush()


def _return_links(made: Merge) -> None:
    columns: dict[int, str] = dict(made.moved["links"])
    for one in merging.links(made.kept_id):
        if one.id in columns:
            setattr(one, columns[one.id], made.absorbed_id)
    db.session.flush()
