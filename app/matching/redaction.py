"""Take what tells who somebody is out of a text, before it is shown to a partner they have not met."""

from __future__ import annotations

import re
import string
import unicodedata
from collections.abc import Iterable, Sequence
from functools import lru_cache
from urllib.parse import urlsplit

from app.organizations.models import Organization

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
# Words that many names have and that tell of none, beside words of fewer letters than `_LEAST_TELLING`.
_ORDINARY_TEXT = """
the and for our your new one all next first big smart digital global international national world united universal
india indian bharat hind america american usa asia asian pacific atlantic north south east west northern southern
eastern western central bengaluru bangalore mumbai delhi chennai hyderabad pune kolkata california texas york boston
karnataka maharashtra gujarat tamil nadu telangana kerala punjab arizona ohio oregon florida virginia carolina
solution solutions service services system systems technology technologies tech techno device devices lab labs
laboratory laboratories industry industries industrial enterprise enterprises business works work factory factories
product products tool tools machine machines machinery machining equipment instrument instruments component
components part parts assembly process processing control controls automation robotics robot robots
engineering engineers design designs designer research development innovation innovations science sciences scientific
manufacturing manufacturers makers production precision quality advanced applied general modern integrated
group holdings partners partner associates consulting consultants advisors advisory management ventures venture
capital fund funds finance financial invest investment investments investors bank banking payments credit insurance
trading trade traders export exports import imports retail store stores market markets marketplace commerce supply
logistics transport freight shipping delivery mobility motors motor automotive vehicle vehicles electric electrical
electronic electronics power energy solar wind hydro hydrogen battery batteries green clean renewable sustainable
climate carbon environment environmental water waste recycling oil gas petroleum fuel fuels
semiconductor semiconductors chip chips circuit circuits micro nano wafer wafers silicon sensor sensors photonics
optics optical laser quantum packaging materials material metal metals steel alloys polymer polymers plastics glass
ceramics chemical chemicals coatings mining minerals paper textile textiles fabrics fashion apparel leather
software hardware data analytics cloud computing computer computers network networks networking security cyber
internet web online mobile media games gaming studio studios video music news intelligence artificial learning vision
wireless telecom communication communications satellite satellites space aerospace aviation drone drones defence
defense marine naval navigation mapping
health healthcare care medical medicine medicines pharma pharmaceutical pharmaceuticals bio biotech life therapeutics
diagnostics hospital hospitals clinic clinics dental wellness fitness genomics drug
food foods dairy milk farm farms farmers agro agri agriculture agricultural organic seeds crop grain beverages
construction building builders infrastructure cement real estate housing home homes property properties civil
education educational school schools college university institute institution academy training skill skills course
center centre program programme foundation trust society council association government public community social
travel tourism hotel hotels sports pet pets kids women youth
टेक टेक्नोलॉजी इंडिया भारत सोलर सौर ऊर्जा पानी कृषि शिक्षा केंद्र संस्थान उद्योग समूह
"""
_ORDINARY = frozenset(_ORDINARY_TEXT.split())
_AROUND_WORDS = string.punctuation + "“”‘’–—"
_LEAST_TELLING = 3
# A legal form left over behind a name that was written with another one.
_LEFT_OVER = re.compile(rf"{WITHHELD}(?:[\s,]+(?:{'|'.join(sorted(_LEGAL))})(?!\w)\.?)+", re.IGNORECASE)

_RUN = re.compile(rf"(?:{WITHHELD}[\s,;]*)+")


def names_of(name: str, website: str | None) -> list[str]:
    """Spellings that give an organization away: its name, without legal form, run together, each telling word, and its domain."""
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
        *_telling(short),
    ]
    return [text for text in dict.fromkeys(spellings) if len(text) > 2]


def names_of_organization(organization: Organization) -> list[str]:
    """What gives an organization away, in both languages."""
    hindi = names_of(organization.name_hi, None) if organization.name_hi else []
    return names_of(organization.name, organization.website) + hindi


def _telling(words: Sequence[str]) -> list[str]:
    """Those words of a name that few other names have."""
    bare = (word.strip(_AROUND_WORDS).removesuffix("'s").removesuffix("’s") for word in words)
    return [word for word in bare if len(word) >= _LEAST_TELLING and word.casefold() not in _ORDINARY]


def pattern(names: Iterable[str]) -> re.Pattern[str] | None:
    """What matches any of `names` as whole words, longest first; None when there is none."""
    parts = [_spelled(name) for name in sorted(set(names), key=lambda text: (-len(text), text))]
    return _compiled(r"(?<!\w)(?:" + "|".join(parts) + r")(?!\w)") if parts else None


@lru_cache(maxsize=2048)
def _compiled(pattern: str) -> re.Pattern[str]:
    # Half a millisecond each, and a page of matches has twenty; Python's own cache has room for 512 of all kinds.
    return re.compile(pattern)


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
    return " ".join(_RUN.sub(f"{WITHHELD} ", text).split()).replace(f"{WITHHELD} .", "….")


def has_address(text: str) -> bool:
    """Whether a text has a web or mail address or a telephone number."""
    return any(known.search(_composed(text)) for known in (_ADDRESS, _PHONE))


def _composed(text: str) -> str:
    """One spelling of letters that can be written as one sign or as several."""
    return unicodedata.normalize("NFC", text)


def says_something(text: str) -> bool:
    """Whether words are left."""
    return len(text.replace(WITHHELD, "").strip(" .,;:-")) >= 4


def kept(texts: Sequence[str], hidden: re.Pattern[str] | None) -> list[str]:
    """Those of `texts` that name nobody."""
    return [text for text in texts if redacted(text, hidden) == " ".join(_composed(text).split())]
