"""A mail server in a process of its own that counts: ``python -m tests.load.sinking PORT FILE``.

Once a second it writes to FILE how many mails came, how many different ones, and when the first and the last did.
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


class Counting:
    """Handler of aiosmtpd that keeps names only."""

    def __init__(self) -> None:
        self.names: set[bytes] = set()
        self.count, self.first, self.last = 0, 0.0, 0.0

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        found = _NAME.search(envelope.content)
        self.names.add(found[1] if found else b"")
        self.count, self.last = self.count + 1, time.time()
        self.first = self.first or self.last
        return "250 OK"

    def told(self) -> str:
        told = {"count": self.count, "different": len(self.names), "first": self.first, "last": self.last}
        return json.dumps(told)


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
