"""Which addresses are ours to take mail for."""

from __future__ import annotations

import re
from collections.abc import Mapping
from email.utils import parseaddr
from typing import Any

from app.errors import RuleBroken
from app.inbound.services import House
from app.outbox import envelope

# RFC 5321 and RFC 2142 ask for the first two; complaints come to the others.
_KEPT = {"postmaster", "abuse", "complaints"}
_THREAD = re.compile(r"thread\+[A-Za-z0-9._=-]{1,57}")


class NotOurs(RuleBroken):
    """No address of ours; the text is the answer to the server that brings it."""


def house_of(config: Mapping[str, Any]) -> House:
    """The settings by which we know our own."""
    sender = parseaddr(config["SETTINGS"].mail_from)[1].rpartition("@")[0].lower()
    return House(domain=config["SETTINGS"].mail_host, secret=config["SECRET_KEY"], sender=sender)


def local_part_for(address: str, envelope_from: str, house: House) -> str:
    """The local part of an address of ours.

    Raises `NotOurs` for others' domains and for names that nobody reads.
    """
    local_part, _, domain = address.strip().strip("<>").rpartition("@")
    if domain.lower().rstrip(".") != house.domain:
        raise NotOurs("550 5.7.1 We take mail for our own addresses only")
    name = local_part.lower()
    if name in _KEPT or envelope.bounced_id(name, house.secret) is not None:
        return name
    if _THREAD.fullmatch(local_part[:6].lower() + local_part[6:]):
        return name[:6] + local_part[6:]
    if name == house.sender:
        # Some servers send what bounced to the letter's From.
        if not envelope_from:
            return name
        raise NotOurs(
            "550 5.1.1 Nobody reads this address; please write on the page that the letter links to"
        )
    raise NotOurs("550 5.1.1 No such address here")
