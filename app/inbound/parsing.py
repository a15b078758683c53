"""From the bytes of a mail to plain words. Whatever strangers send: it never raises, and its cost has bounds.

The `compat32` policy is used on purpose: the newer one parses headers when they are read and raises for bad ones.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.header import decode_header
from email.message import Message
from email.parser import BytesParser
from email.policy import compat32
from email.utils import getaddresses

from app.inbound import plain
from app.inbound.reports import Report, report_of

LONGEST_MAIL = 10 * 1024 * 1024
# The words come first; what is behind this are files.
READ_BYTES = 1024 * 1024
READ_LINES = 20_000
MOST_HEADERS = 500
DEEPEST = 30
MOST_PARTS = 100
LONGEST_HEADER = 2000
# Reading addresses in addresses costs the square of their length.
LONGEST_SENDER = 500
_NESTING = re.compile(rb"^content-type:\s*(?:multipart|message)/", re.IGNORECASE | re.MULTILINE)
_ID = re.compile(r"<[^<>\s]{1,240}>")
_ADDRESS = re.compile(r"[^@\s<>,;:\"\\]{1,64}@[a-z0-9.-]{1,253}")
_VERDICT = re.compile(r"\b(spf|dkim|dmarc)\s*=\s*([a-z]{1,20})", re.IGNORECASE)
_AUTOMATIC = ("X-Autoreply", "X-Autorespond", "X-Auto-Reply", "List-Id", "List-Post", "List-Unsubscribe")
_SLOPPY = (ValueError, LookupError, AttributeError, TypeError, AssertionError, RecursionError)


@dataclass(frozen=True)
class Letter:
    """What a mail says, in bounded plain words. `from_address` is empty where it is not one clear address."""

    message_id: str = ""
    from_address: str = ""
    subject: str = ""
    date: str = ""
    text: str = ""
    in_reply_to: str = ""
    references: str = ""
    files: int = 0
    is_automatic: bool = False
    loop_marks: tuple[str, ...] = ()
    hops: int = 0
    verdicts: dict[str, str] = field(default_factory=dict)
    report: Report | None = None
    # Why it cannot be read, where it cannot.
    fault: str = ""


def read(raw: bytes, authserv_id: str = "") -> Letter:
    """The letter in `raw`. Verdicts are believed only from the header that our own server `authserv_id` wrote."""
    raw = _bounded(raw)
    if len(_NESTING.findall(raw)) > DEEPEST:
        return Letter(fault="too many parts in parts")
    if raw.partition(b"\n\n")[0].count(b"\n") > MOST_HEADERS:
        return Letter(fault="too many headers")
    try:
        return _letter(BytesParser(policy=compat32).parsebytes(raw), authserv_id)
    except _SLOPPY as error:
        return Letter(fault=f"not to be read: {type(error).__name__}")


def _bounded(raw: bytes) -> bytes:
    lines = raw[:READ_BYTES].replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n", READ_LINES)
    return b"\n".join(lines[:READ_LINES])


def _letter(found: Message, authserv_id: str) -> Letter:
    text, files = _content(found)
    return Letter(
        message_id=(_ids(found, "Message-ID") or [""])[0][:250],
        from_address=_sender(found),
        subject=plain.line(header(found, "Subject"))[:250],
        date=header(found, "Date")[:80],
        text=text,
        in_reply_to=(_ids(found, "In-Reply-To") or [""])[0][:250],
        references=" ".join(_ids(found, "References")[-20:]),
        files=files,
        is_automatic=_is_automatic(found),
        loop_marks=tuple(plain.line(str(mark))[:250].lower() for mark in found.get_all("X-Sangam-Loop", [])),
        hops=len(found.get_all("Received", [])),
        verdicts=_verdicts(found, authserv_id),
        report=report_of(found),
    )


def header(found: Message, name: str) -> str:
    """A header's words, decoded where they are encoded, without what does not belong into one."""
    raw = str(found.get(name, ""))[:LONGEST_HEADER]
    try:
        pieces = decode_header(raw)
    except _SLOPPY:
        return plain.clean(raw)
    words = [piece if isinstance(piece, str) else plain.decoded(piece, charset) for piece, charset in pieces]
    return plain.clean("".join(words))


def _ids(found: Message, name: str) -> list[str]:
    return [one for one in _ID.findall(plain.clean(str(found.get(name, ""))[:8000])) if one.isascii()]


def _sender(found: Message) -> str:
    """The one address of the one From header; empty where there are none or several."""
    given = [str(value)[:LONGEST_SENDER] for value in found.get_all("From", [])]
    if len(given) != 1:
        return ""
    addresses = [address.strip().lower() for _, address in getaddresses(given)]
    if len(addresses) != 1 or len(addresses[0]) > 320 or not _ADDRESS.fullmatch(addresses[0]):
        return ""
    return addresses[0]


def _is_automatic(found: Message) -> bool:
    """Whether a program wrote it (RFC 3834), or a list passed it on."""
    submitted = str(found.get("Auto-Submitted", "no")).strip().lower()
    precedence = str(found.get("Precedence", "")).strip().lower()
    return (
        not submitted.startswith("no")
        or precedence in {"bulk", "junk", "list", "auto_reply"}
        or any(found.get(name) is not None for name in _AUTOMATIC)
        or found.get_content_type() == "multipart/report"
    )


def _verdicts(found: Message, authserv_id: str) -> dict[str, str]:
    """From the topmost Authentication-Results, if our own server wrote it: those below may be anybody's."""
    written = plain.clean(str(found.get("Authentication-Results", ""))[:LONGEST_HEADER])
    server, _, results = written.partition(";")
    if not authserv_id or server.strip().lower().split(" ")[0] != authserv_id.lower():
        return {}
    verdicts: dict[str, str] = {}
    for method, word in _VERDICT.findall(re.sub(r"\([^()]*\)", "", results)):
        if verdicts.get(method.lower()) != "pass":
            verdicts[method.lower()] = word.lower()
    return verdicts


def _content(found: Message) -> tuple[str, int]:
    """The letter's own words, and how many files came along."""
    texts: list[str] = []
    pages: list[str] = []
    files = 0
    for part in _leaves(found):
        kind = part.get_content_type()
        if kind not in {"text/plain", "text/html"} or _is_file(part):
            files += kind not in {"message/delivery-status", "message/feedback-report"}
        elif kind == "text/plain":
            texts.append(_text(part))
        else:
            pages.append(_text(part))
    words = "\n\n".join(text for text in texts if text.strip())
    return plain.shortened(words or plain.of_html("\n".join(pages))), files


def _leaves(found: Message) -> Iterator[Message]:
    """The parts that hold something, without those of a mail that was sent along."""
    left = [found]
    for _ in range(MOST_PARTS):
        if not left:
            return
        part = left.pop(0)
        inner = part.get_payload()
        if part.get_content_maintype() == "multipart" and isinstance(inner, list):
            left[:0] = [one for one in inner if isinstance(one, Message)]
        else:
            yield part


def _is_file(part: Message) -> bool:
    return str(part.get("Content-Disposition", "")).strip().lower().startswith("attachment") or bool(
        part.get_filename()
    )


def _text(part: Message) -> str:
    payload = part.get_payload(decode=True)
    charset = part.get_content_charset() if payload else None
    return plain.clean(plain.decoded(payload, charset)) if isinstance(payload, bytes) else ""
