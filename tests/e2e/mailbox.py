"""Two ways to read the mail a site sent: the folder it writes to in development, and a real SMTP server."""

from __future__ import annotations

import email
import email.policy
import re
import time
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path
from typing import Protocol

from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Message

from tests.e2e.site import free_port


class Mailbox(Protocol):
    def messages(self) -> Iterator[EmailMessage]: ...


class FolderMailbox:
    """Mails written as .eml files."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def messages(self) -> Iterator[EmailMessage]:
        for path in sorted(self.folder.glob("*.eml")):
            yield email.message_from_bytes(path.read_bytes(), policy=email.policy.default)  # type: ignore[misc]


class SmtpMailbox:
    """An SMTP server on loopback that keeps what it is given."""

    def __init__(self) -> None:
        self.kept: list[EmailMessage] = []
        keep = self.kept.append

        class Keep(Message):
            def handle_message(self, message: EmailMessage) -> None:
                keep(message)

        def parse(raw: bytes) -> EmailMessage:
            return email.message_from_bytes(raw, policy=email.policy.default)  # type: ignore[return-value]

        handler = Keep()
        handler.prepare_message = lambda _session, envelope: parse(envelope.content)  # type: ignore[method-assign]
        self.port = free_port()
        self.controller = Controller(handler, hostname="127.0.0.1", port=self.port)
        self.controller.start()

    def messages(self) -> Iterator[EmailMessage]:
        yield from list(self.kept)

    def stop(self) -> None:
        self.controller.stop()


def wait_for(mailbox: Mailbox, address: str, subject: str, seconds: float = 60) -> EmailMessage:
    """The newest mail to `address` whose subject matches; waits for the worker to send it."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = [
            m for m in mailbox.messages() if address in str(m["To"]) and re.search(subject, str(m["Subject"]))
        ]
        if found:
            return found[-1]
        time.sleep(0.3)
    seen = [(str(m["To"]), str(m["Subject"])) for m in mailbox.messages()]
    raise AssertionError(f"no mail to {address} about {subject!r}; there are {seen}")


def text_of(message: EmailMessage) -> str:
    body = message.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def first_link(message: EmailMessage, part: str) -> str:
    """The first address in the text whose path contains `part`."""
    links = [link for link in re.findall(r"https?://[^\s<>\"]+", text_of(message)) if part in link]
    assert links, text_of(message)
    return links[0]
