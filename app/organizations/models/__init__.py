"""Tables of organizations, one room for each: profiles, people, identifiers, drafts, past investments."""

from app.organizations.models.draft import ProfileDraft
from app.organizations.models.duplicates import Duplicate, DuplicateState, Merge
from app.organizations.models.identifier import Identifier
from app.organizations.models.organization import (
    LISTED_STATES,
    Organization,
    OrganizationTechnology,
    ProfileState,
    Verification,
)
from app.organizations.models.partnership import Partnership
from app.organizations.models.people import MemberRole, Membership

__all__ = [
    "LISTED_STATES",
    "Duplicate",
    "DuplicateState",
    "Identifier",
    "MemberRole",
    "Membership",
    "Merge",
    "Organization",
    "OrganizationTechnology",
    "Partnership",
    "ProfileDraft",
    "ProfileState",
    "Verification",
]
