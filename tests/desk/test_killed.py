"""A process killed between staging and release, or in the middle of a release, leaves no half of it behind."""

from __future__ import annotations

import os
import signal
from collections import Counter
from pathlib import Path

import pytest
import sqlalchemy as sa

from app import clock
from app.accounts.models import Role
from app.audit import queries as audit
from app.db import db
from app.desk.models import Action, Decision, DecisionState, Release
from app.outbox import delivery
from app.outbox import queries as outbox
from app.outbox.models import Email, MailState
from tests import warm
from tests.desk import batch


@pytest.mark.parametrize("when", ["before", "after 1", "after 4", "uncommitted"])
def test_a_kill_leaves_nothing_half_released_and_mails_nobody_twice(app, world, tmp_path, when) -> None:
    manager = world.user(Role.PROGRAM_MANAGER)
    cases, (other, _us) = batch.fill(world, manager)
    for case in cases:
        batch.stage(app, manager, case, batch.terms_for(case, Action.APPROVE, other))
    before = batch.picture(app)
    url = app.config["SETTINGS"].database_url
    command = ["-m", "tests.desk.dying", url, str(manager.id), when]
    process = warm.start(command, os.environ, tmp_path / "dying.log")
    assert process.wait(60) == -signal.SIGKILL, (tmp_path / "dying.log").read_text()
    assert batch.picture(app) == before
    assert _states(app) == {DecisionState.STAGED: len(cases)}
    batch.release(app, manager)
    assert _states(app) == {DecisionState.RELEASED: len(cases)}
    _deliver_after_the_hour(app)


def _states(app) -> Counter[DecisionState]:
    with app.app_context():
        assert audit.chain_check().broken_number is None
        return Counter(db.session.scalars(sa.select(Decision.state)))


def _deliver_after_the_hour(app) -> None:
    with app.app_context():
        assert delivery.deliver_due() == {}
        assert len(db.session.scalars(sa.select(Release)).all()) == 1
        db.session.rollback()
        clock.shift(3601)
        sent = delivery.deliver_due()["sent"]
        emails = db.session.scalars(sa.select(Email)).all()
        assert sent == len(emails) > 0
        assert {one.state for one in emails} == {MailState.SENT}
    folder = Path(app.config["SETTINGS"].mail_url.removeprefix("file://"))
    ids = [mail.headers["Message-ID"] for mail in outbox.written_mails(folder)]
    assert sorted(ids) == sorted(one.message_id for one in emails)
