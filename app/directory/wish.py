"""What a reader asks the directory for, as it stands in an address."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlencode

from app.forms import clean, is_storable
from app.organizations.models import Verification
from app.taxonomy import TECHNOLOGIES, Country, Kind, Stage, region_name
from app.taxonomy.exchange import CooperationType

# In the order of the page. A facet's values in an address: ``kind=sme&kind=startup``, left out: ``not_kind=investor``.
FACETS = (
    "kind",
    "country",
    "region",
    "technology",
    "stage",
    "needs",
    "offers",
    "certification",
    "verification",
)
SORTS = ("best", "name", "newest", "longest")
MOST_WORDS = 8
MOST_CHARACTERS = 100
MOST_VALUES = 40
_LONGEST_VALUE = 80
# They join or part Indic letters on the screen and are typed by few.
_JOINERS = dict.fromkeys(map(ord, "\u200c\u200d"))

# Which values of a facet anybody can mean; of the others, any.
_KNOWN: dict[str, Callable[[str], object]] = {
    "kind": set(Kind).__contains__,
    "country": set(Country).__contains__,
    "region": region_name,
    "technology": lambda value: value.partition(".")[0] in TECHNOLOGIES,
    "stage": set(Stage).__contains__,
    "needs": set(CooperationType).__contains__,
    "offers": set(CooperationType).__contains__,
    "verification": set(Verification).__contains__,
}

Chosen = Mapping[str, tuple[str, ...]]
Address = list[tuple[str, str]]


def folded(text: str) -> str:
    """One spelling for what reads the same: case, width and composition aside."""
    return unicodedata.normalize("NFKC", text).casefold().translate(_JOINERS)


@dataclass(frozen=True)
class Wish:
    """What is looked for: words, and for each facet the values chosen and those left out."""

    text: str = ""
    chosen: Chosen = field(default_factory=dict)
    left_out: Chosen = field(default_factory=dict)
    sort: str = ""

    @classmethod
    def of(cls, asked: Mapping[str, Sequence[str]]) -> Wish:
        """The wish in an address's query, by name. What nobody can mean is left out, so that old addresses work."""
        text = (asked.get("q") or [""])[0][:MOST_CHARACTERS]
        sort = (asked.get("sort") or [""])[0]
        chosen = {facet: _values(facet, asked.get(facet, ())) for facet in FACETS}
        left_out = {facet: _values(facet, asked.get(f"not_{facet}", ())) for facet in FACETS}
        return cls(
            text=clean(text) if is_storable(text) else "",
            chosen={facet: values for facet, values in chosen.items() if values},
            left_out={facet: values for facet, values in left_out.items() if values},
            sort=sort if sort in SORTS else "",
        )

    @classmethod
    def from_query(cls, query: str) -> Wish:
        """The wish of an address's query as text."""
        return cls.of(parse_qs(query, max_num_fields=1000))

    @property
    def words(self) -> list[str]:
        """What must be found, folded."""
        return [word for word in self._all_words() if not word.startswith("-")][:MOST_WORDS]

    @property
    def unwanted_words(self) -> list[str]:
        """What must not be found: words with a minus before them."""
        return [word[1:] for word in self._all_words() if word.startswith("-")][:MOST_WORDS]

    @property
    def need(self) -> str:
        """The words that are wanted, as they were typed."""
        return " ".join(word for word in self.text.split() if not word.startswith("-"))

    def _all_words(self) -> list[str]:
        words = (word.strip("\"'“”‘’()[]{}") for word in folded(self.text).split())
        return [word for word in dict.fromkeys(words) if word.strip("-")]

    @property
    def order(self) -> str:
        """The order asked for; without one the best come first where there are words to judge by."""
        if self.sort and (self.sort != "best" or self.words):
            return self.sort
        return "best" if self.words else "name"

    @property
    def narrows(self) -> bool:
        """Whether it leaves anything out."""
        return bool(self.text or self.chosen or self.left_out)

    def pairs(self, **other: str) -> Address:
        """The address's query as pairs, with `other` in place of what it says of the same."""
        own: Address = [("q", self.text), ("sort", self.sort)]
        for prefix, values in (("", self.chosen), ("not_", self.left_out)):
            own += [(prefix + facet, one) for facet in FACETS for one in values.get(facet, ())]
        kept = [(name, value) for name, value in own if name not in other]
        return [(name, value) for name, value in [*kept, *other.items()] if value]

    def query(self, **other: str) -> str:
        """The same as text."""
        return urlencode(self.pairs(**other))

    def without(self, facet: str, value: str = "") -> Wish:
        """The same wish with a value of a facet dropped, chosen or left out; all of them without `value`."""
        kept = [
            {
                name: tuple(one for one in values if name != facet or (value and one != value))
                for name, values in both.items()
            }
            for both in (self.chosen, self.left_out)
        ]
        chosen, left_out = ({name: values for name, values in both.items() if values} for both in kept)
        return Wish(self.text, chosen, left_out, self.sort)

    def without_words(self) -> Wish:
        """The same wish without its words."""
        return Wish("", self.chosen, self.left_out, self.sort)

    def choosing(self, facet: str, value: str) -> Wish:
        """The same wish with one more value chosen."""
        bare = self.without(facet, value)
        return Wish(self.text, _with(bare.chosen, facet, value), bare.left_out, self.sort)

    def leaving_out(self, facet: str, value: str) -> Wish:
        """The same wish with one more value left out."""
        bare = self.without(facet, value)
        return Wish(self.text, bare.chosen, _with(bare.left_out, facet, value), self.sort)


def _with(values: Chosen, facet: str, value: str) -> Chosen:
    return {**values, facet: (*values.get(facet, ()), value)}


def _values(facet: str, asked: Iterable[str]) -> tuple[str, ...]:
    is_known = _KNOWN.get(facet, bool)
    storable = [value for value in asked if len(value) <= _LONGEST_VALUE and is_storable(value)]
    return tuple(dict.fromkeys(value for value in storable if is_known(value)))[:MOST_VALUES]
