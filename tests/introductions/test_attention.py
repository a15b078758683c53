"""The page of attention: numbers, a pause, and how an organization answers, for its own people alone."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa

from app import clock
from app.db import db
from app.introductions import habits
from app.matching import attention
from app.matching.models import Attention, EndReason, Match, MatchEnd
from app.organizations.models import Membership, Organization
from tests.introductions.pair import make_pair


def test_an_organization_limits_pauses_and_resumes_what_it_gets(app, pair) -> None:
    browser, address = pair.browser(pair.asha), f"/organizations/{pair.india.id}/attention"
    assert "Everybody may have up to 10 matches at once" in browser.get(address).text
    saved = browser.post(address, data={"most_in": "3", "most_out": "0", "version": "0"})
    assert saved.status_code == 303
    again = browser.post(address, data={"most_in": "5", "most_out": "0", "version": "0"})
    assert again.status_code == 409
    assert "A colleague changed this" in again.text
    for until in ("", "2020-01-01"):
        refused = browser.post(f"{address}/pause", data={"length": "day", "until": until, "version": "1"})
        assert refused.status_code == 422
        assert "Choose a day after today" in refused.text
    browser.post(f"{address}/pause", data={"length": "2", "version": "1"})
    assert "Paused until" in browser.get(address).text
    with app.app_context():
        row = db.session.scalars(sa.select(Attention)).one()
        assert (row.most_in, row.most_out) == (3, None)
        assert row.paused_until == clock.now().date() + timedelta(weeks=2)
    browser.post(f"{address}/resume")
    assert "Paused until" not in browser.get(address).text


def test_who_pauses_and_has_no_match_is_told_so_and_not_that_nobody_fits(world) -> None:
    owner = world.user()
    organization = world.organization(owner=owner)
    browser = world.sign_in(owner)
    browser.post(f"/organizations/{organization.id}/attention/pause", data={"length": "2", "version": "0"})
    page = browser.get("/matches").text
    assert "You take no new requests for now." in page
    assert f"/organizations/{organization.id}/attention" in browser.get("/organizations/mine").text


def test_habits_tell_answers_and_silence_and_what_silence_costs(app, world) -> None:
    pair, now = make_pair(world), clock.now()
    told = now - timedelta(days=20)
    with app.app_context():
        db.session.execute(sa.update(Membership).values(created_at=told))
        db.session.execute(sa.update(Match).values(decided_at=told, opens_at=told))
        db.session.commit()
    pair.browser(pair.asha).post(pair.url("accept"))
    with app.app_context():
        db.session.add(MatchEnd(match_id=pair.match.id, why=EndReason.EXPIRED, ended_at=now))
        db.session.commit()
        answered = habits.habits_of(db.session.get_one(Organization, pair.india.id), 10)
        silent = habits.habits_of(db.session.get_one(Organization, pair.us.id), 10)
        assert attention.room_now(10).keys() == {pair.us.id}
    assert (answered.answered, answered.silent, answered.waiting, answered.lowered_to) == (1, 0, 0, None)
    assert answered.days is not None
    assert round(answered.days) == 20
    assert (silent.answered, silent.silent, silent.lowered_to) == (0, 1, 6)
    address = f"/organizations/{pair.us.id}/attention"
    page = pair.browser(pair.bo).get(address).text
    assert "Because one request ended without an answer, you get up to 6 at a time until" in page
    assert pair.browser(pair.asha).get(address).status_code == 404
