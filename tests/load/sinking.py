"""A mail server in a process of its own that counts: ``python -m tests.load.sinking PORT FILE``.

Once a second it writes to FILE how many mails came, how many different ones, when the first and the last did, and the same
of weekly letters with how many people they went to.
"""

from __future__ import annotations

import json
import re
import sys
import time
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller

_NAME = re.compile(rb"^Message-ID:\s*(<[^>]+>)", re.IGNORECASE | re.MULTILINE)
# What kind of mail it is, as message.py says it.
_WEEKLY = re.compile(rb"^Feedback-ID:\s*digest:", re.IGNORECASE | re.MULTILINE)


class Counting:
    """Handler of aiosmtpd that keeps names only."""

    def __init__(self) -> None:
        self.names: set[bytes] = set()
        self.readers: set[str] = set()
        self.count, self.first, self.last = 0, 0.0, 0.0
        self.letters, self.last_letter = 0, 0.0

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        found = _NAME.search(envelope.content)
        self.names.add(found[1] if found else b"")
        self.count, self.last = self.count + 1, time.time()
        self.first = self.first or self.last
        if _WEEKLY.search(envelope.content):
            self.letters, self.last_letter = self.letters + 1, self.last
            self.readers.update(envelope.rcpt_tos)
        return "250 OK"

    def told(self) -> str:
        told = {"count": self.count, "different": len(self.names), "first": self.first, "last": self.last}
        weekly = {"letters": self.letters, "readers": len(self.readers), "last_letter": self.last_letter}
        return json.dumps({**told, **weekly})


def main() -> None:
    handler, file = Counting(), Path(sys.argv[2])
    controller = Controller(handler, hostname="127.0.0.1", port=int(sys.argv[1]))
    controller.start()
    try:
        while True:
            written = file.with_suffix(".new")
            written.write_text(handler.told(), encoding="utf-8")
            written.replace(file)
            time.sleep(1)
    finally:
        controller.stop()


if __name__ == "__main__":
    main()
