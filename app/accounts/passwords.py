"""Passwords: argon2id, the same work for everybody, and a few rules against the ones that are guessed first."""

from __future__ import annotations

import re
import secrets
import unicodedata
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

SHORTEST, LONGEST = 12, 200
FEWEST_DIFFERENT = 5
# How much must be left of a password once the person's own name and address are taken out of it.
FEWEST_OWN = 8
_FIRST_TRIED = """123456789012 1234567890123 12345678901234 123456123456 012345678910 987654321098 password1234
    password12345 password123456 passwordpassword mypassword123 adminpassword administrator administrator1
    qwertyuiop12 qwertyuiop123 qwertyuiopas qwertyuiopasd qwerty123456 qwerty1234567 1q2w3e4r5t6y 1qaz2wsx3edc
    q1w2e3r4t5y6 abcdefghijkl abcdefghijklm abcdefgh1234 abcd12345678 iloveyou1234 iloveyouforever welcome12345
    letmein12345 changeme1234 trustno1trustno1 mustang123456 sangam123456 sangampassword india1234567
    unitedstates unitedstates1"""
_COMMON = frozenset(_FIRST_TRIED.split())
_hasher = PasswordHasher()


def hashed(password: str) -> str:
    """What is kept of a password."""
    return _hasher.hash(_normal(password))


def is_right(password_hash: str | None, password: str) -> bool:
    """Whether `password` belongs to the hash. Without a hash it does the same work and says no."""
    try:
        right = _hasher.verify(password_hash or _nobodys_hash(), _normal(password))
    except (VerificationError, InvalidHashError):
        return False
    return right and password_hash is not None


def is_outdated(password_hash: str) -> bool:
    """Whether the hash was made with weaker parameters than today's."""
    return _hasher.check_needs_rehash(password_hash)


def has_few_characters(password: str) -> bool:
    return len(set(_normal(password))) < FEWEST_DIFFERENT


def is_common(password: str) -> bool:
    """Whether it is among the first that are tried."""
    return _plain(password) in _COMMON


def is_about(password: str, *own: str) -> bool:
    """Whether little is left of it without the person's own words (name, address)."""
    rest = _plain(password)
    for word in sorted({part for text in own for part in _parts(text)}, key=len, reverse=True):
        rest = rest.replace(word, "")
    return len(rest) < min(FEWEST_OWN, len(_plain(password)))


def _parts(text: str) -> set[str]:
    plain = {_plain(text), *(_plain(part) for part in re.split(r"[@\s]+", text))}
    return {part for part in plain if len(part) >= 4}


def _plain(text: str) -> str:
    return re.sub(r"[\s\-_.@]+", "", _normal(text).casefold())


def _normal(text: str) -> str:
    # The same keys give other code points on other systems; lone surrogates cannot be encoded at all.
    return unicodedata.normalize("NFKC", text).encode("utf-8", "replace").decode()


@cache
def _nobodys_hash() -> str:
    return _hasher.hash(secrets.token_urlsafe(32))
