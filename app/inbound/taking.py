"""Take one mail in and commit: the edge that both the listening door and the pipe of a mail server use."""

from __future__ import annotations

import structlog
from flask import Flask

from app.db import db
from app.inbound import parsing, services
from app.inbound.addresses import house_of, local_part_for

log = structlog.get_logger(__name__)


def take(app: Flask, raw: bytes, envelope_from: str, to_address: str) -> str:
    """Keep one mail; the state it got.

    Raises `addresses.NotOurs` for an address that is not ours, and `services.TooMany`; nothing is kept then, and the
    server that brought it keeps it or tells its sender.
    """
    house = house_of(app.config)
    local_part = local_part_for(to_address, envelope_from, house)
    letter = parsing.read(raw, app.config["SETTINGS"].mail_authserv_id)
    with app.app_context():
        mail = services.take_in(letter, _shown(envelope_from), local_part, house)
        state, why = mail.state.value, mail.refused_because
        db.session.commit()
    log.info("mail came in", to=local_part.partition("+")[0], state=state, why=why)
    return state


def _shown(envelope_from: str) -> str:
    return "".join(sign for sign in envelope_from if sign.isprintable()).encode("utf-8", "replace").decode()
