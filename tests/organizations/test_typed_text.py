"""Nothing typed is lost: drafts, errors, other people, ended sessions."""

from __future__ import annotations

import threading

import pytest
import sqlalchemy as sa

from app.accounts.models import SignIn
from app.db import begin_mode, db
from app.organizations import drafts, queries, services
from app.organizations.models import MemberRole, Organization, ProfileDraft


def draft_of(app, organization, user) -> dict:
    with app.app_context():
        return queries.draft_of(user, organization.id)


def test_what_is_typed_is_kept_as_typed_and_there_again_in_another_browser(app, world) -> None:
    user = world.user()
    organization = world.organization(owner=user)
    url = f"/organizations/{organization.id}"
    typed = {"name": "Kaveri", "founded_year": "nineteen", "website": "javascript:alert(1)", "city": "Mysuru"}
    answer = world.sign_in(user).post(f"{url}/draft/basics", data=typed)
    assert answer.status_code == 200
    assert "Saved" in answer.text
    assert "Kaveri" in answer.text, "the preview has what would pass"
    assert "Mysuru" in answer.text
    assert "javascript" not in answer.text
    page = world.sign_in(user).get(f"{url}/edit/basics").text
    assert 'value="nineteen"' in page
    assert 'value="javascript:alert(1)"' in page
    assert "This is what you typed last time" in page
    with app.app_context():
        assert db.session.get_one(Organization, organization.id).name == organization.name


def test_saving_a_step_drops_its_draft_and_no_other(app, world) -> None:
    user = world.user()
    organization = world.organization(owner=user)
    browser = world.sign_in(user)
    for step in ("work", "exchange"):
        browser.post(f"/organizations/{organization.id}/draft/{step}", data={"summary": "S", "offers": "O"})
    browser.post(f"/organizations/{organization.id}/edit/work", data={"summary": "S"})
    assert list(draft_of(app, organization, user)) == ["exchange"]


def test_a_draft_that_equals_what_is_saved_is_no_draft(app, world) -> None:
    user = world.user()
    organization = world.organization(owner=user)
    browser = world.sign_in(user)
    same = {"offers": organization.offers, "needs": organization.needs}
    browser.post(f"/organizations/{organization.id}/draft/exchange", data=same)
    assert draft_of(app, organization, user) == {}


def test_a_draft_can_be_thrown_away(app, world) -> None:
    user = world.user()
    organization = world.organization(owner=user)
    browser = world.sign_in(user)
    browser.post(f"/organizations/{organization.id}/draft/exchange", data={"offers": "Half a thought"})
    browser.post(f"/organizations/{organization.id}/draft/exchange/discard")
    page = browser.get(f"/organizations/{organization.id}/edit/exchange").text
    assert "Half a thought" not in page
    assert organization.offers in page


@pytest.mark.parametrize("then", ["next", "leave", "back"])
def test_an_error_keeps_everything_whatever_button_was_pressed(app, world, then) -> None:
    user = world.user()
    organization = world.organization(owner=user)
    browser = world.sign_in(user)
    sent = {"name": "", "city": "Mysuru", "founded_year": "3019", "then": then}
    response = browser.post(f"/organizations/{organization.id}/edit/basics", data=sent)
    assert response.status_code == (422 if then == "next" else 303)
    page = (
        response.text if then == "next" else browser.get(f"/organizations/{organization.id}/edit/basics").text
    )
    assert 'value="3019"' in page
    assert 'value="Mysuru"' in page
    if then == "next":
        assert "Give the name of the organization." in page
        assert "Give a year between 1600 and" in page


def test_back_goes_back_and_keeps_what_was_typed(app, world) -> None:
    user = world.user()
    organization = world.organization(owner=user)
    response = world.sign_in(user).post(
        f"/organizations/{organization.id}/edit/exchange", data={"offers": "Half", "then": "back"}
    )
    assert response.location == f"/organizations/{organization.id}/edit/details"
    assert draft_of(app, organization, user)["exchange"]["offers"] == ["Half"]


def test_going_back_from_an_untouched_step_leaves_no_draft(app, world) -> None:
    user = world.user()
    organization = world.organization(owner=user)
    same = {"offers": organization.offers, "needs": organization.needs, "then": "back"}
    world.sign_in(user).post(f"/organizations/{organization.id}/edit/exchange", data=same)
    assert draft_of(app, organization, user) == {}


def form_print(page: str) -> str:
    return page.split('name="seen" type="hidden" value="')[1].split('"')[0]


