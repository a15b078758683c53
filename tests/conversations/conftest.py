"""An introduced pair that writes to each other, on the page and by mail."""

from __future__ import annotations

import re
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from app import clock
from app.accounts.models import User
from app.conversations import taking
from app.conversations.models import Message
from app.db import db
from app.inbound import taking as door
from app.inbound.models import InboundMail
from app.introductions.models import Introduction
from app.outbox.models import Email
from tests.introductions.pair import Pair, make_pair
from tests.world import World


@dataclass
class Talk:
    """The pair, and what they do in their conversation."""

    pair: Pair
    app: Flask

    @property
    def url(self) -> str:
        return f"/matches/{self.pair.match.id}/conversation"

    def page(self, who: User) -> str:
        return str(self.pair.browser(who).get(self.url).text)

    def write(self, who: User, text: str, **typed: Any) -> Any:
        """What posting a message on the page answers."""
        return self.pair.browser(who).post(self.url, data={"text": text, **typed})

    def messages(self) -> list[Message]:
        with self.app.app_context():
            return list(db.session.scalars(sa.select(Message).order_by(Message.id)))

    def letters(self, kind: str = "message:") -> list[Email]:
        with self.app.app_context():
            query = sa.select(Email).where(Email.key.startswith(kind)).order_by(Email.id)
            return list(db.session.scalars(query))

    def answer(self, letter: Email, text: str, *, sender: str = "", **headers: str) -> InboundMail:
        """The person answers a letter of ours from their mail program; what became of it."""
        mail = EmailMessage()
        mail["From"] = sender or letter.to_address
        mail["To"] = letter.reply_to
        mail["Subject"] = f"Re: {letter.subject}"
        mail["In-Reply-To"] = letter.message_id
        mail["Message-ID"] = f"<answer-{abs(hash((text, sender)))}@example.org>"
        for name, value in headers.items():
            mail[name.replace("_", "-")] = value
        mail.set_content(text)
        return self.bring(mail.as_bytes(), str(letter.reply_to), sender or letter.to_address)

    def bring(self, raw: bytes, to: str, sender: str) -> InboundMail:
        """A mail is brought to our door and taken; what became of it."""
        door.take(self.app, raw, sender, to)
        with self.app.app_context():
            while taking.take_next(self.app.config["SECRET_KEY"]):
                db.session.commit()
            db.session.rollback()
            return db.session.scalars(sa.select(InboundMail).order_by(InboundMail.id.desc())).first()


@pytest.fixture
def talk(world: World, app: Flask) -> Talk:
    pair = make_pair(world)
    world.add(Introduction(match_id=pair.match.id, at=clock.now()))
    return Talk(pair, app)


def form_key(page: str) -> str:
    """What the form of a page carries, so that it posts once."""
    return re.search(r'name="form_key"[^>]*value="([^"]+)"', page)[1]
