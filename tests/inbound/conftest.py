"""Mail from outside, brought to the app's own door."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from email.message import EmailMessage
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from app import clock
from app.db import db
from app.inbound import taking
from app.inbound.door import Door
from app.inbound.models import InboundMail
from app.outbox import envelope
from app.outbox.models import Email, MailCategory, MailState

HOST = "sangam.example"


def answer(**headers: str) -> EmailMessage:
    """An answer as a person's mail program writes it."""
    letter = EmailMessage()
    for name, value in {
        "From": "Asha Rao <asha@example.org>",
        "To": f"thread+abc@{HOST}",
        "Subject": "Re: Your meeting",
        "Date": "Mon, 23 Nov 2026 10:00:00 +0530",
        "Message-ID": "<answer-1@example.org>",
        **{name.replace("_", "-"): value for name, value in headers.items()},
    }.items():
        if value:
            letter[name] = value
    letter.set_content("Tuesday suits us.\n")
    return letter


@pytest.fixture
def bring(app: Flask) -> Callable[..., str]:
    """Brings one mail: `bring(bytes or message, sender=..., to=...)`; the state it got."""

    def run(raw: bytes | EmailMessage, sender: str = "asha@example.org", to: str = "thread+abc") -> str:
        content = raw if isinstance(raw, bytes) else raw.as_bytes()
        return taking.take(app, content, sender, f"{to}@{HOST}")

    return run


@pytest.fixture
def came(app: Flask) -> Callable[[], list[InboundMail]]:
    """All that is kept, in the order it came."""

    def read() -> list[InboundMail]:
        with app.app_context():
            rows = list(db.session.scalars(sa.select(InboundMail).order_by(InboundMail.id)))
            db.session.expunge_all()
            db.session.rollback()
            return rows

    return read


@pytest.fixture
def sent(world) -> Callable[..., Email]:
    """A mail of ours that was handed over: `sent(to_address=..., user_id=...)`."""
    numbers = iter(range(1, 100))

    def make(**fields: Any) -> Email:
        number, now = next(numbers), clock.now()
        chosen = {
            "key": f"test:{number}",
            "category": MailCategory.DIGEST,
            "to_address": "gone@example.org",
            "subject": "Your week",
            "text": "Text\n",
            "html": "<p>Html</p>",
            "message_id": f"<ours-{number}@sangam.example>",
            "state": MailState.SENT,
            "sent_at": now,
            "next_attempt_at": now,
            "created_at": now,
            **fields,
        }
        return world.add(Email(**chosen))

    return make


@pytest.fixture
def back_to(app: Flask) -> Callable[[Email], str]:
    """The local part that a mail of ours comes back to."""

    def name(email: Email) -> str:
        return envelope.bounce_address(email.id, app.config["SECRET_KEY"], HOST).rpartition("@")[0]

    return name


@pytest.fixture
def door(app: Flask) -> Iterator[Callable[..., int]]:
    """Opens the door on a free port: `door(lmtp=True)`; the port."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    servers: list[asyncio.Server] = []

    async def start(speaks_lmtp: bool) -> asyncio.Server:
        return await loop.create_server(Door(app, speaks_lmtp=speaks_lmtp).connect, "127.0.0.1", 0)

    def run(*, lmtp: bool = False) -> int:
        servers.append(asyncio.run_coroutine_threadsafe(start(lmtp), loop).result(5))
        return int(servers[-1].sockets[0].getsockname()[1])

    yield run

    async def end() -> None:
        for server in servers:
            server.close()
        others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    asyncio.run_coroutine_threadsafe(end(), loop).result(5)
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()
