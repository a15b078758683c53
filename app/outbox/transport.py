"""Where mail is handed over: an SMTP server, or a folder in development. The only place that speaks SMTP."""

from __future__ import annotations

import contextlib
import smtplib
import socket
import ssl
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import parse_qs, unquote, urlsplit

COMMAND_SECONDS = 10
# A server may scan a message before it answers; giving up early would send it twice.
FINAL_ANSWER_SECONDS = 20


class Unreachable(Exception):
    """No mail can be handed over at all just now; no single mail is to blame."""


class Verdict(StrEnum):
    """What became of one mail."""

    ACCEPTED = "accepted"
    LATER = "later"
    NO_SUCH_RECIPIENT = "no such recipient"
    REFUSED = "refused"


@dataclass(frozen=True)
class Answer:
    """The server's verdict on one mail, in its own words."""

    verdict: Verdict
    words: str = ""


@dataclass(frozen=True)
class Parcel:
    """A finished message with its envelope; `name` is what a file of it is called."""

    raw: bytes
    sender: str
    recipient: str
    name: str


class Transport(Protocol):
    """Hands mail over, one by one. `prepare` raises `Unreachable` when none can be; `send` always answers."""

    def prepare(self) -> None: ...

    def send(self, parcel: Parcel) -> Answer: ...

    def close(self) -> None: ...


def open_transport(url: str) -> Transport:
    """The transport for MAIL_URL: ``smtp://``, ``smtps://`` or ``file://folder``.

    Raises `Unreachable` when the server does not answer or is not to be trusted, `ValueError` for another scheme.
    """
    scheme = urlsplit(url).scheme
    if scheme == "file":
        return Folder(folder_of(url))
    if scheme in {"smtp", "smtps"}:
        return SmtpServer(url)
    raise ValueError(f"MAIL_URL must start with smtp://, smtps:// or file://, not {scheme!r}.")


def folder_of(url: str) -> Path:
    """The folder of a ``file://`` address."""
    return Path(unquote(url.removeprefix("file://")))


class Folder:
    """Writes each mail as one file, whole or not at all; a repeated mail replaces its first copy."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.prepare()

    def prepare(self) -> None:
        try:
            self.path.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise Unreachable(f"{self.path}: {error}") from error

    def send(self, parcel: Parcel) -> Answer:
        try:
            unfinished = self.path / f"{parcel.name}.part"
            unfinished.write_bytes(parcel.raw)
            unfinished.replace(self.path / f"{parcel.name}.eml")
        except OSError as error:
            return Answer(Verdict.LATER, str(error))
        return Answer(Verdict.ACCEPTED)

    def close(self) -> None: ...


@contextlib.contextmanager
def _no_longer_than(seconds: float, sock: socket.socket | None) -> Iterator[None]:
    """Hang up after `seconds` in all: a server that drips one byte a second never trips a socket's own time-out."""

    def hang_up() -> None:
        if sock is not None:
            with contextlib.suppress(OSError):
                # Not the TLS socket's own method, which takes the session away from under the reader.
                socket.socket.shutdown(sock, socket.SHUT_RDWR)

    timer = threading.Timer(seconds, hang_up)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


class _Patience:
    """Bounds the wait for each answer of the server; mixed into smtplib's two clients."""

    sock: socket.socket | None
    is_handing_over = False

    def getreply(self) -> tuple[int, bytes]:
        seconds = FINAL_ANSWER_SECONDS if self.is_handing_over else COMMAND_SECONDS
        if self.sock is not None:
            self.sock.settimeout(seconds)
        with _no_longer_than(seconds, self.sock):
            return super().getreply()  # type: ignore[misc]

    def data(self, msg: Any) -> tuple[int, bytes]:
        self.is_handing_over = True
        try:
            return super().data(msg)  # type: ignore[misc]
        finally:
            self.is_handing_over = False


class _Smtp(_Patience, smtplib.SMTP): ...


