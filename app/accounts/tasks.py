"""Work of accounts for the job worker."""

from __future__ import annotations

from app.accounts import services
from app.db import db
from app.jobs.engine import jobs


@jobs.task("accounts.forget_expired", every=3600)
def forget_expired() -> None:
    services.forget_expired()
    db.session.commit()
