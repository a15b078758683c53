"""Finding what to quote: the best need line with its offer line, the words two profiles share, and what links their work."""

from __future__ import annotations

import math

import numpy as np

from ml import fields, tags
from ml.features import Codes, FeatureBuilder, Floats
from ml.lexical import TELLING
from ml.profiles import Profile
from ml.text import stem, terms
from ml.topics import runs_on
from ml.value_chain import GOES_INTO, SEGMENTS

# Cosine of two lines' weighted words from which on a person sees the link.
LEAST_LINE_SIMILARITY = 0.2
# A shared concept tells more than the same weight of chance words around it.
CONCEPT = 2.0
MOST_TERMS = 4
MOST_LINES_KEPT = 200_000
# A field of work in common is named where it is at least this share of what two profiles are about, and a few at most.
LEAST_FIELD, MOST_FIELDS = 0.1, 2

_FIELDS, _WIDER = fields.NAMES, tuple(sorted(set(fields.WIDER)))
_RUNS_ON = runs_on()

Line = tuple[dict[str, float], float]


class Quoter:
    """Quotes for pairs, from the vocabulary of a fitted `FeatureBuilder`; lines are weighed once and kept."""

    def __init__(self, builder: FeatureBuilder) -> None:
        self._idf = dict(
            zip(builder.vectorizer_.get_feature_names_out(), builder.vectorizer_.idf_.tolist(), strict=True)
        )
        self._names = list(self._idf)
        self._most = max(self._idf.values(), default=1.0)
        self._telling = TELLING * self._most
        self._surface = builder.surface_
        self._weighed: dict[str, Line] = {}

    def _weigh(self, line: str) -> Line:
        if line in self._weighed:
            return self._weighed[line]
        if len(self._weighed) >= MOST_LINES_KEPT:
            self._weighed.clear()
        weights = {
            term: self._idf.get(term, self._most) * (CONCEPT if term[0] == "=" else 1) for term in terms(line)
        }
        length = math.sqrt(sum(weight * weight for weight in weights.values()))
        self._weighed[line] = weights, length
        return weights, length

    def _similarity(self, one: Line, other: Line) -> float:
        """Weighted cosine; 0 when only common words are shared."""
        shared = one[0].keys() & other[0].keys()
        if not shared:
            return 0.0
        if len(shared) == 1 and not any(term[0] == "=" or one[0][term] >= self._telling for term in shared):
            return 0.0
        return sum(one[0][term] ** 2 for term in shared) / (one[1] * other[1])

    def line(self, served: Profile, serving: Profile) -> tuple[str, str, float, bool] | None:
        """The need of one best met by the other: (need, offer, similarity, is a written offer), or None."""
        best, found = LEAST_LINE_SIMILARITY, None
        offered = [(line, True) for line in serving.offer_lines] or [
            (line, False) for line in serving.about_lines
        ]
        for need in served.need_lines:
            weighed = self._weigh(need)
            for offer, is_offer in offered:
                similarity = self._similarity(weighed, self._weigh(offer))
                if similarity > best:
                    best, found = similarity, (need, offer, similarity, is_offer)
        return found

    def words(self, shared: list[int], served: Profile, serving: Profile) -> tuple[str, ...]:
        """Shared terms (columns of the vocabulary) as people write them, without those a shared tag already names; empty when they say too little."""
        tagged = {
            stem(word) for key in served.tags.keys() & serving.tags.keys() for word in _tag_words(served, key)
        }
        left = [term for term in (self._names[column] for column in shared) if term not in tagged]
        plain = [term for term in left if term[0] != "="]
        if len(plain) < 2 and not any(self._idf[term] >= self._telling for term in plain):
            return ()
        said = {stem(word) for term in left if term[0] == "=" for word in term[1:].split()}
        left = [term for term in left if term not in said]
        names = [term[1:] if term[0] == "=" else self._surface.get(term, term) for term in left]
        return tuple(dict.fromkeys(names))[:MOST_TERMS]


def _tag_words(profile: Profile, key: str) -> list[str]:
    label = profile.tags[key].casefold()
    return [*label.replace("-", " ").split(), label, tags.key_of(label)]


def shared_fields(one: Codes, other: Codes) -> tuple[str, ...]:
    """Fields of work two profiles are about, strongest first; a wider field where they share no narrower one.

    Parameters
    ----------
    one, other : (f + w,) int8, rows of `Features.fields_codes`
    """
    both = one.astype(np.float32) * other
    total = float(np.sqrt((one.astype(np.float32) ** 2).sum() * (other.astype(np.float32) ** 2).sum()))
    narrow = _strongest(both[: len(_FIELDS)], _FIELDS, LEAST_FIELD * total)
    return narrow or _strongest(both[len(_FIELDS) :], _WIDER, LEAST_FIELD * total)


def _strongest(values: Floats, names: tuple[str, ...], least: float) -> tuple[str, ...]:
    order = np.argsort(-values, kind="stable")[:MOST_FIELDS].tolist()
    return tuple(names[at] for at in order if values[at] > 0 and values[at] >= least)


def taught_field(program: Codes, firm: Codes) -> tuple[str, str] | None:
    """(field taught, field of work that runs on it) that count most, or None; rows of `Features.fields_codes`."""
    narrow = slice(0, len(_FIELDS))
    return _linked(firm[narrow], program[narrow], _RUNS_ON, _FIELDS, backward=True)


def chain_link(making: Codes, using: Codes) -> tuple[str, str] | None:
    """(segment whose product goes in, segment it goes into) that count most, or None; rows of `Features.chain_codes`."""
    return _linked(making, using, GOES_INTO, SEGMENTS)


def _linked(
    one: Codes, other: Codes, table: Floats, names: tuple[str, ...], *, backward: bool = False
) -> tuple[str, str] | None:
    """The names of the strongest cell of `table` between two rows; with `backward` the column's name first."""
    strength = one.astype(np.float32)[:, None] * table * other.astype(np.float32)
    row, column = divmod(int(strength.argmax()), len(names))
    if strength[row, column] <= 0:
        return None
    return (names[column], names[row]) if backward else (names[row], names[column])
