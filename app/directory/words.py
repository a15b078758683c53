"""Which organizations hold a word, or a part of one, anywhere in their public texts."""

from __future__ import annotations

import re
from array import array
from collections.abc import Mapping, Sequence
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

Rows = NDArray[np.int32]

# Shorter ones are looked for at the beginnings of words only: "ola" is not about solar power.
_WHOLE = 5
_OPENING = "\"'“‘([{<«#@"
# Not all of \W, which has the vowel signs of Indic scripts.
_JOINED = re.compile(r"[-–—/|,;:()&+.·]+")


def parts(text: str) -> set[str]:
    """The words of a folded text, as they are written and as what they are joined of."""
    written = {part for word in text.split() if (part := word.lstrip(_OPENING))}
    return written.union(*(_JOINED.split(part) for part in written if _JOINED.search(part))) - {""}


def holds(text: str, word: str) -> bool:
    """Whether a folded text holds a folded word."""
    if len(word) >= _WHOLE or word not in text:
        return word in text
    # As a part of `parts` begins, without cutting the text up: it is asked of every changed text at every search.
    joined = "" if _JOINED.search(word) else f"|{_JOINED.pattern}+"
    return bool(re.search(rf"(?:(?:^|\s)[{re.escape(_OPENING)}]*+{joined}){re.escape(word)}", text))


class Words:
    """An inverted index: every written word once in one run of bytes, and the rows that hold it."""

    def __init__(self, texts: Sequence[str]) -> None:
        self.size = len(texts)
        place: dict[str, int] = {}
        word, row = array("i"), array("i")
        for at, text in enumerate(texts):
            for part in parts(text):
                word.append(place.setdefault(part, len(place)))
                row.append(at)
        words, rows = np.frombuffer(word, dtype=np.int32), np.frombuffer(row, dtype=np.int32)
        self._rows = rows[np.argsort(words, kind="stable")]
        self._starts = np.concatenate([[0], np.cumsum(np.bincount(words, minlength=len(place)))])
        spelled = [part.encode() for part in place]
        self._bytes = b"\n" + b"\n".join(spelled) + b"\n"
        lengths = np.fromiter((len(one) + 1 for one in spelled), dtype=np.int64, count=len(spelled))
        self._places = np.concatenate([[0], np.cumsum(lengths)])

    @classmethod
    def restored(cls, arrays: Mapping[str, NDArray[Any]]) -> Self:
        """An index from what `arrays` gave."""
        found = cls.__new__(cls)
        found.size = int(arrays["size"])
        found._rows, found._starts, found._places = arrays["rows"], arrays["starts"], arrays["places"]
        found._bytes = arrays["bytes"].tobytes()
        return found

    def arrays(self) -> dict[str, NDArray[Any]]:
        """All of it as plain numbers, to be written to a file."""
        spelled = np.frombuffer(self._bytes, dtype=np.uint8)
        plain = {"rows": self._rows, "starts": self._starts, "places": self._places, "bytes": spelled}
        return plain | {"size": np.array(self.size)}

    def rows_with(self, word: str) -> Rows:
        """Rows that hold a folded word, some more than once."""
        start = b"" if len(word) >= _WHOLE else rb"\n"
        # To the end of the line, so that a word in which it stands twice is met once.
        found = re.finditer(start + re.escape(word.encode()) + rb"[^\n]*", self._bytes)
        offset = 0 if len(word) < _WHOLE else -1
        places = np.fromiter((one.start() + offset for one in found), dtype=np.int64)
        numbers = np.searchsorted(self._places, places, side="right") - 1
        pieces = [self._rows[self._starts[at] : self._starts[at + 1]] for at in numbers.tolist()]
        return np.concatenate(pieces) if pieces else np.empty(0, dtype=np.int32)
