"""What is new in an answer: without the mail it quotes and without the signature, and never less than what the person wrote.

`mail-parser-reply` knows how mail programs of many languages begin a quote. Where somebody answers between the lines
of what they quote, the whole is kept: cutting there would lose their words.
"""

from __future__ import annotations

import re

from mailparser_reply import EmailReplyParser

_LANGUAGES = ["en", "de", "es", "fr", "it", "nl", "pl", "sv", "da", "ja", "ko", "zh"]
# The library's patterns take long over long texts; of a long line only so much is looked at.
LOOKED_AT, MOST_LOOKED_AT = 500, 20_000
_QUOTED = re.compile(r"^\s*>")
# What begins a quote where the library does not see it: a rule of dashes, our own address.
_BEGINS = (
    re.compile(r"^\s*-{2,}\s*(original message|forwarded message|मूल संदेश|अग्रेषित संदेश)\s*-{2,}", re.IGNORECASE),
    re.compile(r"^\s*on .{0,300}thread\+[0-9.a-f]+@.{0,200}$", re.IGNORECASE),
)
# People write such lines, too: a program's names an address or a year, or stands over quoted lines.
_WROTE = re.compile(r"^.{0,300}(\bwrote|ने लिखा|लिखते हैं|लिखा)\s*:\s*$", re.IGNORECASE)
_NAMED = re.compile(r"@|\b20\d\d\b")
_RULE = re.compile(r"^\s*_{20,}\s*$")
_SUBJECT = re.compile(r"^\s*\*{0,2}(subject|betreff|objet|विषय)\s*:", re.IGNORECASE)
_HEAD = re.compile(
    r"^\s*\*{0,2}(from|sent|date|to|cc|subject|von|gesendet|an|betreff|de|envoyé|à|objet|प्रेषक|भेजा गया|दिनांक|प्रति|विषय)\s*:\*{0,2}",
    re.IGNORECASE,
)
_SENT_FROM = re.compile(
    r"^\s*(sent (from (my|mail|outlook|yahoo|gmail|proton|samsung|zoho)\b|with proton|via (outlook|yahoo)).{0,80}|get outlook for \S.{0,40}|von meinem \S.{0,40} gesendet"
    r"|मेरे \S.{0,40} से भेजा गया।?)\s*$",
    re.IGNORECASE,
)
# Two dashes without the space are a line that people draw between two parts.
_SIGNATURE = re.compile(r"^-- $")


def cut(text: str) -> str:
    """The words of an answer; empty when it says nothing new."""
    lines = [line if line == "-- " else line.rstrip() for line in text.replace("\r\n", "\n").split("\n")]
    if _is_between(lines):
        return _joined(_unsigned(_without_tail(lines)))
    kept = _unsigned(_above_quote(lines))
    text = "\n".join(kept)
    return _joined(kept if len(text) > MOST_LOOKED_AT else _as_library(text, kept))


def _as_library(text: str, kept: list[str]) -> list[str]:
    """What the library leaves, if what it cuts off looks like a mail; else all."""
    seen = EmailReplyParser(languages=_LANGUAGES).parse_reply(text=text) or ""
    rest = text[len(seen) :]
    is_mail = text.startswith(seen) and (_NAMED.search(rest) or re.search(r"^>", rest, re.MULTILINE))
    return seen.split("\n") if seen.strip() and is_mail else kept


def _is_between(lines: list[str]) -> bool:
    """Whether something is said below or between quoted lines."""
    quoted = [at for at, line in enumerate(lines) if _QUOTED.match(line)]
    if not quoted:
        return False
    below = _unsigned([line for line in lines[quoted[0] :] if not _QUOTED.match(line)])
    return any(line.strip() and not _begins(line) and not _wrote(below, at) for at, line in enumerate(below))


def _without_tail(lines: list[str]) -> list[str]:
    """Without the quote at the very end, that nothing was said below."""
    end = len(lines)
    while end and (not lines[end - 1].strip() or _QUOTED.match(lines[end - 1])):
        end -= 1
    return lines[:end]


def _above_quote(lines: list[str]) -> list[str]:
    for at, line in enumerate(lines):
        if _QUOTED.match(line) or _begins(line) or _wrote(lines, at) or _begins_over_two(lines, at):
            return lines[:at]
        first = at + bool(_RULE.match(line))
        if _is_head(lines[first : first + 6]):
            return lines[:at]
    return lines


def _begins(line: str) -> bool:
    return any(pattern.match(line[:LOOKED_AT]) for pattern in _BEGINS)


def _wrote(lines: list[str], at: int) -> bool:
    """Whether "… wrote:" comes from a mail program, not from a person who quotes somebody by hand."""
    line = lines[at][:LOOKED_AT]
    if not _WROTE.match(line):
        return False
    below = next((one for one in lines[at + 1 : at + 4] if one.strip()), "")
    return bool(_NAMED.search(line) or _QUOTED.match(below))


def _begins_over_two(lines: list[str], at: int) -> bool:
    """A line of "On … wrote:" that was broken in two or three."""
    if not re.match(r"\s*(on|am|le|el|il)\s", lines[at][:LOOKED_AT], re.IGNORECASE):
        return False
    joined = (" ".join(lines[at : at + more])[:LOOKED_AT] for more in (2, 3))
    return any(_begins(one) or (_WROTE.match(one) and _NAMED.search(one)) for one in joined)


def _is_head(lines: list[str]) -> bool:
    """Three headers of a mail and a subject, one under the other, as Outlook puts above what it quotes."""
    following = [line[:LOOKED_AT] for line in lines if line.strip()][:5]
    return (
        bool(following and _HEAD.match(following[0]))
        and sum(bool(_HEAD.match(line)) for line in following) >= 3
        and any(_SUBJECT.match(line) for line in following)
    )


def _unsigned(lines: list[str]) -> list[str]:
    """Without what stands below the dashes of a signature, and without a program's own line at the end."""
    for at, line in enumerate(lines):
        if at and _SIGNATURE.match(line):
            lines = lines[:at]
            break
    while lines and (not lines[-1].strip() or _SENT_FROM.match(lines[-1][:LOOKED_AT])):
        lines = lines[:-1]
    return lines


def _joined(lines: list[str]) -> str:
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
