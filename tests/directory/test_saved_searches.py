"""Saved searches: whose they are, how many, and how their news comes by letter."""

from __future__ import annotations

import datetime
from datetime import UTC, timedelta

import pytest
import sqlalchemy as sa

from app import clock
from app.db import db
from app.digests import services as digests
from app.directory import services
from app.directory.models import SavedSearch
from app.outbox.models import Email
from app.taxonomy import Country

WEEK = "2026-W48"


def saved(app) -> list[SavedSearch]:
    with app.app_context():
        rows = list(db.session.scalars(sa.select(SavedSearch).order_by(SavedSearch.id)))
        db.session.expunge_all()
        return rows


def test_a_search_is_saved_renamed_and_removed_by_its_person_only(app, world) -> None:
    browser, stranger = (world.sign_in(world.user()) for _ in range(2))
    sent = {"query": "kind=startup&unknown=1&q=chip", "name": "Chips", "notify": "y"}
    assert browser.post("/organizations/searches", data=sent).status_code == 303
    (search,) = saved(app)
    assert (search.name, search.query, search.notify) == ("Chips", "q=chip&kind=startup", True)
    own = f"/organizations/searches/{search.id}"
    assert stranger.post(own, data={"name": "Mine"}).status_code == 404
    assert stranger.post(f"{own}/remove").status_code == 404
    assert browser.post(own, data={"name": ""}).status_code == 422
    assert browser.post(own, data={"name": "Boards"}).status_code == 303
    (search,) = saved(app)
    assert (search.name, search.notify) == ("Boards", False)
    assert "Boards" in browser.get("/organizations/searches").text
    assert "Boards" not in stranger.get("/organizations/searches").text
    assert browser.post(f"{own}/remove").status_code == 303
    assert saved(app) == []


def test_a_name_is_taken_once_and_there_is_a_most(world, monkeypatch) -> None:
    monkeypatch.setattr(services, "MOST_SEARCHES", 2)
    browser = world.sign_in(world.user())
    assert browser.post("/organizations/searches", data={"name": "A"}).status_code == 303
    assert browser.post("/organizations/searches", data={"name": "A"}).status_code == 409
    assert browser.post("/organizations/searches", data={"name": "B"}).status_code == 303
    assert browser.post("/organizations/searches", data={"name": "C"}).status_code == 409


@pytest.fixture
def searching(world):
    """A person whose search for American chips was told until yesterday."""
    user = world.user()
    yesterday = clock.now() - timedelta(days=1)
    world.add(
        SavedSearch(
            user_id=user.id,
            name="Chips <there>",
            query="q=chip&country=US",
            notify=True,
            seen_at=yesterday,
            created_at=yesterday,
        )
    )
    return user


def write_letters(app, now: datetime.datetime) -> list[Email]:
    with app.app_context():
        digests.enqueue(digests.letters_of_week(WEEK, now))
        db.session.commit()
        found = list(db.session.scalars(sa.select(Email)))
        db.session.expunge_all()
        return found


def test_what_is_new_comes_in_the_letter_once(app, world, searching) -> None:
    now = clock.now()
    world.organization(Country.UNITED_STATES, name="Old", listed_at=now - timedelta(days=3))
    world.organization(Country.INDIA, name="Elsewhere", listed_at=now)
    for number in range(7):
        world.organization(Country.UNITED_STATES, name=f"New {number}", listed_at=now)
    (mail,) = write_letters(app, clock.now())
    assert mail.subject == "Seven new organizations for your searches"
    assert "Chips <there>: 7 new organizations" in mail.text
    assert "/organizations?q=chip&country=US&sort=newest" in mail.text
    assert sum(f"New {number}:" in mail.text for number in range(7)) == 5
    assert "Elsewhere" not in mail.text
    assert "Old:" not in mail.text
    (search,) = saved(app)
    assert search.seen_at > now.astimezone(UTC)
    with app.app_context():
        (letter,) = digests.letters_of_week("2026-W49", clock.now())
        assert letter.mail is None


def test_nothing_new_and_searches_that_are_not_told_make_no_letter(app, world, searching) -> None:
    world.organization(Country.UNITED_STATES, listed_at=clock.now() - timedelta(days=3))
    assert write_letters(app, clock.now()) == []
