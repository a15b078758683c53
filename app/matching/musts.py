"""What organizations insist on in a partner, worked out for all of them at once.

A must belongs to one need or offer. An organization is open to another when one of its valid needs and offers is: one
without musts is open to everybody, one with musts to those who meet every one of them. An organization without needs
and offers is open to everybody. Two may meet when each is open to the other. What an organization has not said, it does
not meet. Of several values of one aspect one is enough; certifications are needed all; levels are least levels.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray

from app import clock
from app.db import db
from app.organizations.models import (
    Aspect,
    Brief,
    BriefWish,
    Organization,
    OrganizationTechnology,
    ProfileState,
    Side,
    Verification,
    Weight,
)

# One need or offer: values by aspect. An organization's: those of all its needs and offers, each with musts.
Musts = frozenset[tuple[Aspect, frozenset[str]]]
Demand = frozenset[Musts]
Mask = NDArray[np.bool_]

# Beyond this the matrix of groups grows too big; what is rare then becomes single pairs.
MOST_GROUPS = 1500
_LEVELS = list(Verification)


@dataclass(frozen=True)
class Known:
    """What an organization has said of itself, as far as somebody may insist on it."""

    values: Mapping[Aspect, frozenset[str]]
    trl: int = 0
    verification: Verification = Verification.UNVERIFIED

    def meets(self, aspect: Aspect, wanted: Iterable[str]) -> bool:
        """Whether it has what a must asks for."""
        if aspect is Aspect.TRL:
            return any(self.trl >= int(level) for level in wanted)
        if aspect is Aspect.VERIFICATION:
            own = _LEVELS.index(self.verification)
            return any(own >= _LEVELS.index(Verification(level)) for level in wanted)
        own_values = self.values.get(aspect, frozenset())
        if aspect is Aspect.CERTIFICATION:
            return own_values.issuperset(wanted)
        return not own_values.isdisjoint(wanted)


def is_open(demand: Demand, known: Known) -> bool:
    """Whether one of the needs and offers of a demand admits an organization."""
    return any(all(known.meets(aspect, wanted) for aspect, wanted in musts) for musts in demand)


@dataclass
class Narrowed:
    """Groups and what they allow once musts count, and pairs for which no group was made."""

    groups: dict[int, int]
    allowed: list[list[bool]]
    excluded: list[tuple[int, int]] = field(default_factory=list)


def narrowed(groups: dict[int, int], allowed: list[list[bool]]) -> Narrowed:
    """Split groups so that what they allow honors every must of the listed organizations."""
    demands = {id_: demand for id_, demand in demands_now().items() if id_ in groups}
    if not demands:
        return Narrowed(groups, allowed)
    known = known_of_all(_aspects_in(demands.values()))
    return split(groups, allowed, demands, lambda id_: known.get(id_) or Known({}))


def split(
    groups: Mapping[int, int],
    allowed: list[list[bool]],
    demands: Mapping[int, Demand],
    known: Callable[[int], Known],
) -> Narrowed:
    """Put together who is alike for every must: as many groups as there are answers, not as there are pairs.

    The old groups stay, before the new ones, for who joins later: open to all, and unknown to those who insist.
    """
    ids, base = list(groups), np.array(list(groups.values()), dtype=np.int64)
    may = np.array(allowed, dtype=bool)
    counted = Counter(demands[id_] for id_ in ids if id_ in demands)
    distinct = sorted(counted, key=lambda one: (-counted[one], str(sorted(map(sorted, one)))))
    holds = _holders(ids, distinct, demands)
    opens = _openness(distinct, [known(id_) for id_ in ids])
    # Where its holders may never meet somebody anyway, a demand makes no difference.
    for at in range(len(distinct)):
        opens[:, at] |= ~may[np.unique(base[holds == at])].any(axis=0)[base]
    codes, rows, grouped = _grouped(base, holds, opens)
    rest = np.flatnonzero((holds >= grouped) & (holds < len(distinct)))
    pairs = [
        (ids[holder], ids[other])
        for holder in rest.tolist()
        for other in np.flatnonzero(may[base[holder]][base] & ~opens[:, holds[holder]]).tolist()
    ]
    all_codes = dict(zip(ids, (codes + len(may)).tolist(), strict=True))
    return Narrowed(all_codes, _matrix(may, base[rows], holds[rows], opens[rows, :grouped]).tolist(), pairs)


def _matrix(may: Mask, base: NDArray[np.int64], holds: NDArray[np.int64], opens: Mask) -> Mask:
    """Which groups may meet, the old ones first; one row of `base`, `holds` and `opens` for each new one."""
    grouped = opens.shape[1]
    # A last column for those who insist on nothing as a group: open to everybody.
    wide = np.column_stack([opens, np.ones(len(opens), dtype=bool)])
    opened = wide[:, np.minimum(holds, grouped)]
    inside = may[np.ix_(base, base)] & opened & opened.T
    beside = may[:, base] & (holds >= grouped)
    return np.block([[may, beside], [beside.T, inside]])


def _holders(ids: list[int], distinct: list[Demand], demands: Mapping[int, Demand]) -> NDArray[np.int64]:
    """(n,) which demand each has; `len(distinct)` for none."""
    number = {demand: at for at, demand in enumerate(distinct)}
    none = len(distinct)
    return np.array([number[demands[i]] if i in demands else none for i in ids], dtype=np.int64)


def _openness(distinct: list[Demand], known: list[Known]) -> Mask:
    """(n, demands): whether a demand admits each; every single condition is looked at once."""
    conditions = {one for demand in distinct for musts in demand for one in musts}
    met = {
        (aspect, wanted): np.fromiter((one.meets(aspect, wanted) for one in known), bool, len(known))
        for aspect, wanted in conditions
    }
    opens = np.zeros((len(known), len(distinct)), dtype=bool)
    for at, demand in enumerate(distinct):
        for musts in demand:
            opens[:, at] |= np.all([met[condition] for condition in musts], axis=0)
    return opens


def _grouped(
    base: NDArray[np.int64], holds: NDArray[np.int64], opens: Mask
) -> tuple[NDArray[np.int64], NDArray[np.int64], int]:
    """(n,) group codes, for each group one row of it, and how many of the demands, most common first, made groups."""
    grouped = opens.shape[1]
    codes, rows = _codes(base, holds, opens, grouped)
    while len(rows) > MOST_GROUPS and grouped:
        grouped //= 2
        codes, rows = _codes(base, holds, opens, grouped)
    return codes, rows, grouped


def _codes(
    base: NDArray[np.int64], holds: NDArray[np.int64], opens: Mask, grouped: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """(n,) group codes, and for each group one row of it."""
    own = np.minimum(holds, grouped)
    key = np.column_stack([base, own, np.packbits(opens[:, :grouped], axis=1)])
    _keys, rows, codes = np.unique(key, axis=0, return_index=True, return_inverse=True)
    return codes.ravel(), rows


def _aspects_in(demands: Iterable[Demand]) -> set[Aspect]:
    return {aspect for demand in set(demands) for musts in demand for aspect, _wanted in musts}


def demands_now() -> dict[int, Demand]:
    """What listed organizations insist on whose every valid need and offer has a must."""
    valid = Brief.valid_on(clock.now().date())
    must = BriefWish.weight == Weight.MUST
    insisting = (
        sa.select(Brief.organization_id)
        .join(BriefWish, BriefWish.brief_id == Brief.id)
        .join(Organization, Organization.id == Brief.organization_id)
        .where(valid, must, Organization.state == ProfileState.LISTED)
    )
    query = (
        sa.select(Brief.organization_id, Brief.id, BriefWish.aspect, BriefWish.value)
        .outerjoin(BriefWish, sa.and_(BriefWish.brief_id == Brief.id, must))
        .where(valid, Brief.organization_id.in_(insisting))
    )
    found: dict[int, dict[int, dict[Aspect, set[str]]]] = defaultdict(dict)
    for organization_id, brief_id, aspect, value in db.session.execute(query):
        musts = found[organization_id].setdefault(brief_id, defaultdict(set))
        if aspect is not None:
            musts[aspect].add(value)
    return {id_: _demand(briefs.values()) for id_, briefs in found.items() if all(briefs.values())}


def _demand(briefs: Iterable[Mapping[Aspect, set[str]]]) -> Demand:
    return frozenset(
        frozenset((aspect, frozenset(values)) for aspect, values in musts.items()) for musts in briefs
    )


def known_of_all(aspects: set[Aspect]) -> dict[int, Known]:
    """What each listed organization has said of itself under these aspects."""
    columns = (
        Organization.id,
        Organization.kind,
        Organization.region_code,
        Organization.stage,
        Organization.stages,
        Organization.size_class,
        Organization.certifications,
        Organization.verification,
    )
    rows = db.session.execute(sa.select(*columns).where(Organization.state == ProfileState.LISTED)).all()
    technologies = _technologies() if Aspect.TECHNOLOGY in aspects else {}
    levels = _levels() if Aspect.TRL in aspects else {}
    return {
        row.id: Known(
            {
                Aspect.KIND: _set(row.kind),
                Aspect.STATE: _set(row.region_code),
                # A fund is at the stages it invests at.
                Aspect.STAGE: _set(row.stage, *(row.stages or ())),
                Aspect.SIZE_CLASS: _set(row.size_class),
                Aspect.CERTIFICATION: _set(*(row.certifications or ())),
                Aspect.TECHNOLOGY: frozenset(technologies.get(row.id, ())),
            },
            levels.get(row.id, 0),
            row.verification,
        )
        for row in rows
    }


def _set(*values: str | None) -> frozenset[str]:
    return frozenset(str(value) for value in values if value)


def _technologies() -> dict[int, set[str]]:
    """Of profiles and of valid offers; a part counts for its whole. A need tells what one lacks."""
    found: dict[int, set[str]] = defaultdict(set)
    rows = sa.select(OrganizationTechnology.organization_id, OrganizationTechnology.technology)
    for id_, code in db.session.execute(rows):
        found[id_] |= {code, code.split(".")[0]}
    briefs = sa.select(Brief.organization_id, Brief.technologies).where(
        Brief.valid_on(clock.now().date()), Brief.side == Side.OFFER
    )
    for id_, codes in db.session.execute(briefs):
        found[id_].update(part for code in codes for part in (code, code.split(".")[0]))
    return found


def _levels() -> dict[int, int]:
    """The highest technology readiness level among the valid offers of each."""
    query = (
        sa.select(Brief.organization_id, sa.func.max(Brief.trl))
        .where(Brief.valid_on(clock.now().date()), Brief.side == Side.OFFER, Brief.trl.is_not(None))
        .group_by(Brief.organization_id)
    )
    return {id_: level or 0 for id_, level in db.session.execute(query)}
