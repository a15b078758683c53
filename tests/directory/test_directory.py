"""The directory: what it finds, how it counts and pages, what it costs."""

from __future__ import annotations

import re
from datetime import timedelta
from itertools import chain
from pathlib import Path
from urllib.parse import parse_qs

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app import clock
from app.db import db
from app.directory import queries
from app.directory.wish import Wish
from app.organizations.models import ProfileState, Verification
from app.organizations.models.brief import Brief
from app.taxonomy import Country, Kind, Stage

NOWHERE = Path("no models here")
EVERYBODY = ["Alpha", "Beta", "Delta 100%", "Epsilon", "Gamma", "Paused"]


def names_on(page: str) -> list[str]:
    return re.findall(r'<p class="row-head">\s*<a [^>]*><bdi>(.*?)</bdi>', page)


def count_of(page: str, facet: str, value: str) -> int | None:
    """The number beside a value; None when the value is not offered."""
    found = re.search(rf'name="{facet}" value="{value}".*?facet__count">([\d,]+)<', page, re.DOTALL)
    return int(found.group(1)) if found else None


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
        name="Delta 100%",
        summary="Solar",
        tags=["Solar Roofs"],
        technologies=["clean_energy"],
        certifications=["ISO 9001"],
        verification=Verification.CONFIRMED,
        description="Long " * 30,
    )
    seeker = world.organization(
        Country.UNITED_STATES, Kind.SKILL_PROGRAM, name="Epsilon", region_code="US-TX"
    )
    now, past = clock.now(), clock.now().date() - timedelta(days=9)
    for title, dates in (("Trainers", {}), ("Money", {"valid_until": past}), ("Rooms", {"ended_at": now})):
        sort = {"Trainers": "talent", "Money": "capital", "Rooms": "pilot_site"}[title]
        brief = {"organization_id": seeker.id, "side": "need", "title": title, "cooperation": sort}
        world.add(Brief(**brief, created_at=now, updated_at=now, **dates))
    world.organization(name="Hidden", summary="Chip test floor", state=ProfileState.DRAFT)
    world.organization(name="Paused", summary="Something", state=ProfileState.PAUSED, name_hi="सौर ऊर्जा")


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", EVERYBODY),
        ("q=test+floor", ["Alpha"]),
        ("q=FLOOR+chip", ["Alpha"]),
        ("q=floor+water", []),
        ("q=roofs", ["Delta 100%"]),
        ("q=100%25", ["Delta 100%"]),
        ("q=_", []),
        ("q=ऊर्जा", ["Paused"]),
        ("q=tamil", ["Alpha"]),
        ("q=sensor+-floor+-pumps+-gam", ["Delta 100%", "Epsilon", "Paused"]),
        ("q=-floor+-pumps", ["Delta 100%", "Epsilon", "Gamma", "Paused"]),
        ("kind=sme", ["Beta"]),
        ("kind=sme&kind=investor", ["Beta", "Gamma"]),
        ("country=US", ["Beta", "Epsilon", "Gamma"]),
        ("country=US&not_kind=investor", ["Beta", "Epsilon"]),
        ("not_technology=semiconductors", ["Beta", "Delta 100%"]),
        ("region=IN-TN", ["Alpha"]),
        ("technology=climate", ["Beta"]),
        ("stage=seed", ["Alpha", "Gamma"]),
        ("certification=ISO+9001", ["Delta 100%"]),
        ("needs=talent&needs=research", ["Epsilon"]),
        ("needs=capital", []),
        ("needs=pilot_site", []),
        ("offers=talent", []),
        ("verification=confirmed", ["Delta 100%"]),
        ("country=US&kind=investor&q=fund", ["Gamma"]),
        ("sort=newest", ["Paused", "Epsilon", "Delta 100%", "Gamma", "Beta", "Alpha"]),
        ("sort=longest&technology=clean_energy&technology=climate", ["Delta 100%", "Beta"]),
        ("kind=nothing&country=XX&stage=1&technology=zz&region=US-ZZ&sort=up", None),
        ("q=%00%00", None),
        ("q=%ED%A0%80", []),
        ("after=99999999999999999999-A", None),
        ("after=1-%00", None),
        ("q=" + "a" * 5000, []),
    ],
)
def test_filters_find_what_they_say(client, listed, query, found) -> None:
    response = client.get(f"/organizations?{query}")
    assert response.status_code == 200
    expected = EVERYBODY if found is None else found
    assert names_on(response.text) == expected


def test_each_facet_is_counted_under_all_other_filters(client, listed) -> None:
    page = client.get("/organizations?country=US&kind=sme").text
    assert [count_of(page, "kind", kind) for kind in ("sme", "investor", "startup")] == [1, 1, None]
    assert [count_of(page, "country", code) for code in ("US", "IN")] == [1, None]
    assert [count_of(page, "technology", code) for code in ("climate", "semiconductors")] == [1, None]


def test_what_was_asked_stands_in_the_form_and_in_the_address(client, listed) -> None:
    page = client.get("/organizations?q=chip&kind=startup&not_country=US").text
    assert 'value="chip"' in page
    assert 'value="startup" checked' in page
    assert '<input type="hidden" name="not_country" value="US">' in page