def test_of_two_people_the_second_is_told_who_was_first_and_keeps_their_words(app, world) -> None:
    first, second = world.user(name="Asha Example"), world.user()
    organization = world.organization(owner=first)
    world.member(organization, second, MemberRole.EDITOR)
    url = f"/organizations/{organization.id}/edit/exchange"
    one, two = world.sign_in(first), world.sign_in(second)
    seen = form_print(two.get(url).text)
    one.post(url, data={"offers": "First", "needs": "N", "seen": seen})
    response = two.post(url, data={"offers": "Second", "needs": "N", "seen": seen})
    assert response.status_code == 409
    assert "Asha Example changed it" in response.text
    assert "Second" in response.text
    assert draft_of(app, organization, second)["exchange"]["offers"] == ["Second"]
    again = two.post(url, data={"offers": "Second", "needs": "N", "seen": form_print(response.text)})
    assert again.status_code == 303
    with app.app_context():
        assert db.session.get_one(Organization, organization.id).offers == "Second"


def test_who_comes_back_to_an_overtaken_draft_is_told_so(world) -> None:
    user, other = world.user(), world.user()
    organization = world.organization(owner=user)
    world.member(organization, other, MemberRole.EDITOR)
    url = f"/organizations/{organization.id}"
    browser = world.sign_in(user)
    seen = form_print(browser.get(f"{url}/edit/exchange").text)
    browser.post(f"{url}/draft/exchange", data={"offers": "Mine", "seen": seen})
    assert "saved other answers" not in browser.get(f"{url}/edit/exchange").text
    world.sign_in(other).post(f"{url}/edit/exchange", data={"offers": "Theirs", "seen": seen})
    assert "saved other answers" in browser.get(f"{url}/edit/exchange").text


def test_two_people_in_different_steps_do_not_disturb_each_other(world) -> None:
    user = world.user()
    organization = world.organization(owner=user)
    browser = world.sign_in(user)
    seen = form_print(browser.get(f"/organizations/{organization.id}/edit/exchange").text)
    browser.post(f"/organizations/{organization.id}/edit/work", data={"summary": "Another"})
    response = browser.post(
        f"/organizations/{organization.id}/edit/exchange", data={"offers": "Mine", "seen": seen}
    )
    assert response.status_code == 303


def test_the_same_form_sent_twice_is_saved_once(world) -> None:
    user = world.user()
    organization = world.organization(owner=user)
    browser = world.sign_in(user)
    url = f"/organizations/{organization.id}/edit/exchange"
    sent = {"offers": "New", "needs": "New", "seen": form_print(browser.get(url).text)}
    assert [browser.post(url, data=sent).status_code for _ in range(2)] == [303, 303]


def test_a_save_that_loses_the_race_in_the_database_keeps_what_was_typed(app, world, monkeypatch) -> None:
    user = world.user()
    organization = world.organization(owner=user)
    browser = world.sign_in(user)

    save = services.save_profile

    def lose(row, values, by):
        # As another transaction would between our reading and our writing.
        db.session.execute(sa.text("UPDATE organization SET version = version + 1"))
        return save(row, values, by)

    monkeypatch.setattr(services, "save_profile", lose)
    response = browser.post(f"/organizations/{organization.id}/edit/work", data={"summary": "Late"})
    assert response.status_code == 409
    assert "Late" in response.text
    assert draft_of(app, organization, user)["work"]["summary"] == ["Late"]


def test_when_the_session_has_ended_the_page_gives_back_what_was_typed(app, world) -> None:
    user = world.user()
    organization = world.organization(owner=user)
    browser = world.sign_in(user)
    with app.app_context():
        db.session.execute(sa.delete(SignIn))
        db.session.commit()
    response = browser.post(
        f"/organizations/{organization.id}/edit/exchange", data={"offers": "An hour of work", "needs": ""}
    )
    assert response.status_code == 401
    assert "An hour of work" in response.text
    kept = browser.post(f"/organizations/{organization.id}/draft/exchange", data={"offers": "x"})
    assert kept.status_code == 401, "so that nothing takes the place of the preview"


def test_characters_a_database_refuses_are_left_out_of_the_draft_only(app, world) -> None:
    user = world.user()
    organization = world.organization(owner=user)
    browser = world.sign_in(user)
    url = f"/organizations/{organization.id}"
    assert browser.post(f"{url}/draft/exchange", data={"offers": "A\x00B"}).status_code == 200
    assert draft_of(app, organization, user)["exchange"]["offers"] == ["AB"]


def test_two_first_drafts_at_once_become_one(app, world) -> None:
    user = world.user()
    organization = world.organization(owner=user)
    start = threading.Barrier(2)
    failures: list[Exception] = []

    def type_something(step: str) -> None:
        try:
            with app.app_context():
                begin_mode.set("IMMEDIATE")
                start.wait(10)
                drafts.keep(db.session.get_one(Organization, organization.id), user, step, {"a": ["b"]})
                db.session.commit()
        except sa.exc.SQLAlchemyError as error:
            failures.append(error)

    threads = [threading.Thread(target=type_something, args=(step,)) for step in ("work", "exchange")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert not failures
    with app.app_context():
        assert db.session.scalars(sa.select(sa.func.count()).select_from(ProfileDraft)).one() == 1
    assert set(draft_of(app, organization, user)) == {"work", "exchange"}
