"""Whether two profiles look like one organization, and why. Pure rules; numbers were set by looking at real tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from rapidfuzz import fuzz

from app.organizations import naming
from app.taxonomy import Country, Kind

# From here on a pair is worth a person's time.
THRESHOLD = 0.8
# A course is named "Title — Provider"; its provider says nothing of which course it is.
_COURSE = " — "
_NEAR_WORD = 85
_LONG_NAME, _VERY_LONG_NAME = 10, 12
_LONG_WORD = 5
_WEAK = naming.listed(
    """
    a academy advanced ai american analytics and app applied apps associates bio biosciences biotech
    business capital care center centre co college com communications community company consulting corp data
    design development digital diagnostics education energy engineering enterprise enterprises equity finance
    financial fm for foods foundation fund games global government group health healthcare holdings hq i in india
    industrial industries innovation innovations institute institution interactive international inc investment
    investments io lab laboratories labs learning limited llc ltd management materials media medical mobile net
    network networks of online org partners pharma pharmaceuticals power private pvt research robotics school
    schools science sciences scientific security service services software solutions studio studios system
    systems tech technical technologies technology the therapeutics to training tv uk university us usa venture
    ventures wireless
    """
)
_ROMAN = {
    name: str(at) for at, name in enumerate(("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x"), 1)
}
_CITIES = {
    "bangalore": "bengaluru",
    "bombay": "mumbai",
    "calcutta": "kolkata",
    "gurgaon": "gurugram",
    "madras": "chennai",
    "mangalore": "mangaluru",
    "mysore": "mysuru",
    "new delhi": "delhi",
    "new york city": "new york",
    "poona": "pune",
    "trivandrum": "thiruvananthapuram",
}


class Reason(StrEnum):
    """What two profiles have in common."""

    IDENTIFIER = "identifier"
    DOMAIN = "domain"
    SAME_NAME = "same_name"
    NEAR_NAME = "near_name"
    SAME_PLACE = "same_place"
    SAME_YEAR = "same_year"


class Place(StrEnum):
    """How two places lie to each other."""

    SAME = "same"
    MAYBE = "maybe"
    UNKNOWN = "unknown"
    OTHER = "other"


@dataclass(frozen=True, eq=False)
class Face:
    """What is compared of one profile."""

    id: int
    kind: Kind
    country: Country
    name: str
    name_key: str
    domain: str | None = None
    region: str | None = None
    city: str | None = None
    year: int | None = None

    @property
    def is_course(self) -> bool:
        return self.kind is Kind.SKILL_PROGRAM and _COURSE in self.name

    @cached_property
    def words(self) -> list[str]:
        return self.name_key.split()

    @cached_property
    def compact(self) -> str:
        return self.name_key.replace(" ", "")

    @cached_property
    def core(self) -> str:
        """The telling words of the name, put together."""
        return "".join(word for word in self.words if word not in _WEAK) or self.compact

    @cached_property
    def numbering(self) -> list[str]:
        """Numbers in the name: unit 1 and unit 2 of a firm are two places."""
        return sorted(
            _ROMAN.get(word, word) for word in self.words if word in _ROMAN or any(map(str.isdigit, word))
        )

    @cached_property
    def town(self) -> str:
        city = naming.name_key(self.city or "")
        return _CITIES.get(city, city)


@dataclass(frozen=True)
class Likeness:
    """How likely two profiles are one organization, and why; the weight is no probability."""

    score: float
    reasons: tuple[Reason, ...]


def likeness(one: Face, other: Face, *, shares_identifier: bool = False) -> Likeness:
    """Compare two profiles; what speaks against adds no reason and lowers the score."""
    if shares_identifier:
        return Likeness(1.0, (Reason.IDENTIFIER, *_reasons(one, other)))
    if one.country is not other.country:
        return Likeness(0.0, ())
    score = _score(one, other)
    return Likeness(round(min(0.99, max(0.0, score)), 3), _reasons(one, other) if score > 0 else ())


def _score(one: Face, other: Face) -> float:
    place = place_of(one, other)
    has_domain = one.domain is not None and one.domain == other.domain
    if one.is_course or other.is_course:
        # Courses of one provider share its address: only the whole name tells.
        return 0.85 if one.name_key == other.name_key and one.kind is other.kind else 0.0
    if one.name_key == other.name_key or one.compact == other.compact:
        return _same_name(one, other, place, has_domain)
    nearness = nearness_of(one, other)
    if has_domain:
        return _same_domain(one, other, place, nearness)
    return _near_name(one, other, place, nearness)


def _same_name(one: Face, other: Face, place: Place, has_domain: bool) -> float:
    is_training = Kind.SKILL_PROGRAM in (one.kind, other.kind)
    base = {Place.SAME: 0.95, Place.MAYBE: 0.9, Place.UNKNOWN: 0.86, Place.OTHER: 0.5}[place]
    if has_domain:
        # Schools have many campuses under one address, firms do not.
        base = base if is_training and place is Place.OTHER else max(base, 0.95)
    if one.kind is not other.kind:
        base -= 0.08 if place in (Place.SAME, Place.MAYBE) or has_domain else 0.2
    return base + _years(one, other) + _other_domain(one, other, 0.25)


def _same_domain(one: Face, other: Face, place: Place, nearness: float) -> float:
    """Firms change their name and keep their address; funds lend theirs to their partners, schools to campuses."""
    if Kind.SKILL_PROGRAM in (one.kind, other.kind):
        return 0.85 if nearness >= 0.9 and place in (Place.SAME, Place.MAYBE) else 0.4
    if nearness or _holds(one, other):
        return 0.92 if one.kind is other.kind else 0.85
    if Kind.INVESTOR in (one.kind, other.kind):
        return 0.5
    return {Place.SAME: 0.84, Place.MAYBE: 0.78, Place.UNKNOWN: 0.7, Place.OTHER: 0.6}[place] + _years(
        one, other
    )


def _near_name(one: Face, other: Face, place: Place, nearness: float) -> float:
    if not nearness or place is Place.OTHER:
        return 0.0
    length = min(len(one.core), len(other.core))
    score = (
        0.66 + nearness - 0.8 + (0.05 if length >= _VERY_LONG_NAME else 0.0 if length >= _LONG_NAME else -0.1)
    )
    score += {Place.SAME: 0.0, Place.MAYBE: -0.04}.get(place, -0.12)
    score -= 0.0 if one.kind is other.kind else 0.1
    return score + _years(one, other) * 1.5 + _other_domain(one, other, 0.35)


def nearness_of(one: Face, other: Face) -> float:
    """From 0.8 to 1 when two names differ in spelling or in words that tell nothing, else 0."""
    if one.numbering != other.numbering:
        return 0.0
    if ratio := _compact_ratio(one, other):
        return ratio
    left, matched = list(other.words), []
    extra = []
    for word in one.words:
        found = max(left, key=lambda each: fuzz.ratio(word, each), default="")
        near = _word_ratio(word, found)
        if near:
            left.remove(found)
            matched.append((word, near))
        else:
            extra.append(word)
    extra += left
    if not _is_told(matched) or any(word not in _WEAK for word in extra):
        return 0.0
    if extra and (Kind.SKILL_PROGRAM in (one.kind, other.kind) or one.kind is other.kind is Kind.INVESTOR):
        # A school's next campus; a bank and its venture arm.
        return 0.0
    return max(0.8, min(near for _, near in matched) - 0.08 * len(extra))


def _compact_ratio(one: Face, other: Face) -> float:
    """For names that differ in where words end as well, like Easy Diner and EazyDiner."""
    is_short = min(len(one.compact), len(other.compact)) < 8
    if is_short or len(one.words) == len(other.words) or Kind.SKILL_PROGRAM in (one.kind, other.kind):
        return 0.0
    ratio = fuzz.ratio(one.compact, other.compact)
    return ratio / 100 if ratio >= 96 and one.compact[0] == other.compact[0] else 0.0


def _word_ratio(word: str, other: str) -> float:
    """1 for the same word, less for another spelling of a long one, 0 for another word."""
    if word == other:
        return 1.0
    if min(len(word), len(other)) < _LONG_WORD or word[0] != other[0]:
        return 0.0
    ratio = fuzz.ratio(word, other)
    return ratio / 100 if ratio >= _NEAR_WORD else 0.0


def _is_told(matched: Sequence[tuple[str, float]]) -> bool:
    """Whether words that both names have say which organization it is."""
    telling = [word for word, _ in matched if word not in _WEAK]
    return sum(map(len, telling)) >= 4 or len(matched) >= 3


def _holds(one: Face, other: Face) -> bool:
    """Whether one name is in the other, like Zefo in GoZefo."""
    short, long = sorted((one.core, other.core), key=len)
    return len(short) >= 3 and short in long


def place_of(one: Face, other: Face) -> Place:
    """How the places of two profiles lie to each other, as far as they are known."""
    if one.region and other.region and one.region != other.region:
        return Place.OTHER
    if one.town and other.town:
        return Place.SAME if one.town == other.town else Place.OTHER
    return Place.MAYBE if one.region and one.region == other.region else Place.UNKNOWN


def _years(one: Face, other: Face) -> float:
    if one.year is None or other.year is None:
        return 0.0
    apart = abs(one.year - other.year)
    return 0.08 if apart == 0 else 0.0 if apart <= 2 else -0.1


def _other_domain(one: Face, other: Face, cost: float) -> float:
    """What two different addresses take away; the same word under another ending, like .in and .com, adds."""
    if one.domain is None or other.domain is None or one.domain == other.domain:
        return 0.0
    return 0.08 if one.domain.split(".")[0] == other.domain.split(".")[0] else -cost


def _reasons(one: Face, other: Face) -> tuple[Reason, ...]:
    is_same = one.compact == other.compact
    found = {
        Reason.DOMAIN: one.domain is not None and one.domain == other.domain,
        Reason.SAME_NAME: is_same,
        Reason.NEAR_NAME: not is_same and nearness_of(one, other) > 0,
        Reason.SAME_PLACE: place_of(one, other) in (Place.SAME, Place.MAYBE),
        Reason.SAME_YEAR: one.year is not None and one.year == other.year,
    }
    return tuple(reason for reason, holds in found.items() if holds)
