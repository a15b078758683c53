"""Acting from a letter: looking changes nothing, a button acts once, as its person and as nobody else."""

from __future__ import annotations

from app.accounts.acting import Act, act_url
from app.accounts.models import User
from app.db import db
from tests.introductions.pair import make_pair


def link(app, user, act, subject_id, organization_id=None) -> str:
    with app.app_context():
        found = act_url(db.session.get_one(User, user.id), Act(act), subject_id, organization_id)
    return found.removeprefix("http://localhost")


def test_yes_is_said_by_the_button_alone(app, world, client) -> None:
    pair = make_pair(world)
    page = link(app, pair.asha, "yes", pair.match.id, pair.india.id)
    shown = client.get(page)
    assert shown.status_code == 200, shown.text
    assert "Yes, introduce us" in shown.text
    assert client.post(page).status_code == 303
    assert "said yes" in client.get(page).text
