"""Needs and offers: what people may say, what the lines of a profile become, and when they leave it."""

from __future__ import annotations

import random
import re
from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from app import clock
from app.audit.models import AuditEvent
from app.db import db
from app.organizations import brief_lines, brief_queries, briefs, services, tasks
from app.organizations.brief_lines import Held
from app.organizations.models import Aspect, Brief, Organization, ProfileState, Side, Weight
from app.taxonomy import Country, Kind
from app.taxonomy.exchange import CooperationType

LINE = "Wafer supply for sensor chips"
TODAY = date(2026, 11, 23)


def url(organization, *more) -> str:
    return "/".join(["/organizations", str(organization.id), "briefs", *map(str, more)])


def typed(**fields) -> dict[str, object]:
    return {"side": "need", "title": "Clean water for a fab", **fields}


def lines_and_titles(app, organization) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    with app.app_context():
        row = db.session.get(Organization, organization.id)
        found = brief_queries.briefs_of(organization.id)
        titles = {side.value: [one.title for one in found.of(side)] for side in Side}
        return {"need": row.need_lines(), "offer": row.offer_lines()}, titles


def test_an_answer_about_money_opens_the_form_with_a_fitting_side_and_cooperation(world) -> None:
    owner = world.user()
    investor = world.organization(Country.INDIA, Kind.INVESTOR, owner=owner)
    browser = world.sign_in(owner)
    assert "Who would pay whom?" in browser.get(url(investor, "new")).text
    page = browser.get(url(investor, "new?flow=we_pay")).text
    assert re.search(r'<input[^>]*checked[^>]*value="offer"', page)
    assert '<option selected value="capital">' in page
    assert browser.get(url(investor, "new?flow=nonsense")).status_code == 422


def test_a_need_with_all_it_says_stands_in_the_profile_and_its_title_among_the_lines(app, world) -> None:
    owner = world.user()
    organization = world.organization(owner=owner)
    until = clock.now().date() + timedelta(days=90)
    sent = typed(
        detail="Ten cubic meters an hour.",
        cooperation="business",
        money_flow="we_pay",
        technologies=["semiconductors"],
        segment="facility.ultrapure_water",
        trl="8",
        ip_status="know_how",
        partnership_kinds=["supply"],
        valid_until=until.isoformat(),
        state_weight="must",
        state_wish=["US-TX"],
        trl_weight="prefer",
        trl_wish="7",
    )
    assert world.sign_in(owner).post(url(organization, "new"), data=sent).status_code == 303
    page = app.test_client().get(f"/organizations/{organization.id}").text
    for words in (
        "Ten cubic meters",
        "Business: buying",
        "We pay the partner",
        "TRL 8",
        "Valid until",
        "Texas",
    ):
        assert words in page
    lines, titles = lines_and_titles(app, organization)
    # What stood there as a line before became a record on the way.
    assert lines == titles
    assert titles["need"] == [LINE, "Clean water for a fab"]


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"title": ""}, "Say in one line"),
        ({"title": "x" * 201}, "at most 200"),
        ({"side": ""}, "need it or offer it"),
        ({"valid_until": "2020-01-01"}, "after today"),
        ({"valid_until": "2031-01-01"}, "within two years"),
        ({"valid_until": "soon"}, "Not a valid date"),
        ({"trl": "10"}, "Not a valid choice"),
        ({"state_weight": "must"}, "Choose what you wish"),
        ({"kind_wish": ["sme"]}, "a must or a preference"),
        ({"state_weight": "must", "state_wish": ["IN-KA"]}, "not known"),
    ],
)
def test_wrong_answers_are_told_beside_the_field_and_all_that_was_typed_stays(world, wrong, message) -> None:
    owner = world.user()
    organization = world.organization(owner=owner)
    sent = typed(detail="Kept as typed.", **wrong) if not wrong.keys() & typed() else {**typed(), **wrong}
    sent["detail"] = "Kept as typed."
    response = world.sign_in(owner).post(url(organization, "new"), data=sent)
    assert response.status_code == 422
    assert message in response.text
    assert "Kept as typed." in response.text


