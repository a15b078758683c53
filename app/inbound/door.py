"""The door mail comes in by: an SMTP or LMTP listener behind the house's own mail server.

It takes one recipient at a time, for our own addresses only, and answers after the mail is committed: what it has
not taken, the sender's server still has. Whatever a client does, memory and time have bounds.
"""

from __future__ import annotations

import asyncio
import signal
from typing import Any, cast

import structlog
from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import SMTP, syntax
from flask import Flask

from app.inbound import parsing
from app.inbound.addresses import NotOurs, house_of, local_part_for
from app.inbound.services import TooMany
from app.inbound.taking import take

log = structlog.get_logger(__name__)
MOST_CLIENTS = 40
MOST_LETTERS_AT_ONCE = 4
MOST_LINES = 250_000
# Of one command, the whole letter included.
SECONDS = 60.0


class _TooMuch(Exception):
    """More than one letter may have, by far: no use in reading on."""


class _Measured:
    """The reader of a connection, for one letter: stops it when it grows beyond all measure."""

    def __init__(self, reader: Any, most_bytes: int) -> None:
        self._reader, self._bytes, self._lines = reader, most_bytes, MOST_LINES

    def __getattr__(self, name: str) -> Any:
        return getattr(self._reader, name)

    async def readuntil(self, separator: bytes) -> bytes:
        return self._count(await self._reader.readuntil(separator))

    async def read(self, size: int) -> bytes:
        return self._count(await self._reader.read(size))

    def _count(self, piece: bytes) -> bytes:
        self._bytes, self._lines = self._bytes - len(piece), self._lines - 1
        if self._bytes < 0 or self._lines < 0:
            raise _TooMuch
        return piece


class _Bounded:
    """What both protocols have: few letters at once, each with an end; mixed into aiosmtpd's two servers."""

    door: Door
    _reader: Any
    is_counted = True

    def connection_lost(self, error: Exception | None) -> None:
        # aiosmtpd calls it once more by itself when a client hangs up in mid-sentence.
        self.door.clients -= self.is_counted
        self.is_counted = False
        super().connection_lost(error)  # type: ignore[misc]

    @syntax("DATA")
    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802
        async with self.door.letters:
            reader = self._reader
            self._reader = _Measured(reader, 2 * parsing.LONGEST_MAIL)
            try:
                await super().smtp_DATA(arg)  # type: ignore[misc]
            except _TooMuch:
                await self.push("552 5.3.4 Too much mail data")  # type: ignore[attr-defined]
                # What still comes is no command.
                self.transport.close()  # type: ignore[attr-defined]
                raise asyncio.CancelledError from None
            finally:
                self._reader = reader


class _Smtp(_Bounded, SMTP): ...


class _Lmtp(_Bounded, LMTP): ...


class _Busy(asyncio.Protocol):
    """The answer to one client more than there may be."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        cast(asyncio.Transport, transport).write(b"421 4.3.2 Too many connections, try again later\r\n")
        transport.close()


class Door:
    """Handler of aiosmtpd for one app, and the listener itself."""

    def __init__(self, app: Flask, *, speaks_lmtp: bool = False) -> None:
        self.app, self.house = app, house_of(app.config)
        self.protocol = _Lmtp if speaks_lmtp else _Smtp
        self.letters = asyncio.Semaphore(MOST_LETTERS_AT_ONCE)
        self.clients = 0

    def connect(self) -> asyncio.BaseProtocol:
        """A new connection's protocol."""
        if self.clients >= MOST_CLIENTS:
            return _Busy()
        self.clients += 1
        server = self.protocol(
            self,
            data_size_limit=parsing.LONGEST_MAIL,
            enable_SMTPUTF8=True,
            hostname=self.house.domain,
            ident="Sangam",
            timeout=SECONDS,
            command_call_limit={"DATA": 100, "RCPT": 200, "MAIL": 100, "RSET": 100, "*": 20},
        )
        server.door = self
        return server

    async def handle_RCPT(  # noqa: N802
        self, server: Any, session: Any, envelope: Any, address: str, _options: Any
    ) -> str:
        if envelope.rcpt_tos:
            return "452 4.5.3 One recipient at a time"
        try:
            local_part_for(address, envelope.mail_from or "", self.house)
        except NotOurs as refusal:
            return str(refusal)
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        given = envelope.content, envelope.mail_from or "", envelope.rcpt_tos[0]
        try:
            await asyncio.to_thread(take, self.app, *given)
        except TooMany as refusal:
            return f"451 4.7.1 {refusal}"
        except NotOurs as refusal:
            return str(refusal)
        return "250 2.0.0 Taken"

    async def handle_exception(self, error: Exception) -> str:
        log.error("mail not taken, its sender's server tries again", exc_info=error)
        return "451 4.3.0 Not now, try again later"


async def listen(door: Door, host: str, port: int) -> None:
    """Take mail in until told to stop (SIGTERM or Ctrl-C)."""
    loop, stop = asyncio.get_running_loop(), asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    server = await loop.create_server(door.connect, host, port)
    log.info("taking mail", host=host, port=port, domain=door.house.domain)
    async with server:
        await stop.wait()
