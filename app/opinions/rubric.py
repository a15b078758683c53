"""The scale of opinions, and how far several of them agree: no reads, no writes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations
from statistics import median

from flask_babel import lazy_gettext

LEAST, MOST = 1, 4
# As Gust's groups of angels have it: from "don't invite" to "must invite".
SCALE = {
    1: lazy_gettext("1 – don’t"),
    2: lazy_gettext("2 – rather not"),
    3: lazy_gettext("3 – good"),
    4: lazy_gettext("4 – must"),
}
MOST_CRITERIA = 5
Scores = Mapping[str, int]


# For cases without a program. They are kept as they stand here, whatever language somebody reads.
_DEFAULTS = {
    "real": lazy_gettext("The need is real and current"),
    "complementary": lazy_gettext("The two sides complete each other"),
    "ready": lazy_gettext("Both can act now"),
    "clear": lazy_gettext("Nothing speaks against it"),
}


def criteria_of(written: Sequence[str]) -> list[str]:
    """What to score by: a program's own criteria, or four that fit every case."""
    own = list(dict.fromkeys(text for text in written if text))
    return own[:MOST_CRITERIA] or list(_DEFAULTS)


def words_of(criterion: str) -> str:
    """A criterion as people read it."""
    return str(_DEFAULTS.get(criterion, criterion))


def medians(opinions: Iterable[Scores]) -> dict[str, float]:
    """The median score of each criterion."""
    found: dict[str, list[int]] = {}
    for scores in opinions:
        for criterion, score in scores.items():
            found.setdefault(criterion, []).append(score)
    return {criterion: float(median(scores)) for criterion, scores in found.items()}


def within_one_step(opinions: Iterable[Scores]) -> float | None:
    """Share of pairs of scores for one criterion that are at most one step apart; None when there is no pair."""
    near = pairs = 0
    for values in _units(opinions):
        for one, other in combinations(values, 2):
            pairs += 1
            near += abs(one - other) <= 1
    return near / pairs if pairs else None


def alpha(units: Iterable[Sequence[int]]) -> float | None:
    """Krippendorff's alpha for interval scores: 1 is full agreement, 0 what chance would give.

    After K. Krippendorff, "Computing Krippendorff's Alpha-Reliability" (2011), section D, with squared differences.
    `units` are the scores that several people gave to one thing; a thing with one score says nothing. None when
    there are no two scores for one thing, or all scores are the same.
    """
    together = [list(values) for values in units if len(values) > 1]
    counted = Counter(score for values in together for score in values)
    number = sum(counted.values())
    if number < 2:
        return None
    observed = sum(
        2 * sum((one - other) ** 2 for one, other in combinations(values, 2)) / (len(values) - 1)
        for values in together
    )
    expected = sum(
        counted[one] * counted[other] * (one - other) ** 2 for one in counted for other in counted
    ) / (number - 1)
    return 1 - observed / expected if expected else None


def _units(opinions: Iterable[Scores]) -> list[list[int]]:
    found: dict[str, list[int]] = {}
    for scores in opinions:
        for criterion, score in scores.items():
            found.setdefault(criterion, []).append(score)
    return list(found.values())
