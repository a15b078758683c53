"""What endpoints take and give. `…In` and `…Change` come from outside, `…Out` goes there."""

from app.api.schemas.base import In, Out, ProblemOut
from app.api.schemas.briefs import BriefChange, BriefIn, BriefOut, BriefsOut, WishIn, WishOut
from app.api.schemas.directory import DirectoryQuery, FoundOut, OrganizationRow
from app.api.schemas.matches import AnswerIn, AnswerOut, MatchesOut, MatchOut, PartnerOut
from app.api.schemas.organizations import (
    IdentifierIn,
    IdentifierOut,
    IdentifiersOut,
    MineOut,
    MyOrganization,
    OrganizationIn,
    OrganizationOut,
    ProfileChange,
    RaiseOut,
    RegisterOut,
    SubmissionIn,
)

__all__ = [
    "AnswerIn",
    "AnswerOut",
    "BriefChange",
    "BriefIn",
    "BriefOut",
    "BriefsOut",
    "DirectoryQuery",
    "FoundOut",
    "IdentifierIn",
    "IdentifierOut",
    "IdentifiersOut",
    "In",
    "MatchOut",
    "MatchesOut",
    "MineOut",
    "MyOrganization",
    "OrganizationIn",
    "OrganizationOut",
    "OrganizationRow",
    "Out",
    "PartnerOut",
    "ProblemOut",
    "ProfileChange",
    "RaiseOut",
    "RegisterOut",
    "SubmissionIn",
    "WishIn",
    "WishOut",
]
