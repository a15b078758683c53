"""Letters of conversations: what the other side wrote, and why an answer by mail was not taken."""

from __future__ import annotations

from collections.abc import Iterator

from flask import current_app
from flask_babel import lazy_gettext as _

from app.accounts import emails as accounts
from app.accounts.models import User
from app.conversations import queries, tokens
from app.conversations.models import Message, Thread
from app.introductions import queries as introductions
from app.introductions.sides import Side
from app.outbox import queries as outbox
from app.outbox.models import MailCategory
from app.outbox.rendering import Mail, compose


def posted(message: Message, side: Side) -> Iterator[Mail]:
    """What was written, to each owner and editor of the other side; answering the mail answers the conversation."""
    partner = side.match.partner_of(side.organization)
    for to in introductions.answerers_of([partner.id])[partner.id]:
        if to.wants_contact_mail and to.id != message.author_id:
            yield _posted(message, side, to)


def _posted(message: Message, side: Side, to: User) -> Mail:
    before = queries.latest_of_others(message)
    author = message.author
    return compose(
        "conversations/mail/message",
        key=f"message:{message.id}:{to.id}",
        category=MailCategory.INTRODUCTION,
        to=to,
        subject=_("%(name)s wrote to you", name=side.organization.name),
        unsubscribe_url=accounts.unsubscribe_link(to, "contact"),
        reply_to=address_of(message.thread_id, to),
        in_reply_to=outbox.message_id_of(f"message:{before}:{to.id}") if before else None,
        list_id=f"conversation-{message.thread_id}",
        message=message,
        author=author.display_name if author else side.organization.name,
        organization=side.organization,
        match=side.match,
    )


def address_of(thread_id: int, user: User) -> str:
    """Where this person's answers by mail come."""
    config = current_app.config
    return f"{tokens.local_part(thread_id, user.id, config['SECRET_KEY'])}@{config['SETTINGS'].mail_host}"


def not_taken(thread: Thread, to: User, why: object, day: str) -> Mail:
    """That a mail to the conversation was not taken, and what to do; at most once a day."""
    return compose(
        "conversations/mail/not_taken",
        key=f"message-not-taken:{to.id}:{day}",
        category=MailCategory.INTRODUCTION,
        to=to,
        subject=_("Your answer did not reach the conversation"),
        unsubscribe_url=accounts.unsubscribe_link(to, "contact"),
        why=why,
        match_id=thread.match_id,
    )