def test_an_empty_result_says_what_to_drop(client, listed) -> None:
    page = client.get("/organizations?q=floor&kind=sme").text
    assert "Nothing found" in page
    assert "Without “SME”: one organization" in page
    assert "Without “floor”: one organization" in page


def test_a_name_comes_before_what_is_only_about_it_and_the_rest_says_why(client, world) -> None:
    world.organization(name="Zeta", offers="Grows nebula crystals")
    world.organization(name="The Nebula group")
    world.organization(name="Nebula Works")
    world.organization(name="Nebula")
    page = client.get("/organizations?q=nebula").text
    assert names_on(page) == ["Nebula", "Nebula Works", "The Nebula group", "Zeta"]
    assert "Offers: <bdi>Grows <mark>nebula</mark> crystals</bdi>" in page


def test_only_what_a_reader_may_see_is_searched(client, world) -> None:
    from app.organizations.identifiers import Scheme

    organization = world.organization(name="Open", external_id="canary-external", source="canary-source")
    world.identifier(organization, Scheme.LEI, "213800KUD8LAJWSQ9D15")
    world.organization(name="canary", state=ProfileState.DRAFT)
    world.organization(name="canary", state=ProfileState.MERGED)
    for word in ("canary", "213800KUD8LAJWSQ9D15", "KUD8"):
        assert names_on(client.get(f"/organizations?q={word}").text) == []
        assert b"Open" not in client.get(f"/organizations/found.csv?q={word}").data


def test_the_map_counts_states_under_the_filters_and_a_tile_chooses_one(client, listed) -> None:
    page = client.get("/organizations?view=map&kind=startup").text
    assert "Tamil Nadu: 1" in page
    assert "California: 0" in page
    tile = re.search(r'<a href="([^"]+)" aria-label="Tamil Nadu: 1"', page).group(1).replace("&amp;", "&")
    assert parse_qs(tile.partition("?")[2]) == {"kind": ["startup"], "region": ["IN-TN"], "view": ["map"]}
    assert 'aria-current="true"' in client.get(tile).text


def test_the_file_has_the_whole_result_and_no_formulas(app, client, world, monkeypatch) -> None:
    monkeypatch.setattr(queries, "_AT_ONCE", 2)
    for name in ("=1+1", "B", "C"):
        world.organization(name=name)
    world.organization(Country.UNITED_STATES, name="Elsewhere")
    rows = client.get("/organizations/found.csv?country=IN").data.decode("utf-8-sig").splitlines()
    assert [row.split(",")[0] for row in rows] == ["name", "'=1+1", "B", "C"]
    monkeypatch.setattr("app.directory.views.MOST_FOR_VISITORS", 2)
    assert client.get("/organizations/found.csv?country=IN").headers["Location"].startswith("/sign-in")
    assert world.sign_in(world.user()).get("/organizations/found.csv?country=IN").status_code == 200


def walk(asked: Wish, backwards: bool) -> list[list[int]]:
    """Ids on each page from one end to the other."""
    found = queries.found(asked, NOWHERE)
    page = queries.page(found)
    while backwards and page.after:
        page = queries.page(found, after=page.after)
    pages = [[one.id for one in page.organizations]]
    while key := page.before if backwards else page.after:
        page = queries.page(found, before=key) if backwards else queries.page(found, after=key)
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
        patch.setattr(queries, "PAGE_SIZE", 2)
        for asked in (Wish(), Wish(sort="newest"), Wish(sort="longest"), Wish(text="chip")):
            forwards = list(chain.from_iterable(walk(asked, backwards=False)))
            assert len(forwards) == len(set(forwards))
            assert set(forwards) == everything
            backwards = list(chain.from_iterable(map(reversed, walk(asked, backwards=True))))
            assert backwards == list(reversed(forwards))


def test_pages_are_joined_by_links_that_keep_the_filters(client, world, monkeypatch) -> None:
    monkeypatch.setattr(queries, "PAGE_SIZE", 2)
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


@pytest.mark.parametrize("order", ["name", "newest", "longest"])
def test_a_page_goes_on_behind_an_organization_that_has_left(app, client, world, monkeypatch, order) -> None:
    monkeypatch.setattr(queries, "PAGE_SIZE", 1)
    made = [world.organization(name=name, description=name * 9 * at) for at, name in enumerate("ABC")]
    ids = [one.id for one in (made if order == "name" else made[::-1])]
    names = "ABC" if order == "name" else "CBA"
    first = client.get(f"/organizations?sort={order}").text
    onward = re.search(r'rel="next" href="([^"]+)"', first).group(1).replace("&amp;", "&")
    with app.app_context():
        from app.organizations.models import Organization

        gone = db.session.get(Organization, ids[0])
        gone.state, gone.profile_changed_at = ProfileState.MERGED, clock.now()
        db.session.commit()
    assert names_on(client.get(onward).text) == [names[1]]


@pytest.mark.parametrize("path", ["/organizations", "/organizations?q=chip&technology=semiconductors&view="])
def test_the_number_of_queries_does_not_grow_with_the_rows(
    client, world, monkeypatch, count_queries, path
) -> None:
    monkeypatch.setattr(queries, "PAGE_SIZE", 5)
    counts = []
    for more in (10, 40):
        for _ in range(more):
            world.organization()
        client.get(path)
        counts.append(count_queries(lambda: client.get(path)))
    assert counts[0] == counts[1]
    assert counts[0] <= 5
