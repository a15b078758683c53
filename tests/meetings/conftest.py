"""Two introduced people, one in Kolkata and one in New York."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from flask import Flask

from app import clock
from app.db import db
from app.introductions.models import Introduction
from app.meetings.models import Meeting
from app.outbox.models import Email
from tests.introductions.pair import Pair, make_pair
from tests.world import World

# A Monday at noon in UTC, far from clock changes.
NOON = datetime(2027, 1, 11, 12, 0, tzinfo=UTC)


@dataclass
class Introduced:
    """The pair, and what they do about meetings."""

    pair: Pair
    app: Flask

    @property
    def url(self) -> str:
        return f"/matches/{self.pair.match.id}/meetings"

    def offer(self, moments: Sequence[datetime], **typed: Any) -> Any:
        """What Asha's offer of these times answers."""
        sent = {
            "title": "First call",
            "minutes": "30",
            "people": [self.pair.asha.id, self.pair.bo.id],
            "times": [moment.isoformat() for moment in moments],
            **typed,
        }
        return self.pair.browser(self.pair.asha).post(self.url, data=sent)

    def offer_own(self, moment: datetime) -> Any:
        """What Asha's offer of a time of her own, by the clock in Kolkata, answers."""
        local = moment.astimezone(ZoneInfo("Asia/Kolkata"))
        return self.offer([], own_day=f"{local:%Y-%m-%d}", own_time=f"{local:%H:%M}")

    def book(self, moment: datetime) -> int:
        """The id of a meeting that both agreed to."""
        offered = self.offer_own(moment)
        assert offered.status_code == 303, offered.text
        meeting = self.meetings()[-1]
        answer = self.choose(meeting.id, moment)
        assert answer.status_code == 303, answer.text
        return meeting.id

    def choose(self, meeting_id: int, moment: datetime) -> Any:
        browser = self.pair.browser(self.pair.bo)
        return browser.post(f"/meetings/{meeting_id}/choose", data={"starts_at": moment.isoformat()})

    def meetings(self) -> list[Meeting]:
        with self.app.app_context():
            found = db.session.scalars(sa.select(Meeting).order_by(Meeting.id)).all()
            db.session.expunge_all()
            return list(found)

    def mails(self, part: str = "") -> list[Email]:
        with self.app.app_context():
            query = sa.select(Email).where(Email.key.startswith("meeting:")).order_by(Email.id)
            found = [mail for mail in db.session.scalars(query) if part in mail.key]
            db.session.expunge_all()
            return found


def put_clock(moment: datetime) -> None:
    """Let it be this moment; each test begins at the real time again."""
    clock.shift(0)
    clock.shift(round((moment - clock.now()).total_seconds()))


@pytest.fixture
def introduced(app: Flask, world: World) -> Introduced:
    pair = make_pair(world)
    put_clock(NOON)
    world.add(Introduction(match_id=pair.match.id, at=clock.now() - timedelta(days=1)))
    return Introduced(pair, app)
