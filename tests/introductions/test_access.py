"""Who may read and who may answer a match."""

from __future__ import annotations

import pytest

from app.accounts.models import Role
from app.organizations.models import MemberRole
from app.taxonomy import Country

ACTS = ["accept", "not-now", "decline"]
TYPED = {"reason": "timing", "until": "2100-01-01"}


@pytest.mark.parametrize("role", list(MemberRole))
def test_people_of_a_side_read_it(world, pair, role):
    person = world.user()
    world.member(pair.us, person, role)
    assert world.sign_in(person).get(pair.url()).status_code == 200


@pytest.mark.parametrize("act", ACTS)
def test_a_viewer_reads_and_does_not_answer(world, pair, act):
    viewer = world.user()
    world.member(pair.us, viewer, MemberRole.VIEWER)
    browser = world.sign_in(viewer)
    assert "Yes, introduce us" not in browser.get(pair.url()).text
    assert "Yes, introduce us" not in browser.get("/matches").text
    typed = {**TYPED, "until": ""} if act == "not-now" else TYPED
    assert browser.post(pair.url(act), data=typed).status_code == 403


@pytest.mark.parametrize("act", [None, *ACTS])
@pytest.mark.parametrize("role", list(Role))
def test_strangers_of_every_role_find_nothing(world, pair, act, role):
    stranger = world.user(role)
    world.organization(Country.INDIA, owner=stranger)
    browser = world.sign_in(stranger)
    page = browser.get(pair.url()) if act is None else browser.post(pair.url(act), data=TYPED)
    assert page.status_code == 404


@pytest.mark.parametrize("act", [None, *ACTS])
def test_who_is_signed_out_is_asked_to_sign_in(client, pair, act):
    page = client.get(pair.url()) if act is None else client.post(pair.url(act), data=TYPED)
    assert page.status_code in {302, 401}
    assert "Organization" not in page.text


@pytest.mark.parametrize("number", [0, 2**31, 2**63, 10**30])
def test_a_number_no_match_can_have_is_not_found(world, number):
    assert world.sign_in(world.user()).get(f"/matches/{number}").status_code == 404


def test_a_get_of_an_answer_does_nothing(world, pair):
    assert world.sign_in(pair.asha).get(pair.url("accept")).status_code == 405
