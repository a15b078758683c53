"""The weekly letter: what is in it, who gets it, once a week and never empty."""

from __future__ import annotations

import html
import re
from datetime import timedelta

import pytest
import sqlalchemy as sa

from app import clock
from app.accounts.models import Role, User
from app.db import db
from app.digests import emails, queries, services
from app.digests.models import Digest, DigestState
from app.introductions.models import Answer, AnswerChoice, Introduction
from app.matching.models import MatchState
from app.outbox.models import Email, MailCategory
from app.taxonomy import Country
from tests.introductions.pair import REASONS, SECRETS, make_pair

MONDAY_NINE_IN_INDIA = "2026-11-16T03:30"
MONDAY_NINE_IN_NEW_YORK = "2026-11-16T14:00"


def states(app) -> dict[int, DigestState]:
    with app.app_context():
        return {row.user_id: row.state for row in db.session.scalars(sa.select(Digest))}


def links(text: str) -> set[str]:
    return set(re.findall(r"https?://localhost[^\s\"<>)]*", html.unescape(text)))


def test_each_person_gets_the_letter_at_nine_on_their_own_monday(world, at, run, letters):
    at("2026-11-15T10:00")
    pair = make_pair(world)
    run()
    assert letters() == []
    at("2026-11-16T03:29")
    run()
    assert letters() == []
    at(MONDAY_NINE_IN_INDIA)
    run()
    assert [m.user_id for m in letters()] == [pair.asha.id]
    at(MONDAY_NINE_IN_NEW_YORK)
    run()
    assert [m.user_id for m in letters()] == [pair.asha.id, pair.bo.id]


def test_the_letter_says_what_needs_the_person_and_why_the_matches_fit(world, at, run, letters):
    at(MONDAY_NINE_IN_INDIA)
    pair = make_pair(world)
    world.match(pair.india, state=MatchState.APPROVED)
    run()
    (mail,) = letters()
    assert mail.key == f"digest:{pair.asha.id}:2026-W47"
    assert mail.category is MailCategory.DIGEST
    assert mail.subject == "Two answers wait for you"
    assert f"/matches/{pair.match.id}" in mail.text
    assert "Why they would say yes" in mail.text
    assert "/unsubscribe/digest/" in mail.unsubscribe_url
    assert "/unsubscribe/digest/" in mail.text


def test_the_letter_is_written_in_its_readers_language(app, world, at, run, letters):
    at(MONDAY_NINE_IN_INDIA)
    pair = make_pair(world)
    with app.app_context():
        db.session.execute(sa.update(User).where(User.id == pair.asha.id).values(locale="hi"))
        db.session.commit()
    run()
    (mail,) = letters()
    assert mail.subject == "एक जवाब आपकी राह देख रहा है"
    assert "वे हाँ क्यों कहेंगे" in mail.text
    assert not {"Why", "Dear", "Mondays"} & set(mail.text.split())


def test_at_most_three_matches_are_shown_and_the_rest_is_counted(world, at, run, letters):
    at(MONDAY_NINE_IN_INDIA)
    pair = make_pair(world)
    for _time in range(4):
        world.match(pair.india, state=MatchState.APPROVED)
    run()
    (mail,) = letters()
    assert mail.subject == "Five answers wait for you"
    assert "2 more matches wait for your answer" in mail.text
    assert len(re.findall(r"^\d\. ", mail.text, re.MULTILINE)) == 3


def test_nothing_to_tell_is_settled_without_a_letter(app, world, at, run, letters):
    at(MONDAY_NINE_IN_INDIA)
    idle = world.user()
    observer = world.user(Role.OBSERVER)
    manager = world.user(Role.PROGRAM_MANAGER)
    run()
    assert letters() == []
    assert states(app) == dict.fromkeys((idle.id, observer.id, manager.id), DigestState.NOTHING)


@pytest.mark.parametrize(
    "fields", [{"wants_digest": False}, {"confirmed_at": None}, {"deactivated_at": clock.now()}]
)
def test_who_does_not_want_it_or_cannot_read_it_gets_none(app, world, at, run, letters, fields):
    at(MONDAY_NINE_IN_INDIA)
    person = world.user(**fields)
    world.match(world.organization(owner=person), state=MatchState.APPROVED)
    run()
    assert letters() == []
    assert states(app) == {}


def test_an_observer_who_is_a_member_too_gets_the_member_part(world, at, run, letters):
    at(MONDAY_NINE_IN_INDIA)
    observer = world.user(Role.OBSERVER)
    world.match(world.organization(owner=observer), state=MatchState.APPROVED)
    world.match()
    run()
    (mail,) = letters()
    assert mail.subject == "One answer waits for you"
    assert "/review" not in mail.text
    assert "/review" not in mail.html


