"""What changes people and their sign-ins."""

from __future__ import annotations

import secrets
from datetime import timedelta

import sqlalchemy as sa
from flask_babel import lazy_gettext as _
from sqlalchemy.exc import IntegrityError

from app import clock
from app.accounts import addresses, emails, passwords, queries, tokens
from app.accounts.models import AccountToken, ApiToken, Role, SignIn, TokenPurpose, User
from app.audit import services as audit
from app.db import db
from app.errors import NotFound, RuleBroken
from app.outbox import services as outbox

SIGN_IN_LASTS = timedelta(days=14)
UNCONFIRMED_LASTS = timedelta(days=7)
TRACES_LAST = timedelta(days=30)
# What to suggest until the person says where they are.
TIME_ZONES = {"en_US": "America/New_York"}
WISHES = {"digest": "wants_digest", "match": "wants_match_mail", "contact": "wants_contact_mail"}


class AddressTaken(RuleBroken):
    """Another confirmed account has this address."""


def _record(action: str, user: User, by: User | None = None, **detail: object) -> None:
    audit.record(f"account.{action}", ("user", user.id), by=by.id if by else None, detail=detail)


def start_sign_in(user: User, browser: str = "") -> str:
    """A new sign-in of `user`; gives the token for the cookie, of which only the hash is kept."""
    token = secrets.token_urlsafe(32)
    now = clock.now()
    row = SignIn(
        user_id=user.id,
        token_hash=queries.token_hash(token),
        browser=browser[:200],
        created_at=now,
        expires_at=now + SIGN_IN_LASTS,
    )
    db.session.add(row)
    db.session.flush()
    _record("signed_in", user, by=user)
    return token


def create_account(
    email: str,
    name: str,
    role: Role,
    password: str | None,
    *,
    time_zone: str = "Asia/Kolkata",
    locale: str = "en_IN",
    confirmed: bool = True,
    is_illustrative: bool = False,
) -> User:
    """An account made by an operator. Raises `AddressTaken`, and `ValueError` for what is no address."""
    user = _find_or_add(addresses.normalized(email), name, locale)
    if user.confirmed_at is not None:
        raise AddressTaken(_("This address already has an account."))
    user.name, user.role, user.locale, user.time_zone = name, role, locale, time_zone
    user.password_hash = passwords.hashed(password) if password else None
    user.confirmed_at = clock.now() if confirmed else None
    user.is_illustrative = is_illustrative
    tokens.end_all(user)
    _record("created", user, role=role.value)
    return user


def _find_or_add(email: str, name: str, locale: str) -> User:
    if found := queries.user_by_email(email):
        return found
    key = secrets.token_urlsafe(32)
    user = User(email=email, name=name, locale=locale, created_at=clock.now(), unsubscribe_key=key)
    try:
        with db.session.begin_nested():
            db.session.add(user)
    except IntegrityError:
        # Somebody registered the same address in the same moment: theirs is the row.
        if (first := queries.user_by_email(email)) is None:
            raise
        return first
    return user


def register(email: str, name: str, locale: str) -> None:
    """Write to the address: a link to confirm, or a word that it has an account. Nobody else learns which."""
    user = _find_or_add(email, name, locale)
    if user.confirmed_at is not None:
        outbox.enqueue(emails.already_registered(user))
        _record("registered_again", user)
        return
    user.name, user.locale, user.time_zone = name, locale, TIME_ZONES.get(locale, "Asia/Kolkata")
    outbox.enqueue(emails.confirm(user, tokens.issue(user, TokenPurpose.CONFIRM_EMAIL)))
    _record("registered", user)


def confirm(token: str, password: str, time_zone: str, locale: str) -> User:
    """The address is theirs: keep the password they chose. Raises `tokens.LinkEnded`."""
    user = tokens.redeem(token, TokenPurpose.CONFIRM_EMAIL).user
    user.password_hash = passwords.hashed(password)
    user.time_zone, user.locale = time_zone, locale
    user.confirmed_at = clock.now()
    tokens.end_all(user)
    _record("confirmed", user, by=user)
    return user


def admit(email: str, password_hash: str, password: str) -> User | None:
    """The person whose `password_hash` was just found right, unless it changed meanwhile."""
    user = queries.user_by_email(email)
    if user is None or not user.is_active or user.password_hash != password_hash:
        return None
    if passwords.is_outdated(password_hash):
        user.password_hash = passwords.hashed(password)
    return user


def ask_reset(email: str, locale: str) -> None:
    """Mail a link to choose a new password, if there is an account; else do the same work and send nothing."""
    user = queries.user_by_email(email)
    if user is None or user.deactivated_at is not None:
        emails.reset(emails.Addressee(email, locale), secrets.token_urlsafe(32))
    elif user.confirmed_at is None:
        outbox.enqueue(emails.confirm(user, tokens.issue(user, TokenPurpose.CONFIRM_EMAIL)))
        _record("confirmation_repeated", user)
    else:
        outbox.enqueue(emails.reset(user, tokens.issue(user, TokenPurpose.RESET_PASSWORD)))
        _record("reset_asked", user)


def reset_password(token: str, password: str) -> User:
    """Set the password of a mailed link's person and end all sign-ins. Raises `tokens.LinkEnded`."""
    user = tokens.redeem(token, TokenPurpose.RESET_PASSWORD).user
    change_password(user, password)
    return user


