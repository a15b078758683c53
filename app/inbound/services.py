"""Take mail in, and settle what it says about our own mail."""

from __future__ import annotations

from app import clock
from app.audit import services as audit
from app.db import db
from app.inbound.models import InboundMail, InboundState


def mark_taken(mail: InboundMail) -> None:
    """What it was for has it now; the text need not lie here any longer."""
    mail.state, mail.taken_at, mail.text = InboundState.TAKEN, clock.now(), ""
    audit.record("mail.taken", ("inbound_mail", mail.id))
    db.session.flush()


def mark_refused(mail: InboundMail, why: str) -> None:
    """Nothing is done with it, and a person can see why."""
    mail.state, mail.taken_at, mail.refused_because = InboundState.REFUSED, clock.now(), why[:250]
    audit.record("mail.refused", ("inbound_mail", mail.id), detail={"because": why[:250]})
    db.session.flush()
