"""DKIM verified by hand, without the library that signs: RFC 6376, relaxed/relaxed, rsa-sha256."""

from __future__ import annotations

import base64
import hashlib
import re

_PREFIX = bytes.fromhex("3031300d060960864801650304020105000420")


def signed_headers(raw: bytes) -> list[str]:
    """The names under the signature, as often as they are signed."""
    return _tags(raw)["h"].lower().split(":")


def is_genuine(raw: bytes, record: str) -> bool:
    """Whether the message is as it was signed, by the key of the DNS record."""
    tags = _tags(raw)
    head, _, body = raw.partition(b"\r\n\r\n")
    body_hash = hashlib.sha256(_relaxed_body(body)).digest()
    if base64.b64decode(tags["bh"]) != body_hash:
        return False
    modulus, exponent = _public_key(record)
    size = (modulus.bit_length() + 7) // 8
    opened = pow(int.from_bytes(base64.b64decode(tags["b"]), "big"), exponent, modulus).to_bytes(size, "big")
    digest = _PREFIX + hashlib.sha256(_signed_text(head, tags)).digest()
    return opened == b"\x00\x01" + b"\xff" * (size - len(digest) - 3) + b"\x00" + digest


def _fields(head: bytes) -> list[tuple[str, str]]:
    """Headers with their folds undone, first to last."""
    lines = re.sub(rb"\r\n(?=[ \t])", b"", head).split(b"\r\n")
    return [
        (name.decode().lower().strip(), value.decode())
        for name, _, value in (x.partition(b":") for x in lines)
    ]


def _tags(raw: bytes) -> dict[str, str]:
    value = next(v for name, v in _fields(raw.partition(b"\r\n\r\n")[0]) if name == "dkim-signature")
    pairs = (tag.partition("=") for tag in value.split(";") if tag.strip())
    return {name.strip(): re.sub(r"\s+", "", found) for name, _, found in pairs}


def _relaxed(name: str, value: str) -> str:
    words = re.sub(r"[ \t]+", " ", value).strip()
    return f"{name}:{words}"


def _signed_text(head: bytes, tags: dict[str, str]) -> bytes:
    left = _fields(head)
    text = []
    for name in tags["h"].lower().split(":"):
        # From the bottom up; a name signed once more than it is there stands for nothing.
        found = next((n for n in range(len(left) - 1, -1, -1) if left[n][0] == name), None)
        if found is not None:
            text.append(_relaxed(*left.pop(found)) + "\r\n")
    own = next(value for name, value in _fields(head) if name == "dkim-signature")
    without = re.sub(r"(\bb\s*=)[^;]*$", r"\1", own.rstrip())
    return ("".join(text) + _relaxed("dkim-signature", without)).encode()


def _relaxed_body(body: bytes) -> bytes:
    lines = [re.sub(rb"[ \t]+", b" ", line).rstrip(b" ") for line in body.split(b"\r\n")]
    while lines and not lines[-1]:
        lines.pop()
    return b"".join(line + b"\r\n" for line in lines)


def _public_key(record: str) -> tuple[int, int]:
    """Modulus and exponent out of SubjectPublicKeyInfo."""
    der = base64.b64decode(record.partition("p=")[2])
    bits = _read(_after(_read(der)[1]))[1]
    numbers = _read(bits[1:])[1]
    modulus = _read(numbers)[1]
    return int.from_bytes(modulus, "big"), int.from_bytes(_read(_after(numbers))[1], "big")


def _read(der: bytes) -> tuple[int, bytes]:
    start, size = _span(der)
    return der[0], der[start : start + size]


def _after(der: bytes) -> bytes:
    start, size = _span(der)
    return der[start + size :]


def _span(der: bytes) -> tuple[int, int]:
    if der[1] < 128:
        return 2, der[1]
    count = der[1] & 0x7F
    return 2 + count, int.from_bytes(der[2 : 2 + count], "big")
