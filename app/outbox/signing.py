"""DKIM (RFC 6376) over a finished message, with the key of the settings DKIM_KEY, DKIM_SELECTOR and DKIM_DOMAIN."""

from __future__ import annotations

import base64
import functools
from dataclasses import dataclass
from email.utils import parseaddr
from pathlib import Path
from typing import Any

import dkim
from dkim.crypto import UnparsableKeyError, parse_pem_private_key

from config import Settings, SettingsError

# RFC 8058 asks for both unsubscribe headers; what is not there is signed as absent where adding it would do harm.
SIGNED = (
    "from",
    "to",
    "subject",
    "date",
    "message-id",
    "reply-to",
    "in-reply-to",
    "references",
    "mime-version",
    "content-type",
    "content-transfer-encoding",
    "list-id",
    "list-unsubscribe",
    "list-unsubscribe-post",
    "auto-submitted",
    "feedback-id",
)
_TWICE = ("from", "to", "subject", "date", "reply-to", "list-unsubscribe", "list-unsubscribe-post")


@dataclass(frozen=True)
class Signer:
    """Signs for one domain under one selector; `pem` is the private key."""

    pem: bytes
    selector: str
    domain: str

    def sign(self, raw: bytes) -> bytes:
        """The message with its signature on top."""
        header: bytes = dkim.sign(
            raw,
            self.selector.encode(),
            self.domain.encode(),
            self.pem,
            canonicalize=(b"relaxed", b"relaxed"),
            include_headers=[name.encode() for name in (*SIGNED, *_TWICE)],
            linesep=b"\r\n",
        )
        return header + raw

    def record(self) -> tuple[str, str]:
        """Name and words of the TXT record that the domain is to publish."""
        name = f"{self.selector}._domainkey.{self.domain}"
        return name, f"v=DKIM1; k=rsa; p={base64.b64encode(_public(_key(self.pem))).decode()}"


def signer_for(settings: Settings) -> Signer | None:
    """The signer of the settings; None where no DKIM_KEY is set.

    Raises `SettingsError` for a key that cannot be read or is none.
    """
    if not settings.dkim_key:
        return None
    domain = settings.dkim_domain or parseaddr(settings.mail_from)[1].rpartition("@")[2]
    return _signer(settings.dkim_key, settings.dkim_selector, domain.lower())


@functools.lru_cache(maxsize=4)
def _signer(key: str, selector: str, domain: str) -> Signer:
    if key.lstrip().startswith("-----BEGIN"):
        # Where a setting holds one line only, line ends are written \n.
        pem = key.replace("\\n", "\n").encode()
    else:
        try:
            pem = Path(key).read_bytes()
        except OSError as error:
            raise SettingsError(f"DKIM_KEY cannot be read: {error}") from error
    pem = pem.replace(b"\r\n", b"\n")
    if _key(pem)["modulus"].bit_length() < 1024:
        raise SettingsError("DKIM_KEY is shorter than 1024 bits; receivers ignore such signatures.")
    return Signer(pem, selector, domain)


def _key(pem: bytes) -> dict[str, Any]:
    try:
        key: dict[str, Any] = parse_pem_private_key(pem)
    except (UnparsableKeyError, ValueError, AssertionError, LookupError) as error:
        raise SettingsError(f"DKIM_KEY is no private RSA key in PEM without a password: {error}") from error
    return key


def _public(key: dict[str, Any]) -> bytes:
    """The public half as DNS has it: SubjectPublicKeyInfo (RFC 5280) in DER."""
    numbers = _der(0x02, _whole(key["modulus"])) + _der(0x02, _whole(key["publicExponent"]))
    rsa_encryption = _der(0x06, bytes.fromhex("2a864886f70d010101")) + _der(0x05, b"")
    return _der(0x30, _der(0x30, rsa_encryption) + _der(0x03, b"\0" + _der(0x30, numbers)))


def _der(tag: int, content: bytes) -> bytes:
    size = len(content)
    if size < 128:
        return bytes([tag, size]) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(length)]) + length + content


def _whole(number: int) -> bytes:
    # One bit more than it has: a first bit set would make it negative.
    return number.to_bytes(number.bit_length() // 8 + 1, "big")
