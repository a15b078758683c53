"""Strangers' bytes and html as plain text that both databases and every page can hold."""

from __future__ import annotations

import re

from inscriptis import get_text

LONGEST_TEXT = 100_000
LONGEST_PAGE = 200_000
# Only what mail is written in: Python knows codecs that take minutes for a hostile text.
_CHARSETS = re.compile(
    r"utf-?8|us-ascii|iso-8859-\d{1,2}|latin-?1|windows-125\d|cp125\d|koi8-[ru]|gb2312|gbk|gb18030|big5"
    r"|euc-jp|euc-kr|shift_jis|iso-2022-jp|utf-16(?:le|be)?",
    re.IGNORECASE,
)
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ufeff\ufffe\uffff]")
_TAGS = re.compile(r"<[^<>]{0,2000}>")
_SLOPPY = (ValueError, LookupError, AttributeError, TypeError, AssertionError, RecursionError)


def decoded(text: bytes, charset: str | None) -> str:
    """Bytes as text; what is not in the charset it claims becomes a replacement mark."""
    chosen = charset if charset and _CHARSETS.fullmatch(charset) else "utf-8"
    return text.decode(chosen, "replace")


def clean(text: str) -> str:
    """Without NUL, other control characters and halves of characters; line ends as ours."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return _CONTROL.sub("", lines).encode("utf-8", "replace").decode("utf-8")


def line(text: str) -> str:
    """One line of it all."""
    return " ".join(text.split())


def shortened(text: str) -> str:
    """As much as a letter has; answers stand at the top, and what they quote below."""
    return text[:LONGEST_TEXT].strip()


def of_html(page: str) -> str:
    """A page as text, laid out roughly as it looks."""
    page = page[:LONGEST_PAGE]
    if not page.strip():
        return ""
    try:
        return clean(get_text(page))
    except _SLOPPY:
        return clean(_TAGS.sub(" ", page))