class _Smtps(_Patience, smtplib.SMTP_SSL): ...


class SmtpServer:
    """One connection to the mail server of MAIL_URL, opened anew when the server dropped it."""

    def __init__(self, url: str) -> None:
        self.url = urlsplit(url)
        self.client = self._connect()

    def _connect(self) -> smtplib.SMTP:
        try:
            return self._greet()
        except (OSError, smtplib.SMTPException, ValueError) as error:
            raise Unreachable(
                f"{self.url.hostname}:{self.url.port}: {str(error) or type(error).__name__}"
            ) from error

    def _greet(self) -> smtplib.SMTP:
        host, trust = self.url.hostname or "localhost", ssl.create_default_context()
        client: smtplib.SMTP
        if self.url.scheme == "smtps":
            client = _Smtps(host, self.url.port or 465, timeout=COMMAND_SECONDS, context=trust)
        else:
            client = _Smtp(host, self.url.port or 25, timeout=COMMAND_SECONDS)
        try:
            self._secure(client, trust)
            if self.url.username:
                client.login(unquote(self.url.username), unquote(self.url.password or ""))
        except BaseException:
            client.close()
            raise
        return client

    def _secure(self, client: smtplib.SMTP, trust: ssl.SSLContext) -> None:
        """Start TLS where the server offers it; refuse to go on without when the setting requires it."""
        wish = parse_qs(self.url.query).get("starttls", [""])[0]
        client.ehlo_or_helo_if_needed()
        if self.url.scheme == "smtps" or wish == "no":
            return
        if client.has_extn("starttls"):
            client.starttls(context=trust)
            client.ehlo_or_helo_if_needed()
        elif wish == "required" or self.url.username:
            raise smtplib.SMTPNotSupportedError("the server offers no STARTTLS, which MAIL_URL requires")

    def prepare(self) -> None:
        if self.client.sock is None:
            self.client = self._connect()

    def send(self, parcel: Parcel) -> Answer:
        options = [] if parcel.recipient.isascii() else ["SMTPUTF8"]
        if options and not self.client.has_extn("smtputf8"):
            return Answer(Verdict.REFUSED, "the server takes no address of other than plain letters")
        try:
            self.client.sendmail(parcel.sender, [parcel.recipient], parcel.raw, options)
        except (smtplib.SMTPException, OSError) as error:
            return self._answer_to(error)
        return Answer(Verdict.ACCEPTED)

    def _answer_to(self, error: Exception) -> Answer:
        if isinstance(error, smtplib.SMTPRecipientsRefused):
            code, words = next(iter(error.recipients.values()))
            return Answer(_verdict_on_recipient(code, _text(words)), f"{code} {_text(words)}")
        if isinstance(error, smtplib.SMTPResponseException):
            # A refused sender is our own setting, not this mail's fault: it is tried again.
            final = isinstance(error, smtplib.SMTPDataError) and error.smtp_code >= 500
            reason = f"{error.smtp_code} {_text(error.smtp_error)}"
            return Answer(Verdict.REFUSED if final else Verdict.LATER, reason)
        # The connection is gone in mid-sentence: nobody knows whether the mail was taken.
        self.client.close()
        return Answer(Verdict.LATER, f"connection lost: {str(error) or type(error).__name__}")

    def close(self) -> None:
        if self.client.sock is not None:
            with contextlib.suppress(smtplib.SMTPException, OSError):
                self.client.quit()


def _verdict_on_recipient(code: int, words: str) -> Verdict:
    """A 5xx for the address itself ends it; one for our rights or the route (5.3 to 5.7) is not its fault."""
    if code < 500:
        return Verdict.LATER
    is_ours = words.startswith(("5.3.", "5.4.", "5.5.", "5.6.", "5.7."))
    return Verdict.LATER if is_ours else Verdict.NO_SUCH_RECIPIENT


def _text(words: bytes | str) -> str:
    text = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
    return " ".join(text.replace("\x00", "").split())[:400]
