"""The weekly letter of a manager counts and names nothing that is hidden from them."""

from __future__ import annotations

import pytest

from app.accounts.models import Role
from app.conflicts import services
from app.db import db
from app.desk import syncing
from app.digests import queries as digests
from app.taxonomy import Kind


def test_managers_of_one_program_get_what_is_open_to_each_of_them(app, world) -> None:
    tied, free = world.user(Role.PROGRAM_MANAGER), world.user(Role.PROGRAM_MANAGER)
    program, secret = world.program(tied, free), world.organization()
    hidden = world.match(india=secret, program_id=program.id)
    world.match(program_id=program.id)
    with app.app_context():
        syncing.sync()
        services.recuse(tied, [secret.id], "A friend runs it")
        db.session.commit()
        parts = digests.manager_parts([tied, free], hidden.proposed_at)
        assert (parts[tied.id].open, parts[free.id].open) == (1, 2)
        named = {name for line in parts[tied.id].best for name in (line.one, line.other)}
        assert len(named) == 2
        assert secret.name not in named


@pytest.mark.one_database("sqlite")
def test_managers_of_one_program_share_no_letter_when_they_look_after_other_kinds(app, world) -> None:
    all_kinds, investors = world.user(Role.PROGRAM_MANAGER), world.user(Role.PROGRAM_MANAGER)
    program = world.program(all_kinds)
    world.manager_of(program, investors, kinds=[Kind.INVESTOR])
    made = world.match(program_id=program.id)
    with app.app_context():
        syncing.sync()
        db.session.commit()
        parts = digests.manager_parts([all_kinds, investors], made.proposed_at)
        assert (parts[all_kinds.id].open, parts[investors.id].open) == (1, 0)
