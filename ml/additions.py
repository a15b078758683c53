"""What could be added to one profile: empty fields, and labels that several organizations like it state.

An addition is tried as one or more variants of the profile. A field whose value is not ours to guess (a stage, a ticket,
what somebody needs) is tried with what the nearest like organizations that fill it say there.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from ml import tags, text
from ml.profiles import Profile

# Stand-ins for one empty field: enough for an average, few enough to score.
STAND_INS = 5
# A label is common among like organizations when this share of them, and at least so many, state it.
COMMON, FEWEST = 0.15, 2
# A field with so many entries is full.
FULL = {"technologies": 3, "tags": 6, "needs": 3, "offers": 3, "skills": 6, "certifications": 4}
MOST_LABELS = {"technologies": 6, "tags": 12, "needs": 5, "offers": 5, "skills": 6, "certifications": 4}
# So few different words about itself are hardly a text.
FEW_WORDS = 6

_FIRMS = frozenset({"startup", "sme"})
_CERTIFICATE = re.compile(
    r"\b(?:ISO(?:/IEC)? ?(?:9001|13485|14001|22000|27001|45001|17025)|AS ?9100|IATF ?16949|SOC ?2|FSSC ?22000|HACCP|NABL"
    r"|NADCAP|GMP|CE mark(?:ing)?|FDA 510\(k\)|UL listed|BIS certified|PCI[ -]DSS|HITRUST|CMMI)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Addition:
    """One thing that could be added.

    Attributes
    ----------
    field : name of the field
    suggestion : a label as like organizations write it; "" when the field is empty and what it would say is theirs to say
    variants : the profile with it, in one or several ways
    """

    field: str
    suggestion: str
    variants: tuple[Profile, ...]


def additions_to(profile: Profile, like: Sequence[Profile], alike: int) -> list[Addition]:
    """Everything to try, empty fields first.

    Parameters
    ----------
    like : organizations of the same kind, nearest first: what they say stands in for empty fields
    alike : how many of them are near enough that their labels may be true of this one
    """
    stated = (profile.tags, profile.technologies, profile.need_lines, profile.offer_lines)
    says_something = any(stated) or not _says_little(profile)
    return [*_empty_fields(profile, like), *_labels(profile, like[: alike if says_something else 0])]


def _empty_fields(profile: Profile, like: Sequence[Profile]) -> Iterator[Addition]:
    for field, fills in _FILLS.items():
        if _is_empty(field, profile):
            filled = [one for one in like if not _is_empty(field, one)][:STAND_INS]
            if len(filled) >= FEWEST:
                name = "thesis" if field == "description" and profile.kind == "investor" else field
                yield Addition(name, "", tuple(fills(profile, one) for one in filled))


def _is_empty(field: str, profile: Profile) -> bool:
    if field in ("needs", "offers"):
        return not (profile.need_lines if field == "needs" else profile.offer_lines)
    if field == "stage":
        return profile.kind == "startup" and not profile.stage_levels
    if field == "description":
        return _says_little(profile)
    return profile.kind == "investor" and not _TERMS_OF_MONEY[field](profile)


def _says_little(profile: Profile) -> bool:
    """Whether there is no text, or none in a script most partners read."""
    own = profile.about
    for label in profile.tags.values():
        own = own.replace(label, " ")
    return len({word for word in text.words(own) if word.isascii()}) < FEW_WORDS


_TERMS_OF_MONEY: dict[str, Callable[[Profile], object]] = {
    "stages": lambda profile: profile.stage_levels,
    "ticket": lambda profile: profile.ticket,
    "countries": lambda profile: profile.countries,
}


def _describe(profile: Profile, one: Profile) -> Profile:
    return replace(profile, about=f"{profile.about}\n{one.about}", about_lines=one.about_lines)


def _at_stage(profile: Profile, one: Profile) -> Profile:
    return replace(profile, stages=one.stages, stage_levels=one.stage_levels)


_FILLS: dict[str, Callable[[Profile, Profile], Profile]] = {
    "needs": lambda profile, one: replace(profile, need_lines=one.need_lines),
    "offers": lambda profile, one: _offering(profile, one.offer_lines),
    "description": _describe,
    "stage": _at_stage,
    "stages": _at_stage,
    "ticket": lambda profile, one: replace(profile, ticket=one.ticket, ticket_given=one.ticket_given),
    "countries": lambda profile, one: replace(profile, countries=one.countries),
}


def _offering(profile: Profile, lines: tuple[str, ...]) -> Profile:
    """What is offered is part of what is said about oneself."""
    return replace(
        profile, offer_lines=(*profile.offer_lines, *lines), about="\n".join((profile.about, *lines))
    )


def _with_tag(profile: Profile, label: str) -> Profile:
    return replace(
        profile, tags=profile.tags | {tags.key_of(label): label}, about=f"{profile.about}, {label}"
    )


def _saying(profile: Profile, label: str) -> Profile:
    return replace(profile, about=f"{profile.about}\n{label}", about_lines=(*profile.about_lines, label))


_ADDS: dict[str, Callable[[Profile, str], Profile]] = {
    "technologies": lambda profile, code: replace(profile, technologies=(*profile.technologies, code)),
    "tags": _with_tag,
    "needs": lambda profile, line: replace(profile, need_lines=(*profile.need_lines, line)),
    "offers": lambda profile, line: _offering(profile, (line,)),
    "skills": _saying,
    "certifications": _saying,
}


def _labels(profile: Profile, alike: Sequence[Profile]) -> Iterator[Addition]:
    least = max(FEWEST, COMMON * len(alike))
    for field, add in _ADDS.items():
        own = _stated(field, profile)
        if len(own) >= FULL[field]:
            continue
        counts: Counter[str] = Counter()
        written: dict[str, str] = {}
        for one in alike:
            stated = _stated(field, one)
            counts.update(stated.keys())
            for key, label in stated.items():
                written.setdefault(key, label)
        common = [key for key in counts if counts[key] >= least and key not in own]
        for key in sorted(common, key=lambda key: (-counts[key], key))[: MOST_LABELS[field]]:
            yield Addition(field, written[key], (add(profile, written[key]),))


def _stated(field: str, profile: Profile) -> dict[str, str]:
    """Key to label of what a profile states in a field; for needs and offers the topics of its lines."""
    return {
        "technologies": lambda: {code: code for code in profile.technologies},
        "tags": lambda: {key: label for key, label in profile.tags.items() if key not in tags.AGNOSTIC},
        "needs": lambda: _topics(profile.need_lines),
        "offers": lambda: _topics(profile.offer_lines),
        "skills": lambda: _skills(profile),
        "certifications": lambda: _certificates(profile),
    }[field]()


def _topics(lines: Iterable[str]) -> dict[str, str]:
    """Topics of the thesaurus that lines name."""
    return {topic: topic[1:] for line in lines for topic in text.concepts(line)}


def _skills(profile: Profile) -> dict[str, str]:
    if profile.kind != "skill_program":
        return {}
    return {line.casefold(): line for line in profile.about_lines if len(line.split()) <= 4}


def _certificates(profile: Profile) -> dict[str, str]:
    if profile.kind not in _FIRMS:
        return {}
    found = _CERTIFICATE.findall(profile.about)
    return {re.sub(r"\W", "", name.casefold()): name for name in found}
