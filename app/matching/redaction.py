"""Take what tells who somebody is out of a text, before it is shown to a partner they have not met."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from urllib.parse import urlsplit

_LEGAL = {
    *("pvt", "private", "ltd", "limited", "llc", "llp", "inc", "incorporated", "corp", "corporation"),
    *("co", "company", "plc", "opc", "gmbh"),
    *("प्राइवेट", "प्रा", "लिमिटेड", "लि", "एलएलपी", "कंपनी", "कम्पनी"),
}
_ADDRESS = re.compile(
    r"\S+@\S+|(?:https?://|www\.)\S+|\b[\w-]+(?:\.[\w-]+)*\.(?:com|in|org|net|io|ai|co|us|edu|gov|tech|dev|app|biz|info)\b\S*",
    re.IGNORECASE,
)
_PHONE = re.compile(r"\+?\d[\d ()./-]{7,}\d")
# A short one-word name ("Loop", "Square") is an ordinary word in lower case: it is only taken out as it is spelled.
_SURELY_A_NAME = 8
WITHHELD = "…"
# A legal form left over behind a name that was written with another one.
_LEFT_OVER = re.compile(rf"{WITHHELD}(?:[\s,]+(?:{'|'.join(sorted(_LEGAL))})(?!\w)\.?)+", re.IGNORECASE)


def names_of(name: str, website: str | None) -> list[str]:
    """Spellings that give an organization away: its name, without legal form, run together, and its domain."""
    words = [word for word in re.split(r"[\s,]+", _composed(name).strip()) if word]
    short = [word for word in words if re.sub(r"[.()]", "", word.casefold()) not in _LEGAL]
    address = website or ""
    prefix = "" if "//" in address else "//"
    host = (urlsplit(prefix + address).hostname or "").removeprefix("www.")
    spellings = [
        " ".join(words),
        _composed(name).strip(),
        " ".join(short),
        "".join(short),
        "-".join(short),
        host,
        host.split(".")[0],
    ]
    return [text for text in dict.fromkeys(spellings) if len(text) > 2]


def pattern(names: Iterable[str]) -> re.Pattern[str] | None:
    """What matches any of `names` as whole words, longest first; None when there is none."""
    parts = [_spelled(name) for name in sorted(set(names), key=lambda text: (-len(text), text))]
    return re.compile(r"(?<!\w)(?:" + "|".join(parts) + r")(?!\w)") if parts else None


def _spelled(name: str) -> str:
    words = r"[\s-]+".join(re.escape(word) for word in name.split())
    if " " in name or "." in name or len(name) >= _SURELY_A_NAME:
        return f"(?i:{words})"
    return "|".join(re.escape(form) for form in dict.fromkeys((name, name.upper(), name.title())))


def redacted(text: str, hidden: re.Pattern[str] | None) -> str:
    """`text` without names, web and mail addresses and telephone numbers."""
    text = _composed(text)
    for known in (_ADDRESS, _PHONE, *([hidden] if hidden else [])):
        text = known.sub(WITHHELD, text)
    text = _LEFT_OVER.sub(WITHHELD, text)
    return " ".join(re.sub(rf"(?:{WITHHELD}[\s,;]*)+", f"{WITHHELD} ", text).split()).replace(
        f"{WITHHELD} .", "…."
    )


def _composed(text: str) -> str:
    """One spelling of letters that can be written as one sign or as several."""
    return unicodedata.normalize("NFC", text)


def says_something(text: str) -> bool:
    """Whether words are left."""
    return len(text.replace(WITHHELD, "").strip(" .,;:-")) >= 4


def kept(texts: Sequence[str], hidden: re.Pattern[str] | None) -> list[str]:
    """Those of `texts` that name nobody."""
    return [text for text in texts if redacted(text, hidden) == " ".join(_composed(text).split())]
