"""The address a person answers a conversation at: it names the thread and them, and nobody can make one up."""

from __future__ import annotations

import hashlib
import hmac
import re

# Lower case throughout: some servers change the case of addresses.
_ADDRESS = re.compile(r"thread\+(\d{1,12})\.(\d{1,12})\.([0-9a-f]{24})")


def local_part(thread_id: int, user_id: int, secret: str) -> str:
    """The local part under which this person's answers come, at most 57 characters."""
    return f"thread+{thread_id}.{user_id}.{_seal(thread_id, user_id, secret)}"


def read(local_part: str, secret: str) -> tuple[int, int] | None:
    """(thread id, user id) of an address we gave out; None for any other."""
    found = _ADDRESS.fullmatch(local_part.lower())
    if found is None:
        return None
    thread_id, user_id = int(found[1]), int(found[2])
    is_ours = hmac.compare_digest(found[3], _seal(thread_id, user_id, secret))
    return (thread_id, user_id) if is_ours else None


def _seal(thread_id: int, user_id: int, secret: str) -> str:
    about = f"conversation:{thread_id}:{user_id}".encode()
    return hmac.new(secret.encode(), about, hashlib.sha256).hexdigest()[:24]
