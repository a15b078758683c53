"""The sender on a mail's envelope: an address of its own for each mail, so that what comes back tells which it was.

Known as VERP. The signature keeps strangers from making up bounces of mails that they never got.
"""

from __future__ import annotations

import hashlib
import hmac
import re

_LOCAL = re.compile(r"bounce\+(\d{1,18})\.([0-9a-f]{20})")


def bounce_address(email_id: int, secret: str, host: str) -> str:
    """Where the mail `email_id` comes back to."""
    return f"bounce+{email_id}.{_signature(email_id, secret)}@{host}"


def bounced_id(local_part: str, secret: str) -> int | None:
    """The mail that a bounce address was made for; None for an address that we did not make."""
    found = _LOCAL.fullmatch(local_part.lower())
    if found is None:
        return None
    email_id = int(found[1])
    return email_id if hmac.compare_digest(found[2], _signature(email_id, secret)) else None


def _signature(email_id: int, secret: str) -> str:
    return hmac.new(f"bounce:{secret}".encode(), str(email_id).encode(), hashlib.sha256).hexdigest()[:20]
