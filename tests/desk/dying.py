"""A manager's process that is killed while it releases: `python -m tests.desk.dying <database> <user> <when>`.

`when` is "before", "after <n>" (that many decisions are applied, none is committed) or "uncommitted" (all are).
"""

from __future__ import annotations

import os
import signal
import sys
from typing import Any

from app import create_app
from app.accounts.models import User
from app.db import db
from app.desk import applying, releasing, staging
from config import Settings


def main(url: str, user_id: int, when: str) -> None:
    app = create_app(Settings(environment="test", database_url=url, jobs_url="memory:"))
    left = int(when.removeprefix("after ")) if when.startswith("after ") else -1
    if left >= 0:
        _die_after(left)
    with app.test_request_context():
        user = db.session.get_one(User, user_id)
        staged = staging.staged_by(user)
        if when != "before":
            releasing.release(user, staged)
            db.session.flush()
        _die()


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _die_after(number: int) -> None:
    applied = applying.apply
    done: list[Any] = []

    def apply(act: Any, noted: Any) -> None:
        applied(act, noted)
        done.append(act)
        if len(done) == number:
            _die()

    applying.apply = apply


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), sys.argv[3])
