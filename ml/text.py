"""Words of profiles: cleaned, tokenized in any script, lightly stemmed, with concepts for known phrases."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

from ml.thesaurus import CONCEPTS

MOST_CHARACTERS = 1500

_UNREADABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]+")
# Indic vowel signs are marks, not letters: they have to be named, or Hindi words fall apart. Both dandas end a sentence.
_WORD = re.compile(r"[^\W_](?:[\w\u0900-\u0963\u0966-\u0dff\u200c\u200d]|(?<=\d)[.](?=\d))*")
_SAYS_NOTHING = re.compile(r"[a-z0-9]|[0-9.]+")
_SENTENCE_END = re.compile(r"(?<=[.!?।;])\s+|\n+|\s[•·]\s")
_FILLER = """
able access based best better build building built business company companies create customer customers
    description develop developed developing development different easy enable enables end ensure etc focus founded
    global good great help helping helps high hindi include includes including india indian industry just key leading
    like ltd limited llc inc look looking make makes making million need needed needs new offer offered offering offers
    people phase platform product products project proposed provide provided provider provides providing
    pvt private quality range require required research result results run runs seek seeking serve service services
    set sme solution solutions startup startups step team technologies technology tool tools unique use used user users
    uses using want way web website work working world year years app application applications applicant based course
    courses institution innovative proposal sbir sttr innovation significant approach demonstrate potential
    organization partner partners partnership support usa united states program programs training university
    include large low small time market process system systems information data design online public capacity school college institute
learning learn learns experience entrepreneurs entrepreneur community idea ideas create creates creating basic introduction
advanced next generation focused focuses invest invests investing investment investments investor investors early stage
venture ventures capital fund funds firm firms international angel angels simple hour hours week weeks weekly month months monthly daily spare students student fast first make things life day
"""
_HINDI_FILLER = """
का की के को में से पर ने तक और या एक यह ये वह वे इस उस इन उन हम आप हमारा हमारी हमारे आपका आपकी आपके अपना अपनी अपने
है हैं था थी थे हो होता होती होते हुआ हुई हुए कर करता करती करते करना करने किया गया गई गए रहा रही रहे जो कि तो भी ही
नहीं लिए साथ द्वारा तथा एवं जैसे कुछ सभी बहुत चाहिए देता देती देते भारत कंपनी काम सेवा सेवाएँ
"""
STOP_WORDS = ENGLISH_STOP_WORDS | frozenset(_FILLER.split()) | frozenset(_HINDI_FILLER.split())


def clean(value: object) -> str:
    """Readable text of a field: no NUL, no lone surrogates, one Unicode form; empty when not text."""
    if not isinstance(value, str):
        return ""
    if value.isascii() and value.isprintable():
        return value.strip()
    return unicodedata.normalize("NFKC", _UNREADABLE.sub(" ", value)).strip()


@lru_cache(maxsize=400_000)
def stem(word: str) -> str:
    """A crude common root, so that "testing", "tests" and "test" meet. Words of other scripts stay whole."""
    if len(word) < 5 or not word.isascii():
        return word[:-1] if len(word) == 4 and word.endswith("s") and not word.endswith("ss") else word
    for ending, instead, least in (
        ("ies", "y", 5),
        ("sses", "ss", 6),
        ("ings", "", 8),
        ("ing", "", 7),
        ("ers", "", 8),
        ("er", "", 8),
        ("ed", "", 7),
        ("es", "", 6),
        ("s", "", 5),
        ("e", "", 6),
    ):
        if word.endswith(ending) and len(word) >= least and not word.endswith(("ss", "us", "is")):
            return word[: -len(ending)] + instead
    return word


def split_words(text: str) -> list[str]:
    """All words of a cleaned text in lower case, in order."""
    return _WORD.findall(text.casefold())


def says_nothing(word: str) -> bool:
    """Whether a word is a single letter or a number."""
    return _SAYS_NOTHING.fullmatch(word) is not None


def words(text: str) -> list[str]:
    """Words of a cleaned text in lower case that carry meaning, in order."""
    return [word for word in split_words(text) if word not in STOP_WORDS and not says_nothing(word)]


def skipped_in_phrases(word: str) -> bool:
    """Whether phrases of the thesaurus are found across this word: "test of batteries" holds "test battery"."""
    return word in ENGLISH_STOP_WORDS


def _phrase(text: str) -> tuple[str, ...]:
    return tuple(stem(word) for word in split_words(text) if not skipped_in_phrases(word))


CONCEPT_OF = {_phrase(phrase): "=" + name for name, phrases in CONCEPTS.items() for phrase in phrases}
LONGEST_PHRASE = max(len(phrase) for phrase in CONCEPT_OF)
_FIRST = frozenset(phrase[0] for phrase in CONCEPT_OF)


def concepts(text: str) -> list[str]:
    """Concept tokens ("=chip packaging") for every phrase of the thesaurus in a cleaned text."""
    roots = _phrase(text)
    found = []
    for start, root in enumerate(roots):
        if root in _FIRST:
            for length in range(LONGEST_PHRASE, 0, -1):
                name = CONCEPT_OF.get(roots[start : start + length])
                if name:
                    found.append(name)
                    break
    return found


def terms(text: str) -> list[str]:
    """What the vectorizer counts: stems of meaningful words, and concepts.

    Examples
    --------
    >>> terms("We run an OSAT test floor")
    ['osat', 'test', 'floor', '=chip packaging and test']
    """
    return [stem(word) for word in words(text)] + concepts(text)


def lines(value: object, most: int = 12, longest: int = 300) -> list[str]:
    """Distinct non-empty lines of a field with one thing a line."""
    found = (" ".join(line.split()).lstrip("-*•· ") for line in clean(value).splitlines())
    return [line[:longest] for line in dict.fromkeys(found) if line][:most]


def sentences(text: str, most: int = 4, longest: int = 300) -> list[str]:
    """The first few sentences of a cleaned text."""
    found = (" ".join(sentence.split()) for sentence in _SENTENCE_END.split(text))
    return [sentence[:longest] for sentence in dict.fromkeys(found) if len(sentence) > 3][:most]
