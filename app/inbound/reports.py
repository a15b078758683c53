"""What a mail server or a mailbox reports of a mail of ours: bounces (RFC 3464) and complaints (RFC 5965)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message

from flufl.bounce import all_failures

from app.inbound import plain
from app.outbox.models import BounceKind

_STATUS = re.compile(r"\b([245])\.(\d{1,3})\.(\d{1,3})\b")
_ID = re.compile(r"^message-id:\s*(<[^<>\s]{1,240}>)", re.IGNORECASE | re.MULTILINE)
_SLOPPY = (ValueError, LookupError, AttributeError, TypeError, AssertionError, RecursionError)
# The mailbox is full, the letter too long or not liked: the address itself is good.
_PASSING = ("5.2.2", "5.2.3", "5.3.", "5.4.", "5.5.", "5.6.", "5.7.")


@dataclass(frozen=True)
class Report:
    """What is reported, in its own words, and the Message-ID of the mail it is about. No kind: nothing came back yet."""

    kind: BounceKind | None
    words: str
    message_id: str = ""


def report_of(found: Message) -> Report | None:
    """The report in a mail; None where it is none."""
    blocks = list(_fields(found, "message/feedback-report"))
    if blocks:
        return _complaint(found, blocks)
    blocks = list(_fields(found, "message/delivery-status"))
    if blocks:
        return _bounce(found, blocks)
    return _older_bounce(found)


def _complaint(found: Message, blocks: list[Message]) -> Report:
    kind = _word(blocks, "Feedback-Type")
    is_meant = kind != "not-spam" and bool(kind)
    words = f"complaint: {kind} {_word(blocks, 'User-Agent')}".strip()
    return Report(BounceKind.COMPLAINT if is_meant else None, words[:400], _about(found))


def _bounce(found: Message, blocks: list[Message]) -> Report:
    action, status = _word(blocks, "Action"), _word(blocks, "Status")
    words = plain.line(f"{status} {_word(blocks, 'Diagnostic-Code')}")[:400]
    if not action.startswith(("fail", "error")):
        return Report(None, words or action, _about(found))
    code = _STATUS.search(status)
    is_hard = code is not None and code[1] == "5" and not f"{code[0]}".startswith(_PASSING)
    return Report(BounceKind.HARD if is_hard else BounceKind.SOFT, words or action, _about(found))


def _older_bounce(found: Message) -> Report | None:
    """A bounce in some server's own words, which `flufl.bounce` has collected. They are no grounds for more than a doubt."""
    try:
        passing, final = all_failures(found)
    except _SLOPPY:
        return None
    if not passing and not final:
        return None
    return Report(BounceKind.HARD if final else BounceKind.SOFT, "came back", _about(found))


def _fields(found: Message, kind: str) -> Iterator[Message]:
    """The blocks of fields in the parts of one kind, however they were taken apart."""
    for part in _parts(found):
        if part.get_content_type() != kind:
            continue
        inner = part.get_payload()
        if isinstance(inner, list):
            yield from (one for one in inner if isinstance(one, Message))
        else:
            yield part


def _parts(found: Message, most: int = 20) -> Iterator[Message]:
    inner = found.get_payload()
    if found.get_content_maintype() == "multipart" and isinstance(inner, list):
        yield from (part for part in inner[:most] if isinstance(part, Message))


def _word(blocks: list[Message], name: str) -> str:
    """The first value of a field among the blocks."""
    for block in blocks:
        values = (
            [block]
            if not block.is_multipart()
            else [b for b in block.get_payload() if isinstance(b, Message)]
        )
        for one in values:
            if (value := one.get(name)) is not None:
                return plain.line(plain.clean(str(value)))[:300].lower()
    return ""


def _about(found: Message) -> str:
    """The Message-ID of the mail, or of its headers, that was sent along."""
    for part in _parts(found):
        if part.get_content_type() == "message/rfc822" and part.is_multipart():
            inner = part.get_payload(0)
            if isinstance(inner, Message) and inner.get("Message-ID"):
                return plain.line(plain.clean(str(inner["Message-ID"])))[:250]
        if part.get_content_type() in {"text/rfc822-headers", "message/rfc822-headers", "text/plain"}:
            payload = part.get_payload(decode=True)
            text = plain.decoded(payload, None) if isinstance(payload, bytes) else str(part)
            if lines := _ID.search(text[:20_000]):
                return lines[1]
    return ""