def test_a_title_is_taken_once_a_side_and_a_side_takes_twelve(app, world) -> None:
    owner = world.user()
    organization = world.organization(owner=owner, needs="\n".join(f"Need {n}" for n in range(11)))
    browser = world.sign_in(owner)
    again = browser.post(url(organization, "new"), data=typed(title="need 3", detail="My words"))
    assert again.status_code == 409
    assert "one of this title already" in again.text
    assert "My words" in again.text
    assert browser.post(url(organization, "new"), data=typed()).status_code == 303
    refused = browser.post(url(organization, "new"), data=typed(title="One too many"))
    assert refused.status_code == 409
    assert "One too many" in refused.text
    lines, titles = lines_and_titles(app, organization)
    assert lines == titles
    assert len(titles["need"]) == 12


def test_the_second_of_two_editors_is_told_and_keeps_what_was_typed(app, world) -> None:
    owner = world.user()
    organization = world.organization(owner=owner)
    brief = world.brief(organization)
    browser = world.sign_in(owner)
    first = browser.post(url(organization, brief.id), data=typed(title="First", seen=brief.version))
    assert first.status_code == 303
    second = browser.post(url(organization, brief.id), data=typed(title="Second", seen=brief.version))
    assert second.status_code == 409
    assert "Somebody changed this" in second.text
    assert 'value="Second"' in second.text
    lines, titles = lines_and_titles(app, organization)
    assert lines["need"] == titles["need"] == ["First"]


def test_what_is_ended_leaves_the_profile_and_is_written_down(app, world) -> None:
    owner, stranger = world.user(), world.user()
    organization = world.organization(owner=owner)
    brief = world.brief(organization)
    other = world.organization(owner=stranger)
    assert world.sign_in(stranger).post(url(other, brief.id, "end")).status_code == 404
    browser = world.sign_in(owner)
    assert browser.post(url(organization, brief.id, "end")).status_code == 303
    assert browser.post(url(organization, brief.id, "end")).status_code == 404
    assert lines_and_titles(app, organization)[0]["need"] == []
    with app.app_context():
        query = sa.select(AuditEvent.action).order_by(AuditEvent.number.desc())
        assert db.session.scalars(query).first() == "organization.brief_ended"


def test_what_ran_out_is_taken_off_told_to_the_owner_and_can_be_renewed(app, world) -> None:
    owner = world.user()
    organization = world.organization(owner=owner)
    brief = world.brief(organization, valid_until=clock.now().date() - timedelta(days=1))
    with app.app_context():
        tasks.retire_briefs()
    lines, titles = lines_and_titles(app, organization)
    assert lines["need"] == titles["need"] == []
    browser = world.sign_in(owner)
    assert "Some have run out" in browser.get(url(organization)).text
    assert LINE not in app.test_client().get(f"/organizations/{organization.id}").text
    assert browser.post(url(organization, brief.id, "renew")).status_code == 303
    lines, titles = lines_and_titles(app, organization)
    assert lines["need"] == titles["need"] == [LINE]


def test_lines_of_the_guided_form_become_records_and_a_reworded_line_keeps_its_record(app, world) -> None:
    owner = world.user()
    organization = world.organization(owner=owner, needs=LINE)
    brief = world.brief(organization, cooperation=CooperationType.BUSINESS)
    with app.app_context():
        row = db.session.get(Organization, organization.id)
        services.save_profile(row, {"needs": f"Something new\n{LINE}, 200 mm"}, by=owner)
        db.session.commit()
        needs = brief_queries.briefs_of(organization.id).needs
        assert [one.title for one in needs] == ["Something new", f"{LINE}, 200 mm"]
        assert needs[1].id == brief.id
        assert needs[1].cooperation is CooperationType.BUSINESS


