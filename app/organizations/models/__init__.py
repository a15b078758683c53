"""Tables of organizations, one room for each: profiles, needs and offers, people, identifiers, drafts, past investments."""

from app.organizations.models.brief import Aspect, Brief, BriefWish, Side, Weight
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
from app.organizations.models.people import Adviser, Invitation, MemberRole, Membership

__all__ = [
    "LISTED_STATES",
    "Adviser",
    "Aspect",
    "Brief",
    "BriefWish",
    "Duplicate",
    "DuplicateState",
    "Identifier",
    "Invitation",
    "MemberRole",
    "Membership",
    "Merge",
    "Organization",
    "OrganizationTechnology",
    "Partnership",
    "ProfileDraft",
    "ProfileState",
    "Side",
    "Verification",
    "Weight",
]