def test_names_of_partners_are_in_no_letter_before_both_said_yes(world, at, run, letters):
    at("2026-11-16T15:00")
    make_pair(world)
    run()
    by_address = {mail.to_address: mail for mail in letters()}
    for (name, website, email, person), reader in (
        (SECRETS["us"], SECRETS["india"][2]),
        (SECRETS["india"], SECRETS["us"][2]),
    ):
        mail = by_address[reader]
        for secret in (name, website.removeprefix("https://"), email, person):
            assert secret not in mail.text
            assert secret not in mail.html
            assert secret not in mail.subject


def test_what_waits_tells_of_yeses_introductions_and_reviews(world, at, run, letters):
    now = at(MONDAY_NINE_IN_INDIA)
    pair = make_pair(world)
    world.add(
        Answer(
            match_id=pair.match.id,
            organization_id=pair.india.id,
            says=AnswerChoice.YES,
            by_id=pair.asha.id,
            at=now,
        )
    )
    world.match(pair.india)
    met = world.match(
        pair.india, world.organization(Country.UNITED_STATES, name="Metro Chips"), MatchState.APPROVED
    )
    for organization_id in (met.india_id, met.us_id):
        world.add(
            Answer(
                match_id=met.id,
                organization_id=organization_id,
                says=AnswerChoice.YES,
                by_id=pair.asha.id,
                at=now,
            )
        )
    world.add(Introduction(match_id=met.id, at=now - timedelta(days=2)))
    run()
    (mail,) = letters()
    assert mail.subject == "One new introduction"
    assert "You were introduced to Metro Chips" in mail.text
    assert "You said yes to one match" in mail.text
    assert "One match is with the program managers" in mail.text


def test_old_proposals_in_review_alone_are_no_reason_for_a_letter(world, at, run, letters):
    at(MONDAY_NINE_IN_INDIA)
    owner = world.user()
    world.match(world.organization(owner=owner), proposed_at=clock.now() - timedelta(days=20))
    run()
    assert letters() == []


def test_a_manager_reads_what_is_late_and_the_ten_best_of_their_programs(world, at, run, letters):
    now = at(MONDAY_NINE_IN_INDIA)
    manager = world.user(Role.PROGRAM_MANAGER)
    own, foreign = world.program(manager), world.program()
    late = [
        world.match(program_id=own.id, proposed_at=now - timedelta(days=20 + number), score=0.1)
        for number in range(1, 8)
    ]
    best = [world.match(score=0.8 + number / 100) for number in range(12)]
    hidden = world.match(program_id=foreign.id, score=0.99)
    held = world.match(
        state=MatchState.HELD, hold_until=(now + timedelta(days=3)).date(), due_at=now - timedelta(days=9)
    )
    asked = world.match(state=MatchState.INFO_REQUESTED, due_at=now - timedelta(days=9), score=0.99)
    run()
    (mail,) = letters()
    assert mail.subject == "Seven decisions are late"
    shown = [int(number) for number in re.findall(r"/review/(\d+)", mail.text)]
    told = [*reversed(late)][:5] + [*reversed(best)][:10]
    assert shown == [world.case(match).id for match in told]
    assert {world.case(match).id for match in (hidden, held, asked)}.isdisjoint(shown)


def test_an_administrator_reads_all_programs(world, at, run, letters):
    at(MONDAY_NINE_IN_INDIA)
    world.user(Role.ADMINISTRATOR)
    match = world.match(program_id=world.program().id)
    run()
    (mail,) = letters()
    assert mail.subject == "One decision waits for you"
    assert f"/review/{world.case(match).id}" in mail.text


def test_one_letter_serves_both_roles_of_a_person(world, at, run, letters):
    at(MONDAY_NINE_IN_INDIA)
    manager = world.user(Role.PROGRAM_MANAGER)
    world.match(world.organization(owner=manager), state=MatchState.APPROVED)
    world.match(proposed_at=clock.now() - timedelta(days=20))
    run()
    (mail,) = letters()
    assert mail.subject == "One answer waits for you · One decision is late"


def test_the_text_twin_has_every_link_of_the_html(world, at, run, letters):
    at(MONDAY_NINE_IN_INDIA)
    manager = world.user(Role.PROGRAM_MANAGER)
    mine = world.organization(owner=manager)
    for _time in range(5):
        world.match(mine, state=MatchState.APPROVED)
        world.match(proposed_at=clock.now() - timedelta(days=20))
    run()
    (mail,) = letters()
    assert len(links(mail.html)) >= 8
    assert links(mail.html) <= links(mail.text)


def test_hostile_texts_are_inert_in_the_html_of_a_letter(world, at, run, letters):
    at(MONDAY_NINE_IN_INDIA)
    attack = '<script>alert(1)</script></mj-text><img src="x" onerror="alert(2)">{{ 7*7 }}'
    manager = world.user(Role.PROGRAM_MANAGER, name="<b>Mallory</b>")
    mine = world.organization(owner=manager, name=attack, needs=attack, offers=attack)
    theirs = world.organization(Country.UNITED_STATES, name=attack, needs=attack, offers=attack)
    world.match(mine, theirs, MatchState.APPROVED)
    world.match(mine, world.organization(Country.UNITED_STATES, name=attack))
    run()
    (mail,) = letters()
    assert "<script>alert" not in mail.html
    assert '<img src="x"' not in mail.html
    assert "<b>Mallory" not in mail.html
    assert "{{ 7*7 }}" in mail.html
    assert "49" not in mail.subject


