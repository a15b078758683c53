"""The letters accounts write."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from flask_babel import lazy_gettext as _

from app import links
from app.accounts import addresses, queries
from app.accounts.models import User
from app.outbox.models import MailCategory
from app.outbox.rendering import Mail, compose

UNSUBSCRIBABLE = ("digest", "match", "contact")


@dataclass(frozen=True)
class Addressee:
    """Somebody whom we know by address only."""

    email: str
    locale: str
    id: int | None = None
    # What a stranger typed as a name is not sent to an address that is perhaps not theirs.
    name: str = ""


def unsubscribe_link(user: User, category: str) -> str:
    """The address that stops mails of one category, without signing in."""
    return links.absolute("accounts.unsubscribe", category=category, key=user.unsubscribe_key)


def confirm(user: User, token: str) -> Mail:
    """Asks a newly registered person to show that the address is theirs."""
    return compose(
        "accounts/mail/confirm",
        key=_key("confirm", token),
        category=MailCategory.ACCOUNT,
        to=Addressee(user.email, user.locale, user.id),
        subject=_("Confirm your address for Sangam"),
        is_secret=True,
        confirm_url=links.absolute("accounts.confirm", token=token),
    )


def already_registered(user: User) -> Mail:
    """Answers an attempt to register an address that has an account."""
    return compose(
        "accounts/mail/already_registered",
        key=_key("already-registered"),
        category=MailCategory.ACCOUNT,
        to=user,
        subject=_("You already have a Sangam account"),
        sign_in_url=links.absolute("accounts.sign_in"),
        forgot_url=links.absolute("accounts.forgot"),
    )


def reset(to: User | Addressee, token: str) -> Mail:
    """Lets a person choose a new password."""
    return compose(
        "accounts/mail/reset",
        key=_key("reset", token),
        category=MailCategory.ACCOUNT,
        to=to,
        subject=_("Choose a new password for Sangam"),
        is_secret=True,
        reset_url=links.absolute("accounts.reset", token=token),
    )


def change_email_confirm(user: User, new_email: str, token: str) -> Mail:
    """Asks at the new address whether it is theirs."""
    return compose(
        "accounts/mail/change_email_confirm",
        key=_key("change-email", token),
        category=MailCategory.ACCOUNT,
        to=Addressee(new_email, user.locale, user.id),
        subject=_("Confirm your new address for Sangam"),
        is_secret=True,
        confirm_url=links.absolute("accounts.confirm_new_email", token=token),
    )


def change_email_notice(user: User, new_email: str) -> Mail:
    """Tells the present address that another one is to take its place."""
    return compose(
        "accounts/mail/change_email_notice",
        key=_key("change-email-notice"),
        category=MailCategory.ACCOUNT,
        to=user,
        subject=_("Your Sangam address is about to change"),
        new_address=addresses.masked(new_email),
        forgot_url=links.absolute("accounts.forgot"),
    )


def password_changed(user: User) -> Mail:
    """Tells a person that their password is another one now."""
    return compose(
        "accounts/mail/password_changed",
        key=_key("password-changed"),
        category=MailCategory.ACCOUNT,
        to=user,
        subject=_("Your Sangam password was changed"),
        forgot_url=links.absolute("accounts.forgot"),
    )


def _key(letter: str, token: str = "") -> str:
    # Each occasion is its own; of a token the key shows nothing but a piece of its hash.
    return f"{letter}:{queries.token_hash(token)[:24] if token else secrets.token_hex(12)}"
