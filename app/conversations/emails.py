"""Letters of conversations: what the other side wrote, and why an answer by mail was not taken."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from flask import current_app
from flask_babel import lazy_gettext as _

from app import links
from app.accounts import emails as accounts
from app.accounts.models import User
from app.conversations import queries, tokens
from app.conversations.models import Message, Thread
from app.conversations.team_queries import Seat
from app.introductions import queries as introductions
from app.introductions.sides import Side
from app.organizations.models import Organization
from app.outbox import queries as outbox
from app.outbox.models import MailCategory
from app.outbox.rendering import Mail, compose


def posted(message: Message, side: Side) -> Iterator[Mail]:
    """What was written, to each owner and editor of the other side; answering the mail answers the conversation."""
    partner = side.match.partner_of(side.organization)
    name = side.organization.name
    reason = _("You get this letter because you were introduced to %(name)s at Sangam.", name=name)
    yield from _posted(message, [partner.id], _("%(name)s wrote to you", name=name), reason)


def posted_in_team(message: Message, seat: Seat, to_ids: Collection[int]) -> Iterator[Mail]:
    """The same to the other organizations of a team."""
    title = seat.thread.title
    subject = _("%(name)s wrote in “%(title)s”", name=seat.organization.name, title=title)
    reason = _("You get this letter because your organization joined “%(title)s” at Sangam.", title=title)
    yield from _posted(message, to_ids, subject, reason)


def invited(thread: Thread, starter: Organization, partner: Organization) -> Iterator[Mail]:
    """That a partner asks an organization into a team, to each of its owners and editors."""
    for to in introductions.answerers_of([partner.id])[partner.id]:
        if to.wants_contact_mail:
            yield compose(
                "conversations/mail/invited",
                key=f"team:{thread.id}:{partner.id}:{to.id}",
                category=MailCategory.INTRODUCTION,
                to=to,
                subject=_("%(name)s asks you into a team", name=starter.name),
                unsubscribe_url=accounts.unsubscribe_link(to, "contact"),
                thread=thread,
                starter=starter,
                organization=partner,
            )


def _posted(message: Message, to_ids: Collection[int], subject: object, reason: object) -> Iterator[Mail]:
    before = queries.latest_of_others(message)
    author = message.author
    heard = introductions.answerers_of(to_ids)
    # Who sits in two of the organizations gets it once.
    for to in {user.id: user for users in heard.values() for user in users}.values():
        if not to.wants_contact_mail or to.id == message.author_id:
            continue
        yield compose(
            "conversations/mail/message",
            key=f"message:{message.id}:{to.id}",
            category=MailCategory.INTRODUCTION,
            to=to,
            subject=subject,
            unsubscribe_url=accounts.unsubscribe_link(to, "contact"),
            reply_to=address_of(message.thread_id, to),
            in_reply_to=outbox.message_id_of(f"message:{before}:{to.id}") if before else None,
            list_id=f"conversation-{message.thread_id}",
            message=message,
            author=author.display_name if author else message.organization.name,
            organization=message.organization,
            page=page_of(message.thread),
            reason=reason,
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
        page=page_of(thread),
    )


def page_of(thread: Thread) -> str:
    """Where a thread is read and written in."""
    if thread.match_id is None:
        return links.absolute("teams.show", thread_id=thread.id)
    return links.absolute("conversations.show", match_id=thread.match_id)