def test_a_letter_speaks_the_language_settings_of_its_reader(world, at, run, letters):
    at(MONDAY_NINE_IN_NEW_YORK)
    pair = make_pair(world)
    run()
    assert {mail.user_id for mail in letters()} == {pair.asha.id, pair.bo.id}


def test_the_preview_shows_the_letter_as_it_would_be(world, at):
    at("2026-11-19T10:00")
    pair = make_pair(world)
    page = pair.browser(pair.asha).get("/digest/preview").text
    assert "One answer waits for you" in page
    assert f"/matches/{pair.match.id}" in page


def test_the_preview_of_an_idle_person_says_that_no_letter_is_sent(world):
    assert "We never send an empty letter." in world.sign_in(world.user()).get("/digest/preview").text


def test_the_preview_is_for_people_who_are_signed_in(client):
    assert client.get("/digest/preview").status_code in {302, 401}


def test_a_batch_costs_the_same_number_of_queries_for_two_and_for_twenty_people(
    app, world, at, count_queries
):
    now = at(MONDAY_NINE_IN_INDIA)

    def person() -> None:
        owner = world.user()
        world.match(world.organization(owner=owner), state=MatchState.APPROVED)

    def read() -> None:
        with app.app_context():
            services.letters_due(now)

    person()
    person()
    few = count_queries(read)
    for _time in range(18):
        person()
    assert count_queries(read) <= few
    assert few <= 26


def test_many_people_come_in_batches(app, world, at, run, letters, monkeypatch):
    at(MONDAY_NINE_IN_INDIA)
    monkeypatch.setattr(services, "BATCH", 3)
    for _time in range(8):
        world.match(world.organization(owner=world.user()), state=MatchState.APPROVED)
    run()
    assert len(letters()) == 8
    with app.app_context():
        assert list(queries.people_due(clock.now(), 0, 10)) == []


def test_a_mail_and_its_week_are_written_together(app, world, at, letters, monkeypatch):
    at(MONDAY_NINE_IN_INDIA)
    world.match(world.organization(owner=world.user()), state=MatchState.APPROVED)
    with app.app_context():
        services.enqueue(services.letters_due(clock.now()))
        db.session.rollback()
    assert letters() == []
    assert states(app) == {}
    with app.app_context():
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Email)) == 0


@pytest.mark.parametrize(
    ("count", "subject"),
    [
        (1, "One answer waits for you"),
        (2, "Two answers wait for you"),
        (10, "Ten answers wait for you"),
        (11, "11 answers wait for you"),
    ],
)
def test_a_subject_counts_in_words_up_to_ten(world, at, run, letters, count, subject):
    at(MONDAY_NINE_IN_INDIA)
    mine = world.organization(owner=world.user())
    for _time in range(count):
        world.match(mine, state=MatchState.APPROVED)
    run()
    assert [mail.subject for mail in letters()] == [subject]


def test_a_sentence_that_holds_for_both_sides_is_said_once(world, at, run, letters):
    at(MONDAY_NINE_IN_INDIA)
    shared = {
        "kind": "technology",
        "text_key": "technology.shared",
        "evidence": {"technologies": ["semiconductors"]},
        "weight": 0.3,
    }
    make_pair(world, reasons={side: [*REASONS[side], shared] for side in REASONS})
    run()
    (mail,) = letters()
    assert mail.text.count("You both work in") == 1
    assert "You need “wafers”; they offer “wafers on demand”." in mail.text
    assert "They need “packaging”; you offer “a packaging line”." in mail.text


def test_a_letter_that_cannot_be_composed_holds_nobody_else_back(app, world, at, run, letters, monkeypatch):
    at(MONDAY_NINE_IN_INDIA)
    monkeypatch.setattr(services, "BATCH", 1)
    people = [world.user() for _time in range(3)]
    for person in people:
        world.match(world.organization(owner=person), state=MatchState.APPROVED)
    write = emails.weekly

    def break_first(content):
        if content.user.id == people[0].id:
            raise ValueError("not to be written")
        return write(content)

    with monkeypatch.context() as patch:
        patch.setattr(emails, "weekly", break_first)
        run()
    assert [mail.user_id for mail in letters()] == [people[1].id, people[2].id]
    assert people[0].id not in states(app)
    run()
    assert sorted(mail.user_id for mail in letters()) == [person.id for person in people]


def test_a_zone_nobody_knows_holds_nobody_else_back(app, world, at, run, letters):
    at(MONDAY_NINE_IN_INDIA)
    world.user(time_zone="Mars/Olympus_Mons")
    reader = world.user()
    world.match(world.organization(owner=reader), state=MatchState.APPROVED)
    run()
    assert [mail.user_id for mail in letters()] == [reader.id]
