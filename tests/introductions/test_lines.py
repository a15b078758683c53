"""Each side agrees to a line of its own with its yes; the introduction prints both."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.audit.models import AuditEvent
from app.db import db
from app.introductions import lines
from app.introductions.models import LONGEST_LINE, IntroductionLine
from app.organizations.models import MemberRole, Organization
from app.outbox.models import Email
from tests.introductions.pair import Pair

OURS, THEIRS = "We grow sapphire wafers in Hosur.", "Every fab in Ohio has our chucks."
pytestmark = pytest.mark.one_database("sqlite")


def say_yes(browser: FlaskClient, pair: Pair, line: str, version: int = 0) -> TestResponse:
    return browser.post(pair.url("accept"), data={"line": line, "version": version})


def save(browser: FlaskClient, pair: Pair, line: str, version: int) -> TestResponse:
    return browser.post(pair.url("line"), data={"line": line, "version": version})


def letters(pair: Pair) -> list[Email]:
    with pair.world.app.app_context():
        found = db.session.scalars(sa.select(Email).where(Email.key.startswith("introduction:"))).all()
        db.session.expunge_all()
    return list(found)


def written(pair: Pair) -> dict[int, tuple[str, int]]:
    with pair.world.app.app_context():
        rows = db.session.scalars(sa.select(IntroductionLine))
        return {row.organization_id: (row.text, row.version) for row in rows}


def summarize(pair: Pair, text: str) -> None:
    with pair.world.app.app_context():
        db.session.get_one(Organization, pair.india.id).summary = text
        db.session.commit()


def test_the_lines_both_agreed_to_are_in_the_letter_and_on_the_page_and_not_before(pair):
    asha, bo = pair.browser(pair.asha), pair.browser(pair.bo)
    assert say_yes(asha, pair, f"  {OURS}\n").status_code == 302
    assert OURS in asha.get(pair.url()).text
    assert OURS not in bo.get(pair.url()).text + bo.get("/matches").text
    say_yes(bo, pair, THEIRS)
    for mail in letters(pair):
        assert all(line in text for line in (OURS, THEIRS) for text in (mail.text, mail.html))
    for browser in (asha, bo):
        page = browser.get(pair.url()).text
        assert OURS in page
        assert THEIRS in page


def test_a_yes_without_a_word_agrees_to_the_draft_which_later_changes_leave_alone(pair):
    summarize(pair, OURS)
    asha, bo = pair.browser(pair.asha), pair.browser(pair.bo)
    assert f">{OURS}</textarea>" in asha.get(pair.url()).text.replace("\r\n", "")
    asha.post(pair.url("accept"))
    summarize(pair, "We make bolts now.")
    bo.post(pair.url("accept"))
    assert all(OURS in mail.text and "bolts" not in mail.text for mail in letters(pair))


def test_until_the_introduction_a_line_can_be_changed_and_after_it_on_the_page_only(pair):
    asha, bo = pair.browser(pair.asha), pair.browser(pair.bo)
    say_yes(asha, pair, "A first try.")
    assert save(asha, pair, OURS, 1).status_code == 302
    say_yes(bo, pair, THEIRS)
    assert "What you change now is seen on this page only." in asha.get(pair.url()).text
    assert save(asha, pair, "We moved to Mysuru.", 2).status_code == 302
    assert "We moved to Mysuru." in bo.get(pair.url()).text
    assert all(OURS in mail.text for mail in letters(pair))
    with pair.world.app.app_context():
        count = sa.select(sa.func.count()).where(AuditEvent.action == "match.line_written")
        assert db.session.scalar(count) == 4


def test_who_was_slower_keeps_what_they_typed_and_has_not_said_yes(pair):
    editor = pair.world.user(name="Edith Editor")
    pair.world.member(pair.india, editor, MemberRole.EDITOR)
    asha, edith = pair.browser(pair.asha), pair.browser(editor)
    say_yes(asha, pair, "A first try.")
    assert save(edith, pair, OURS, 1).status_code == 302
    refused = save(asha, pair, "Another try.", 1)
    assert refused.status_code == 409
    assert all(words in refused.text for words in ("Edith Editor", OURS, "Another try.</textarea>"))
    assert 'name="version" type="hidden" value="2"' in refused.text
    assert save(asha, pair, OURS, 1).status_code == 302
    assert written(pair) == {pair.india.id: (OURS, 2)}


def test_a_line_that_is_too_long_is_said_beside_its_field_and_no_yes(pair):
    page = say_yes(pair.browser(pair.asha), pair, "x" * (LONGEST_LINE + 1))
    assert (page.status_code, "at most 400 characters" in page.text) == (422, True)
    assert written(pair) == {}


def test_an_address_in_a_line_is_only_warned_of(pair):
    browser = pair.browser(pair.asha)
    say_yes(browser, pair, "Write to asha.qutub@example.org")
    assert "Your line has an address or a telephone number." in browser.get(pair.url()).text
    assert pair.india.id in written(pair)


@pytest.mark.parametrize("act", ["decline", "withdraw"])
def test_a_closed_match_takes_no_line(pair, act):
    browser = pair.browser(pair.asha)
    if act == "withdraw":
        browser.post(pair.url("accept"))
    assert browser.post(pair.url(act), data={"reason": "timing"}).status_code == 302
    page = browser.get(pair.url()).text
    assert "Your line in the introduction" not in page
    assert save(browser, pair, OURS, 0).status_code == 409


@pytest.mark.parametrize(
    ("summary", "drafted"),
    [
        ("", ""),
        ("Chips,\n made  here.", "Chips, made here."),
        ("One. " + "b" * 300 + ". " + "c" * 200, "One. " + "b" * 300 + "."),
        ("word " * 100, ("word " * 80)[:394] + "…"),
        ("x" * 500, "x" * 399 + "…"),
    ],
)
def test_the_draft_is_what_the_profile_says_in_short(summary, drafted):
    found = lines.drafted(Organization(summary=summary))
    assert found == drafted
    assert len(found) <= LONGEST_LINE
