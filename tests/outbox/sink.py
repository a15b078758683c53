"""A real mail server for tests: keeps what it is given, and misbehaves on request."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller

UNTRUSTED = Path(__file__).with_name("untrusted.pem")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def always(answer: str | None) -> Callable[[Any], str | None]:
    """The same answer to everybody; None accepts."""
    return lambda _: answer


class Sink:
    """Handler of aiosmtpd. `on_rcpt` and `on_data` may return an answer instead of acceptance."""

    def __init__(self) -> None:
        self.letters: list[EmailMessage] = []
        self.raw: list[bytes] = []
        self.on_rcpt: Callable[[str], str | None] = always(None)
        self.on_data: Callable[[EmailMessage], str | None] = always(None)
        self.drops_after_data = 0
        # How long a mail takes, half of it before and half after it is kept.
        self.seconds = 0.0
        self.port = free_port()

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, _options: Any) -> str:
        if answer := self.on_rcpt(address):
            return answer
        await asyncio.sleep(self.seconds / 2)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        letter = BytesParser(policy=default).parsebytes(envelope.content)
        if answer := self.on_data(letter):
            return answer
        self.letters.append(letter)
        self.raw.append(envelope.content)
        await asyncio.sleep(self.seconds / 2)
        if self.drops_after_data:
            self.drops_after_data -= 1
            server.transport.abort()
        return "250 OK"

    @property
    def subjects(self) -> list[str]:
        return [str(letter["Subject"]) for letter in self.letters]

    @property
    def copies(self) -> Counter[str]:
        """How often each Message-ID came."""
        return Counter(str(letter["Message-ID"]) for letter in self.letters)

    @contextlib.contextmanager
    def listening(self, **options: Any) -> Iterator[Sink]:
        controller = Controller(self, hostname="127.0.0.1", port=self.port, **options)
        controller.start()
        try:
            yield self
        finally:
            controller.stop()


def untrusted_context() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(UNTRUSTED)
    return context


@contextlib.contextmanager
def raw_server(talk: Callable[[socket.socket, threading.Event], None]) -> Iterator[int]:
    """A listener whose every connection is given to `talk`, together with the event that ends the test."""
    ended = threading.Event()
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(0.1)

    def serve() -> None:
        while not ended.is_set():
            with contextlib.suppress(TimeoutError):
                connection, _ = listener.accept()
                with connection, contextlib.suppress(OSError):
                    talk(connection, ended)

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield int(listener.getsockname()[1])
    finally:
        ended.set()
        thread.join()
        listener.close()


def drip(connection: socket.socket, ended: threading.Event) -> None:
    """A greeting that never comes to its end, one byte at a time."""
    deadline = time.monotonic() + 20
    while not ended.wait(0.05) and time.monotonic() < deadline:
        connection.sendall(b"2")


def stall(connection: socket.socket, ended: threading.Event) -> None:
    """A greeting, and then silence."""
    connection.sendall(b"220 hello\r\n")
    ended.wait(20)
