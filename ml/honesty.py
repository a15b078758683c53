"""What of a profile's words is its own, so that stuffing gains nothing.

Three things are left out before anything is compared. Words in a row without a single small word between them ("and",
"for", "the") are a list, and a list counts up to its first words only; one longer than anybody writes who means it counts
nothing, and so do tags that are more than anybody has who means them. Sentences that another organization said first
are that organization's, once they are more than a chance phrase: whoever copies a profile has no text but its own, and
where most of the text is copied nobody takes its labels for its own either. All see through characters that nobody sees.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ml.profiles import Profile

# Content words in a row that still count; prose has a small word every six.
LONGEST_LIST = 16
# Of real profiles one in some thousands has a longer list, or more tags.
STUFFED_LIST, STUFFED_TAGS = 40, 20
# Sentences shorter than this are said by chance; sentences of one other organization that are longer together are copied.
LEAST_SENTENCE, LEAST_COPY = 30, 100
# A profile of whose long sentences so much is copied is a copy.
COPY = 0.6

# Sorted digests of sentences, and digests of who said each first; (n,) uint64 both.
Digests = NDArray[np.uint64]
Said = tuple[Digests, Digests]

_UNSEEN = re.compile("[\u00ad\u200b\u200e\u200f\u2060-\u2064\ufeff]+")
_SMALL_TEXT = """
a about all also an and are as at be by can for from has have in into is it its more of on or our that the their they
this to us using was we which who with you your
"""
_SMALL = re.compile(rf"\b(?:{'|'.join(_SMALL_TEXT.split())})\b", re.IGNORECASE)
_IS_SMALL = frozenset(_SMALL_TEXT.split())
_SENTENCE_END = re.compile(r"(?<=[.!?।;])\s+|\n+")
# Short items in a row, small words among them or not.
_ITEMS = re.compile(rf"(?:[^,;|.!?\n]{{1,60}}[,;|]){{{STUFFED_TAGS},}}[^,;|.!?\n]{{0,60}}")
# A stretch without small words that is shorter than this has no long list.
_LEAST_STRETCH = LONGEST_LIST * 5


def without_lists(text: str) -> str:
    """`text` with every list of bare words cut to its first ones, or left out where it is far too long; texts in other scripts stay as they are."""
    if len(text) < _LEAST_STRETCH:
        return text
    if not text.isascii():
        text = _UNSEEN.sub(", ", text)
    if text.count(",") + text.count(";") + text.count("|") >= STUFFED_TAGS:
        text = _ITEMS.sub(" ", text)
    if not _has_list(text):
        return text
    small = [*_SMALL.findall(text), ""]
    return "".join(
        _shortened(stretch) + word for stretch, word in zip(_SMALL.split(text), small, strict=True)
    )


def _has_list(text: str) -> bool:
    """Whether many words come in a row without a small one."""
    run = 0
    for word in text.casefold().split():
        run = 0 if word in _IS_SMALL else run + 1
        if run > LONGEST_LIST:
            return True
    return False


def _shortened(stretch: str) -> str:
    if len(stretch) < _LEAST_STRETCH or sum(letter.isascii() for letter in stretch) < 0.9 * len(stretch):
        return stretch
    found = list(re.finditer(r"\w[\w'&+-]*", stretch))
    if len(found) <= LONGEST_LIST:
        return stretch
    end = found[LONGEST_LIST - 1].end()
    if len(found) > STUFFED_LIST:
        # A sentence or line that ends before is not of the list.
        before = _SENTENCE_END.search(stretch, 0, end)
        end = before.start() if before else 0
    return stretch[:end] + " "


def _sentences(profile: Profile) -> list[str]:
    """Long sentences and lines of a profile, but not its list of tags; none where there is too little to be copied."""
    lines = (*profile.need_lines, *profile.offer_lines)
    if len(profile.about) + sum(map(len, lines)) < LEAST_COPY:
        return []
    tags = ", ".join(profile.tags.values())
    parts = [*_SENTENCE_END.split(profile.about), *lines]
    long = [part.strip() for part in parts if len(part) >= LEAST_SENTENCE and part != tags]
    return list(dict.fromkeys(long)) if sum(map(len, long)) >= LEAST_COPY else []


def _digest(text: str) -> int:
    seen = text if text.isascii() else _UNSEEN.sub("", text)
    folded = " ".join(seen.casefold().split()).encode(errors="replace")
    return int.from_bytes(hashlib.blake2b(folded, digest_size=8).digest())


def own_words(profiles: Sequence[Profile], said: Said | None = None) -> tuple[list[Profile], Said]:
    """Profiles with what counts of their words, in order, and who said which sentence first.

    Parameters
    ----------
    said : as learned before; None to learn it from these profiles, in their order
    """
    sentences = [_sentences(profile) for profile in profiles]
    digests = np.array([_digest(text) for texts in sentences for text in texts], dtype=np.uint64)
    names = np.array([_digest(repr(profile.id)) for profile in profiles], dtype=np.uint64)
    row = np.repeat(np.arange(len(profiles)), [len(texts) for texts in sentences])
    if said is None:
        first, place = np.unique(digests, return_index=True)
        said = first, names[row[place]]
    owners = _owners(digests, names[row], said)
    starts = np.searchsorted(row, np.arange(len(profiles) + 1)).tolist()
    suspects = np.zeros(len(profiles), dtype=bool)
    suspects[row[owners != names[row]]] = True
    honest = []
    for at, profile in enumerate(profiles):
        copied: frozenset[str] = frozenset()
        if suspects[at]:
            theirs = owners[starts[at] : starts[at + 1]].tolist()
            copied = _copied(sentences[at], theirs, int(names[at]))
        honest.append(_honest(profile, sentences[at], copied))
    return honest, said


def _owners(digests: Digests, names: Digests, said: Said) -> Digests:
    """(n,) who said each sentence first; whoever says it now, where nobody did."""
    if not len(said[0]):
        return names
    place = np.minimum(np.searchsorted(said[0], digests), len(said[0]) - 1)
    return np.where(said[0][place] == digests, said[1][place], names)


def _copied(sentences: Sequence[str], owners: Sequence[int], own: int) -> frozenset[str]:
    """Those of a profile's sentences that are another organization's, where they are more than a chance phrase."""
    amounts: Counter[int] = Counter()
    for sentence, owner in zip(sentences, owners, strict=True):
        amounts[owner] += len(sentence)
    copied = {owner for owner, amount in amounts.items() if owner != own and amount >= LEAST_COPY}
    return frozenset(text for text, owner in zip(sentences, owners, strict=True) if owner in copied)


def _honest(profile: Profile, sentences: Sequence[str], copied: frozenset[str]) -> Profile:
    """A profile without its long lists and what it copied, and without labels where they are too many or most is copied."""
    if len(profile.tags) > STUFFED_TAGS:
        profile = _untagged(profile)
    if not copied and len(profile.about) < _LEAST_STRETCH:
        return profile
    tags = ", ".join(profile.tags.values())
    own = profile.about.removesuffix(tags)
    labels = profile.about[len(own) :]
    for sentence in sorted(copied):
        own = own.replace(sentence, " ")
    shorter = without_lists(own)
    if not copied:
        return profile if shorter == own else replace(profile, about=shorter + labels)
    need, offer, about = (
        tuple(line for line in lines if line.strip() not in copied)
        for lines in (profile.need_lines, profile.offer_lines, profile.about_lines)
    )
    honest = replace(profile, about=shorter + labels, need_lines=need, offer_lines=offer, about_lines=about)
    if sum(map(len, copied)) < COPY * sum(map(len, sentences)):
        return honest
    return replace(honest, about=shorter, tags={}, technologies=())


def _untagged(profile: Profile) -> Profile:
    return replace(profile, about=profile.about.removesuffix(", ".join(profile.tags.values())), tags={})