def change_password(user: User, password: str) -> None:
    """Set a new password; every sign-in, API token and mailed link from before is over."""
    user.password_hash = passwords.hashed(password)
    _end_sign_ins(user)
    _end_api_tokens(user)
    tokens.end_all(user)
    outbox.enqueue(emails.password_changed(user))
    _record("password_changed", user, by=user)


def ask_new_email(user: User, new_email: str) -> None:
    """Write to the new address and tell the old one; who holds a taken address is told so, and only they."""
    holder = queries.user_by_email(new_email)
    if holder is not None and holder.confirmed_at is not None:
        outbox.enqueue(emails.already_registered(holder))
    else:
        token = tokens.issue(user, TokenPurpose.CHANGE_EMAIL, new_email)
        outbox.enqueue(emails.change_email_confirm(user, new_email, token))
    outbox.enqueue(emails.change_email_notice(user, new_email))
    _record("email_change_asked", user, by=user)


def confirm_new_email(token: str) -> User:
    """Let the new address take the old one's place. Raises `tokens.LinkEnded` or `AddressTaken`."""
    redeemed = tokens.redeem(token, TokenPurpose.CHANGE_EMAIL)
    user, new_email = redeemed.user, str(redeemed.new_email)
    holder = queries.user_by_email(new_email)
    try:
        with db.session.begin_nested():
            if holder is not None and holder.confirmed_at is None and not queries.is_referred_to(holder):
                db.session.delete(holder)
                db.session.flush()
            user.email = new_email
    except IntegrityError:
        raise AddressTaken(_("Another account has taken this address meanwhile.")) from None
    # A link to reset the password may still lie in the old mailbox.
    tokens.end_all(user)
    _record("email_changed", user, by=user)
    return user


def save_settings(
    user: User, *, name: str, locale: str, time_zone: str, digest: bool, match: bool, contact: bool
) -> None:
    """Keep what a person chose about themselves."""
    user.name, user.locale, user.time_zone = name, locale, time_zone
    user.wants_digest, user.wants_match_mail, user.wants_contact_mail = digest, match, contact
    _record("settings_saved", user, by=user, digest=digest, match=match, contact=contact)


def choose_language(user: User, locale: str) -> None:
    user.locale = locale
    _record("language_chosen", user, by=user, locale=locale)


def set_wish(user: User, category: str, *, wanted: bool) -> None:
    """Turn one kind of mail on or off; doing it twice is the same as once."""
    if getattr(user, WISHES[category]) == wanted:
        return
    setattr(user, WISHES[category], wanted)
    _record("subscribed" if wanted else "unsubscribed", user, by=user, category=category)


def sign_out(token: str) -> None:
    """End the sign-in of a cookie's token, if it is still live."""
    if (found := queries.sign_in_for(token)) is not None:
        found.ended_at = clock.now()
        _record("signed_out", found.user, by=found.user)


def end_sign_in(user: User, sign_in_id: int) -> None:
    """End one of the person's own sign-ins. Raises `NotFound` for any other."""
    found = next((one for one in queries.sign_ins_of(user) if one.id == sign_in_id), None)
    if found is None:
        raise NotFound
    found.ended_at = clock.now()
    _record("signed_out", user, by=user)


def end_other_sign_ins(user: User, token: str) -> None:
    """End all sign-ins but the one of this cookie's token."""
    _end_sign_ins(user, SignIn.token_hash != queries.token_hash(token))
    _record("signed_out_elsewhere", user, by=user)


def _end_sign_ins(user: User, *those: sa.ColumnElement[bool]) -> None:
    ended = (
        sa.update(SignIn)
        .where(SignIn.user_id == user.id, SignIn.ended_at.is_(None), *those)
        .values(ended_at=clock.now())
    )
    db.session.execute(ended)


def _end_api_tokens(user: User) -> None:
    ended = (
        sa.update(ApiToken)
        .where(ApiToken.user_id == user.id, ApiToken.revoked_at.is_(None))
        .values(revoked_at=clock.now())
    )
    db.session.execute(ended)


def set_role(user: User, role: Role, by: User | None = None) -> None:
    """Give another role; who is signed in must sign in anew."""
    before, user.role = user.role, role
    _end_sign_ins(user)
    _record("role_changed", user, by=by, before=before.value, after=role.value)


def deactivate(user: User, by: User | None = None) -> None:
    """Let nobody sign in to this account any more."""
    user.deactivated_at = clock.now()
    _end_sign_ins(user)
    _end_api_tokens(user)
    tokens.end_all(user)
    _record("deactivated", user, by=by)


def forget_expired() -> None:
    """Delete what has no use any more: dead links, sign-ins long over, registrations nobody confirmed."""
    now = clock.now()
    dead = sa.or_(AccountToken.expires_at < now, AccountToken.used_at.is_not(None))
    over = sa.or_(SignIn.expires_at < now - TRACES_LAST, SignIn.ended_at < now - TRACES_LAST)
    useless = sa.or_(
        ApiToken.expires_at < now - TRACES_LAST,
        ApiToken.revoked_at < now - TRACES_LAST,
    )
    for table, condition in ((AccountToken, dead), (SignIn, over), (ApiToken, useless)):
        db.session.execute(sa.delete(table).where(condition).execution_options(synchronize_session=False))
    for user in queries.never_confirmed_before(now - UNCONFIRMED_LASTS):
        _record("forgotten", user)
        db.session.delete(user)
