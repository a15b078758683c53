"""The letter that introduces two organizations."""

from __future__ import annotations

import html
import re

import pytest
import sqlalchemy as sa

from app.db import db
from app.matching.models import MatchState
from app.outbox.models import Email, MailCategory
from app.taxonomy import Country
from tests.introductions.pair import Pair


def both_say_yes(pair: Pair) -> dict[str, Email]:
    for user in (pair.asha, pair.bo):
        pair.browser(user).post(pair.url("accept"))
    with pair.world.app.app_context():
        found = {mail.to_address: mail for mail in db.session.scalars(sa.select(Email))}
        db.session.expunge_all()
    return found


def links(text: str) -> set[str]:
    return set(re.findall(r"https?://localhost[^\s\"<>)]*", html.unescape(text)))


def test_it_names_both_says_why_and_offers_a_first_step(pair):
    mail = both_say_yes(pair)["asha.qutub@example.org"]
    assert mail.category is MailCategory.INTRODUCTION
    assert mail.subject == "Qutubfab Devices, meet Zephyrine Wafers"
    assert "Bo Zephyrson <bo.zephyr@example.org>" in mail.text
    assert "Why they said yes" in mail.text
    assert "They need “packaging”; you offer “a packaging line”." in mail.text
    assert "You need “wafers”; they offer “wafers on demand”." in mail.text
    assert "A good first step" in mail.text
    assert f"/matches/{pair.match.id}" in mail.text


def test_its_text_twin_has_every_link_of_the_html(pair):
    for mail in both_say_yes(pair).values():
        assert len(links(mail.html)) >= 2
        assert links(mail.html) <= links(mail.text)


@pytest.mark.parametrize(
    "attack", ['<script>alert(1)</script></mj-text><img src="x">', "Name\r\nBcc: victim@example.org"]
)
def test_hostile_names_are_inert(world, attack):
    asha, bo = world.user(name=attack), world.user()
    india = world.organization(Country.INDIA, owner=asha, name=attack, summary=attack)
    us = world.organization(Country.UNITED_STATES, owner=bo)
    pair = Pair(world, asha, bo, india, us, world.match(india, us, MatchState.APPROVED))
    mails = both_say_yes(pair)
    assert len(mails) == 2
    for mail in mails.values():
        assert "<script>alert" not in mail.html
        assert '<img src="x"' not in mail.html
        assert "\n" not in mail.subject
        assert "\r" not in mail.subject
        assert "\n" not in mail.to_name


def test_a_side_whose_people_have_all_left_is_said_to_be_out_of_reach(world, pair):
    pair.browser(pair.bo).post(pair.url("accept"))
    with world.app.app_context():
        from app import clock

        db.session.merge(pair.bo).deactivated_at = clock.now()
        db.session.commit()
    pair.browser(pair.asha).post(pair.url("accept"))
    page = pair.browser(pair.asha).get(pair.url()).text
    assert "Nobody there can be reached at the moment" in page