def test_imported_lines_become_records_in_bulk_and_a_second_time_changes_nothing(app, world) -> None:
    made = [world.organization(needs=f"Need of {n}\nNeed of {n}\n\nMore", offers="") for n in range(3)]
    with app.app_context():
        briefs.sync_many([one.id for one in made])
        db.session.commit()
        before = db.session.execute(sa.select(Brief.id, Brief.version).order_by(Brief.id)).all()
        briefs.sync_many([one.id for one in made])
        db.session.commit()
        assert db.session.execute(sa.select(Brief.id, Brief.version).order_by(Brief.id)).all() == before
    assert lines_and_titles(app, made[2])[1]["need"] == ["Need of 2", "More"]


def test_lines_and_records_stay_equal_whatever_is_done_to_either(app, world) -> None:
    owner, chance = world.user(), random.Random(7)
    organization = world.organization(owner=owner)
    words = ["Chips", "Wafers", "Water", "Glass", "Test floors", "Water, clean", "Gas"]
    with app.app_context():
        briefs.sync_many([organization.id])
        for _step in range(40):
            row = db.session.get(Organization, organization.id)
            held = brief_queries.briefs_of(row.id)
            every = [*held.needs, *held.offers]
            verb = chance.choice(["lines", "add", "end", "rename"])
            title, side = chance.choice(words), chance.choice(list(Side))
            try:
                if verb == "lines":
                    lines = "\n".join(chance.sample(words, chance.randint(0, 4)))
                    services.save_profile(row, {chance.choice(["needs", "offers"]): lines}, by=owner)
                elif verb == "add":
                    briefs.add(row, {"side": side, "title": title}, {}, by=owner)
                elif every and verb == "end":
                    briefs.end(row, chance.choice(every), by=owner)
                elif every:
                    one = chance.choice(every)
                    wish = {Aspect.STATE: (Weight.MUST, [chance.choice(["US-CA", "US-TX"])])}
                    briefs.save(row, one, {"side": side, "title": title}, wish, seen=one.version, by=owner)
                db.session.commit()
            except (briefs.SameTitle, briefs.ChangedMeanwhile):
                db.session.rollback()
            found = brief_queries.briefs_of(row.id)
            assert row.need_lines() == [one.title for one in found.needs], verb
            assert row.offer_lines() == [one.title for one in found.offers], verb


@pytest.mark.parametrize(
    ("titles", "held", "new", "ended"),
    [
        (["a", "b"], [], ["a", "b"], []),
        (["b"], [Held(1, "a", 0), Held(2, "b", 1)], [], [1]),
        ([], [Held(1, "a", 0)], [], [1]),
        # Its time is over and nobody has taken it off yet: neither a new record nor an ended one.
        (["a"], [Held(1, "a", 0, TODAY - timedelta(days=1))], [], []),
        # Taken off, and now written again: the record holds once more.
        (["a"], [Held(1, "a", 0, TODAY - timedelta(days=1), True)], [], []),
        (["c"], [Held(1, "a", 0, TODAY - timedelta(days=1), True)], ["c"], []),
    ],
)
def test_a_change_of_lines_adds_and_ends_only_what_differs(titles, held, new, ended) -> None:
    change = brief_lines.change_for(titles, held, TODAY)
    assert [title for _place, title in change.new] == new
    assert [one.id for one in change.ended] == ended


@pytest.mark.parametrize("state", [ProfileState.DRAFT, ProfileState.SUBMITTED, ProfileState.REFUSED])
def test_needs_and_offers_of_unlisted_organizations_are_nowhere(app, world, state) -> None:
    organization = world.organization(state=state, needs="canary-need")
    brief = world.brief(organization, "canary-need", detail="canary-detail")
    outsider = world.sign_in(world.user())
    for path in (f"/organizations/{organization.id}", url(organization), url(organization, brief.id)):
        response = outsider.get(path)
        assert response.status_code == 404
        assert "canary" not in response.text
    assert "canary" not in outsider.get("/organizations?sort=newest").text
    assert "canary" not in outsider.get("/organizations/found.csv").text
