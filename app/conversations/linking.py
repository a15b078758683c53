"""Where links in a message lead: told beside them, because the words of a link can say anything."""

from __future__ import annotations

import html
import re
from urllib.parse import urlsplit

from markupsafe import Markup

_HREF = re.compile(r'href="(https?://[^"]+)"', re.IGNORECASE)


def hosts(linked: Markup | str) -> list[str]:
    """The hosts that the links of a text lead to, each once, as computers spell them."""
    found = (_host(html.unescape(address)) for address in _HREF.findall(str(linked)))
    return list(dict.fromkeys(host for host in found if host))


def _host(address: str) -> str:
    try:
        host = urlsplit(address).hostname or ""
        return host.encode("idna").decode("ascii")
    except (ValueError, UnicodeError):
        # Not a host that any browser finds.
        return ""
