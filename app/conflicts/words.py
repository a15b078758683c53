"""Bases and ties in words."""

from __future__ import annotations

from flask_babel import LazyString
from flask_babel import lazy_gettext as _

from app.conflicts.models import Basis
from app.conflicts.queries import Tie

BASES: dict[Basis, LazyString] = {
    Basis.EMPLOYMENT: _("I work or worked there"),
    Basis.FAMILY: _("Family or a close friend"),
    Basis.INVESTMENT: _("I hold a stake"),
    Basis.ADVICE: _("I advise or advised it"),
    Basis.OTHER: _("Something else"),
    Basis.RECUSAL: _("Stepped aside at a case"),
}
_TIES: dict[Tie, LazyString] = {
    Tie.MEMBER: _("You belong to it, or advise it."),
    Tie.EMPLOYER: _("Your mail address is in its web domain."),
    Tie.COLLEAGUE: _("Somebody with an address of your employer belongs to it."),
    Tie.INVESTED: _("An organization of yours invested in it."),
    Tie.INVESTOR: _("It invested in an organization of yours."),
    Tie.MERGED: _("It is the same organization as another one that is hidden from you."),
}


def basis_of(basis: Basis) -> LazyString:
    """What ties somebody to an organization."""
    return BASES[basis]


def tie_of(tie: Tie) -> LazyString:
    """How a conflict was found."""
    return _TIES[tie]
