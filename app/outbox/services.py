"""Put mail into the outbox, in the caller's transaction. Sending is `app.outbox.delivery`'s work."""

from __future__ import annotations

import sqlalchemy as sa

from app import clock
from app.db import db
from app.outbox.models import Email
from app.outbox.rendering import Mail


def enqueue(mail: Mail) -> Email:
    """Let `mail` wait for the worker; a second mail under the same key is not added."""
    waiting = db.session.scalars(sa.select(Email).where(Email.key == mail.key)).one_or_none()
    if waiting is not None:
        return waiting
    now = clock.now()
    email = Email(
        key=mail.key,
        category=mail.category,
        user_id=mail.user_id,
        to_address=mail.to_address,
        to_name=mail.to_name,
        subject=mail.subject,
        text=mail.text,
        html=mail.html,
        unsubscribe_url=mail.unsubscribe_url,
        is_secret=mail.is_secret,
        message_id=mail.message_id,
        next_attempt_at=now,
        created_at=now,
    )
    db.session.add(email)
    db.session.flush()
    return email
