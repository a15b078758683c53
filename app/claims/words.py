"""Claims and verifications in words."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask_babel import format_timedelta
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app import clock
from app.claims import fading
from app.claims.models import Claim, Proof, Source, Subject
from app.money import format_money
from app.organizations.models import Verification
from app.taxonomy import SizeClass, label

SUBJECTS: dict[Subject, Any] = {
    Subject.CERTIFICATE: _l("Certificate"),
    Subject.TRL: _l("Technology readiness level"),
    Subject.CAPACITY: _l("Capacity"),
    Subject.TICKET: _l("Ticket"),
    Subject.SEATS: _l("Seats"),
    Subject.SIZE: _l("Size class"),
}
SOURCES: dict[Source, Any] = {
    Source.SELF: _l("Our own word"),
    Source.DOCUMENT: _l("A document"),
    Source.REGISTER: _l("A public register"),
    Source.THIRD_PARTY: _l("Somebody else who knows"),
}
PROOFS: dict[Proof, Any] = {
    Proof.DOCUMENT_SEEN: _l("Document seen"),
    Proof.CONFIRMED: _l("Confirmed"),
}
LEVELS: dict[Verification, Any] = {
    Verification.UNVERIFIED: _l("Not checked yet"),
    Verification.EMAIL_DOMAIN: _l("E-mail domain confirmed"),
    Verification.FORMAT: _l("Number has the right form"),
    Verification.DOCUMENT_SEEN: _l("Document seen"),
    Verification.CONFIRMED: _l("Confirmed"),
}
_SIZES = {size.value: size for size in SizeClass}


def value_of(claim: Claim) -> str:
    """What is claimed, as a person reads it."""
    if claim.subject is Subject.TICKET:
        return _ticket(claim.value)
    if claim.subject is Subject.SIZE:
        return str(label(_SIZES[claim.value])) if claim.value in _SIZES else claim.value
    if claim.subject is Subject.TRL:
        return _("TRL %(level)s", level=claim.value)
    return claim.value


def _ticket(value: str) -> str:
    lowest, highest, currency = value.split()
    texts = [format_money(int(one), currency) if one != "-" else "" for one in (lowest, highest)]
    if all(texts):
        return _("%(least)s to %(most)s", least=texts[0], most=texts[1])
    return _("from %(least)s", least=texts[0]) if texts[0] else _("up to %(most)s", most=texts[1])


def age_of(claim: Claim) -> str:
    """When it was last said, and whether it counts for less by now."""
    now = clock.now()
    if fading.has_ended(claim, now):
        return _("Its validity has ended; it counts no more")
    said = _said(claim, now)
    if not fading.counts(claim, now):
        return _("%(said)s; too old to count in matching", said=said)
    if fading.weight(claim, now) <= 0.5:
        return _("%(said)s; counts less by now", said=said)
    return said


def _said(claim: Claim, now: datetime) -> str:
    was_asked = claim.confirmed_at > claim.stated_at
    if (now - claim.confirmed_at).days < 1:
        return _("Said today to be still true") if was_asked else _("Stated today")
    ago = format_timedelta(claim.confirmed_at - now, add_direction=True, granularity="day", threshold=1.2)
    return _("Said %(ago)s to be still true", ago=ago) if was_asked else _("Stated %(ago)s", ago=ago)


def subject_of(claim: Claim) -> str:
    return str(SUBJECTS[claim.subject])


def source_of(claim: Claim) -> str:
    return str(SOURCES[claim.source])


def proof_of(claim: Claim) -> str:
    """What a verifier did; empty where nobody has looked."""
    return str(PROOFS[claim.proof]) if claim.proof else ""


def level_of(level: Verification) -> str:
    return str(LEVELS[level])
