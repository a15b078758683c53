"""`flask mail` in the terminal: the ways mail comes in, and what becomes of addresses that refuse ours."""

from __future__ import annotations

import asyncio
import sys
from typing import cast

import click
from flask import Flask, current_app
from flask.cli import AppGroup

from app.db import db, reading
from app.inbound import parsing
from app.inbound.addresses import NotOurs
from app.inbound.door import Door, listen
from app.inbound.services import TooMany
from app.inbound.taking import take as take_one
from app.outbox import queries as outbox
from app.outbox import services as outbox_services
from app.outbox import signing
from config import SettingsError

cli = AppGroup("mail", help="Mail that comes in, and the key that ours is signed with.")
# What mail servers understand (sysexits.h).
_NO_SUCH_USER, _TOO_LARGE, _LATER = 67, 65, 75


def _app() -> Flask:
    return cast(Flask, current_app._get_current_object())  # type: ignore[attr-defined]


@cli.command()
@click.option("--listen", "address", default="127.0.0.1:8025", show_default=True, metavar="HOST:PORT")
@click.option("--lmtp", is_flag=True, help="Speak LMTP instead of SMTP.")
def receive(address: str, lmtp: bool) -> None:
    """Take mail in from the mail server in front, until stopped (SIGTERM or Ctrl-C)."""
    host, _, port = address.rpartition(":")
    if not host or not port.isdigit():
        raise click.UsageError("--listen wants HOST:PORT, like 127.0.0.1:8025.")
    app = _app()

    async def serve() -> None:
        await listen(Door(app, speaks_lmtp=lmtp), host.strip("[]"), int(port))

    asyncio.run(serve())


@cli.command()
def key() -> None:
    """Print the DNS record of the key that our mail is signed with."""
    try:
        signer = signing.signer_for(current_app.config["SETTINGS"])
    except SettingsError as error:
        raise click.ClickException(str(error)) from error
    if signer is None:
        raise click.ClickException(
            "Mail is not signed. Make a key with: openssl genrsa -out dkim.pem 2048 - and set DKIM_KEY to its path."
        )
    name, words = signer.record()
    click.echo(f'{name}. IN TXT ( "{words[:200]}" "{words[200:]}" )')


@cli.command()
@click.option("--before", type=int, help="Go on before this number.")
def suppressed(before: int | None) -> None:
    """List the addresses that nothing is sent to, newest first."""
    with reading():
        found = [(one.id, one.address, one.kind.value, one.reason) for one in outbox.suppressions(before)]
    for number, address, kind, reason in found:
        click.echo(f"{number} {address} {kind}: {reason}")
    if not found:
        click.echo("None.")


@cli.command()
@click.argument("address")
def lift(address: str) -> None:
    """Send to ADDRESS again."""
    found = outbox.suppression_of(address)
    if found is None:
        raise click.ClickException(f"{address} is not suppressed.")
    outbox_services.lift(found, by=None)
    db.session.commit()
    click.echo("Lifted.")


@cli.command()
@click.option("--to", "to_address", required=True, envvar=["ORIGINAL_RECIPIENT", "RECIPIENT"])
@click.option(
    "--from", "envelope_from", default="", envvar="SENDER", help="The envelope's sender; empty for bounces."
)
def take(to_address: str, envelope_from: str) -> None:
    """Take one mail in from standard input, for a mail server's pipe; exits as sysexits.h says."""
    raw = sys.stdin.buffer.read(parsing.LONGEST_MAIL + 1)
    if len(raw) > parsing.LONGEST_MAIL:
        click.echo("552 5.3.4 Too much mail data", err=True)
        sys.exit(_TOO_LARGE)
    try:
        take_one(_app(), raw, envelope_from.strip("<>"), to_address)
    except NotOurs as refusal:
        click.echo(str(refusal), err=True)
        sys.exit(_NO_SUCH_USER)
    except TooMany as refusal:
        click.echo(f"451 4.7.1 {refusal}", err=True)
        sys.exit(_LATER)
