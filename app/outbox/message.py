"""From a row of the outbox to an RFC 5322 message. Apart from `rendering`, which knows templates and no wire."""

from __future__ import annotations

import re
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import format_datetime, parseaddr
from typing import Any

from app.outbox import bars
from app.outbox.models import Email

# The standard policy turns a long word into an encoded-word, which no mail program reads as an address.
UNFOLDED = {"list-unsubscribe", "message-id", "in-reply-to", "references", "list-id"}


class MailPolicy(EmailPolicy):
    """SMTP's line ends and lengths, 7-bit bodies, and addresses in headers left whole."""

    def fold(self, name: str, value: Any) -> str:
        if name.lower() in UNFOLDED:
            return f"{name}: {value}{self.linesep}"
        return super().fold(name, value)

    def fold_binary(self, name: str, value: Any) -> bytes:
        if name.lower() in UNFOLDED:
            return self.fold(name, value).encode("ascii")
        return super().fold_binary(name, value)


POLICY = MailPolicy(linesep="\r\n", cte_type="7bit")


def message(email: Email, sender: str, host: str = "") -> EmailMessage:
    """The message for one row; every attempt carries the same Message-ID and Date. `host` is where answers come in.

    Raises `ValueError` for a row that no message can be made of, such as an address with a line break.
    """
    letter = EmailMessage(policy=POLICY)
    letter["From"] = _address(*parseaddr(sender))
    letter["To"] = _address(email.to_name, email.to_address)
    if email.reply_to:
        letter["Reply-To"] = _address("", email.reply_to)
    letter["Subject"] = _one_line(email.subject)
    letter["Date"] = format_datetime(email.created_at)
    letter["Message-ID"] = email.message_id
    if email.in_reply_to:
        letter["In-Reply-To"] = email.in_reply_to
        letter["References"] = email.in_reply_to
    letter["List-Id"] = f"<{_list_id(email)}>"
    letter["Auto-Submitted"] = "auto-generated"
    # Exchange answers nothing to it, and our own door knows it when it comes back.
    letter["X-Auto-Response-Suppress"] = "All"
    letter["X-Sangam-Loop"] = host or _host(email.message_id)
    letter["Feedback-ID"] = f"{_kind(email.key)}:{email.category.value}:sangam"
    if email.unsubscribe_url:
        letter["List-Unsubscribe"] = f"<{email.unsubscribe_url}>"
        letter["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    letter.set_content(email.text)
    letter.add_alternative(email.html, subtype="html")
    _add_pictures(letter, email.html)
    if email.calendar:
        _add_calendar(letter, email.calendar)
    return letter


def _add_pictures(letter: EmailMessage, html: str) -> None:
    for content_id, picture in bars.pictures_in(html).items():
        page: Any = letter.get_body(("html",))
        page.add_related(
            picture, "image", "png", cid=f"<{content_id}>", filename="bars.png", disposition="inline"
        )


def _add_calendar(letter: EmailMessage, calendar: str) -> None:
    """As a further form of the letter, which mail programs offer to answer, and as a file for those that do not."""
    method = next(
        (line.partition(":")[2] for line in calendar.splitlines() if line.startswith("METHOD:")), "PUBLISH"
    )
    letter.add_alternative(calendar, subtype="calendar", params={"method": method, "name": "meeting.ics"})
    letter.add_attachment(calendar, subtype="calendar", filename="meeting.ics", params={"method": method})


def _address(name: str, address: str) -> Address:
    return Address(display_name=_one_line(name), addr_spec=address)


def _kind(key: str) -> str:
    """The kind of letter, from the name of its occasion: mailbox providers report complaints by it."""
    return re.sub(r"[^a-z-]+", "-", key.partition(":")[0].lower()).strip("-")[:40] or "letter"


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _list_id(email: Email) -> str:
    """In the form ``name.host`` that RFC 2919 asks for."""
    name = re.sub(r"[^a-z0-9.-]+", "-", (email.list_id or email.category.value).lower()).strip("-.")
    host = _host(email.message_id)
    return name if name.endswith(f".{host}") else f"{name}.{host}"


def _host(message_id: str) -> str:
    return message_id.rpartition("@")[2].rstrip(">")
