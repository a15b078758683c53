"""The directory: what it finds, how it pages, what it costs."""

from __future__ import annotations

import re
from contextlib import contextmanager
from itertools import chain

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from app.db import db
from app.organizations import directory
from app.organizations.directory import Wish
from app.organizations.models import ProfileState
from app.taxonomy import Country, Kind, Stage


def names_on(page: str) -> list[str]:
    return re.findall(r'<p class="row-head">\s*<a [^>]*><bdi>(.*?)</bdi>', page)


@pytest.fixture
def listed(world) -> None:
    """A handful of organizations that differ in each filter."""
    world.organization(name="Alpha", summary="Chip test floor", region_code="IN-TN", stage=Stage.SEED)
    world.organization(
        Country.UNITED_STATES, Kind.SME, name="Beta", summary="Water pumps", technologies=["climate"]
    )
    world.organization(
        Country.UNITED_STATES, Kind.INVESTOR, name="Gamma", summary="Funds", stages=["seed", "growth"]
    )
    world.organization(
        name="Delta 100%", summary="Solar", tags=["Solar Roofs"], technologies=["clean_energy"]
    )
    world.organization(name="Hidden", summary="Chip test floor", state=ProfileState.DRAFT)
    world.organization(name="Paused", summary="Something", state=ProfileState.PAUSED)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["Alpha", "Beta", "Delta 100%", "Gamma", "Paused"]),
        ("q=chip", ["Alpha"]),
        ("q=FLOOR+chip", ["Alpha"]),
        ("q=chip+water", []),
        ("q=roofs", ["Delta 100%"]),
        ("q=100%25", ["Delta 100%"]),
        ("q=_", []),
        ("kind=sme", ["Beta"]),
        ("country=US", ["Beta", "Gamma"]),
        ("region=IN-TN", ["Alpha"]),
        ("technology=climate", ["Beta"]),
        ("stage=seed", ["Alpha", "Gamma"]),
        ("country=US&kind=investor&q=fund", ["Gamma"]),
        ("sort=newest", ["Paused", "Delta 100%", "Gamma", "Beta", "Alpha"]),
        ("kind=nothing&country=XX&stage=1&technology=zz&region=US-ZZ&sort=up", None),
        ("q=%00%00", None),
        ("q=%ED%A0%80", []),
        ("after=99999999999999999999-A", None),
        ("after=1-%00", None),
        ("kind=sme&kind=startup", ["Beta"]),
        ("q=" + "a" * 5000, []),
    ],
)
def test_filters_find_what_they_say(client, listed, query, found) -> None:
    response = client.get(f"/organizations?{query}")
    assert response.status_code == 200
    expected = ["Alpha", "Beta", "Delta 100%", "Gamma", "Paused"] if found is None else found
    assert names_on(response.text) == expected


def test_what_was_asked_stands_in_the_form_and_in_the_address(client, listed) -> None:
    page = client.get("/organizations?q=chip&kind=startup").text
    assert 'value="chip"' in page
    assert '<option value="startup" selected>' in page


def test_an_empty_result_says_what_to_do(client, listed) -> None:
    page = client.get("/organizations?q=nothing+like+it").text
    assert "Nothing found" in page
    assert "Show all organizations" in page


def walk(asked: Wish, backwards: bool) -> list[list[int]]:
    """Ids on each page from one end to the other."""
    page = directory.page(asked)
    while backwards and page.after:
        page = directory.page(asked, after=page.after)
    pages = [[one.id for one in page.organizations]]
    while key := page.before if backwards else page.after:
        page = directory.page(asked, before=key) if backwards else directory.page(asked, after=key)
        pages.append([one.id for one in page.organizations])
    return pages


@settings(max_examples=12, deadline=None)
@given(names=st.lists(st.sampled_from(["a", "B", "é", "z", "a-b", "1-2", "ß", "श"]), max_size=9))
def test_paging_shows_each_organization_once_in_both_directions(migrated, names) -> None:
    from tests.conftest import empty
    from tests.world import World

    with migrated.app_context():
        empty(db.engine)
    world = World(migrated)
    everything = {world.organization(name=name).id for name in names}
    with migrated.app_context(), pytest.MonkeyPatch.context() as patch:
        patch.setattr(directory, "PAGE_SIZE", 2)
        for asked in (Wish(), Wish(sort="newest"), Wish(kind="startup")):
            forwards = list(chain.from_iterable(walk(asked, backwards=False)))
            assert len(forwards) == len(set(forwards))
            assert set(forwards) == everything
            backwards = list(chain.from_iterable(map(reversed, walk(asked, backwards=True))))
            assert backwards == list(reversed(forwards))


def test_pages_are_joined_by_links_that_keep_the_filters(client, world, monkeypatch) -> None:
    monkeypatch.setattr(directory, "PAGE_SIZE", 2)
    for name in "ABC":
        world.organization(name=name)
    first = client.get("/organizations?kind=startup")
    onward = re.search(r'rel="next" href="([^"]+)"', first.text).group(1).replace("&amp;", "&")
    assert "kind=startup" in onward
    second = client.get(onward)
    assert names_on(second.text) == ["C"]
    back = re.search(r'rel="prev" href="([^"]+)"', second.text).group(1).replace("&amp;", "&")
    assert names_on(client.get(back).text) == ["A", "B"]
    assert 'rel="prev"' not in client.get(back).text


def test_more_than_is_counted_is_said_so(client, world, monkeypatch) -> None:
    monkeypatch.setattr(directory, "PAGE_SIZE", 2)
    monkeypatch.setattr(directory, "COUNT_LIMIT", 3)
    for _ in range(4):
        world.organization()
    assert "More than 3 organizations" in client.get("/organizations").text


@contextmanager
def counted(app):
    statements: list[str] = []

    def note(_connection, _cursor, statement, *_rest) -> None:
        statements.append(statement)

    with app.app_context():
        engine = db.engine
    sa.event.listen(engine, "before_cursor_execute", note)
    yield statements
    sa.event.remove(engine, "before_cursor_execute", note)


def queries_of(app, browser, path: str) -> int:
    with counted(app) as statements:
        assert browser.get(path).status_code == 200
    return len(statements)


def test_the_number_of_queries_does_not_grow_with_the_rows(app, world, monkeypatch) -> None:
    monkeypatch.setattr(directory, "PAGE_SIZE", 5)
    owner = world.user()
    browser = world.sign_in(owner)
    paths = ["/organizations", "/organizations?q=chip&technology=semiconductors", "/organizations/mine"]
    counts = {}
    for total, more in ((10, 10), (100, 90)):
        for _ in range(more):
            world.organization(owner=owner)
        counts[total] = [queries_of(app, browser, path) for path in paths]
    assert counts[10] == counts[100]
    assert max(counts[100]) <= 5


def test_people_pages_cost_the_same_for_two_and_for_thirty(app, world) -> None:
    owner = world.user()
    organization = world.organization(owner=owner)
    browser = world.sign_in(owner)
    counts = []
    for more in (1, 28):
        for _ in range(more):
            world.member(organization, world.user())
        counts.append(queries_of(app, browser, f"/organizations/{organization.id}/people"))
    assert counts[0] == counts[1]
