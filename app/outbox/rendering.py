"""Compose a mail from its templates: MJML to html, and a text twin. Every feature's `emails.py` uses it."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import urlsplit

from flask import current_app, render_template
from flask_babel import force_locale
from mjml import mjml2html

from app import links
from app.outbox.models import MailCategory


class Recipient(Protocol):
    """The person a mail goes to, as far as the outbox needs to know them."""

    @property
    def id(self) -> Any: ...

    @property
    def email(self) -> Any: ...

    @property
    def name(self) -> Any: ...

    @property
    def locale(self) -> Any: ...


@dataclass(frozen=True)
class Mail:
    """A composed mail. `key` names the occasion, like ``introduction:<match>:<user>``; one mail a key."""

    key: str
    category: MailCategory
    user_id: int | None
    to_address: str
    to_name: str
    subject: str
    text: str
    html: str
    message_id: str
    unsubscribe_url: str | None = None
    is_secret: bool = False
    # An iCalendar file that goes with it.
    calendar: str = ""
    reply_to: str | None = None
    in_reply_to: str | None = None
    list_id: str = ""


def compose(
    template: str,
    *,
    key: str,
    category: MailCategory,
    to: Recipient,
    subject: object,
    address: str | None = None,
    unsubscribe_url: str | None = None,
    is_secret: bool = False,
    calendar: str = "",
    reply_to: str | None = None,
    in_reply_to: str | None = None,
    list_id: str = "",
    **context: Any,
) -> Mail:
    """Render ``<template>.txt.jinja`` and ``<template>.mjml.jinja`` for one person, in their language.

    Templates have `recipient`, `subject`, `unsubscribe_url`, `base_url` and `link(endpoint, **values)`, which
    gives full addresses. `address` overrides the person's own (a new address to confirm). `reply_to` is a bare
    address for answers, `in_reply_to` the Message-ID of the mail of ours that this one carries on, `list_id` what
    mail programs sort by (the category's name where it is empty).
    """
    with force_locale(to.locale):
        line = " ".join(str(subject).split())[:250]
        names = {
            "recipient": to,
            "subject": line,
            "unsubscribe_url": unsubscribe_url,
            "base_url": current_app.config["BASE_URL"],
            "link": links.absolute,
            **context,
        }
        text = render_template(f"{template}.txt.jinja", **names)
        html = mjml2html(render_template(f"{template}.mjml.jinja", **names))
    return Mail(
        key=key,
        category=category,
        user_id=to.id,
        to_address=address or to.email,
        to_name=" ".join((to.name or "").split())[:120],
        subject=line,
        text=re.sub(r"\n{3,}", "\n\n", text).strip() + "\n",
        html=html,
        message_id=new_message_id(),
        unsubscribe_url=unsubscribe_url,
        is_secret=is_secret,
        calendar=calendar,
        reply_to=reply_to,
        in_reply_to=in_reply_to,
        list_id=list_id,
    )


def new_message_id() -> str:
    """A fresh RFC 5322 Message-ID under the app's own host name."""
    host = urlsplit(current_app.config["BASE_URL"]).hostname or "localhost"
    return f"<{secrets.token_urlsafe(24)}@{host}>"
