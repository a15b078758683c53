"""Acting from a letter: looking changes nothing, a button acts once, as its person and as nobody else."""

from __future__ import annotations

import base64
import re
import threading
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from app import clock
from app.accounts.acting import Act, act_url
from app.accounts.models import User
from app.audit.models import AuditEvent
from app.claims.models import Claim
from app.db import db
from app.digests.models import LetterWish
from app.introductions.models import Answer, Introduction
from app.matching.models import Match, MatchState
from app.meetings.models import MeetingGuest
from app.organizations.models import MemberRole, Membership
from app.outbox.models import Email
from app.outcomes.models import OutcomeCheck
from tests.introductions.pair import SECRETS, Pair, make_pair

OF_MATCHES = {"yes", "not_now", "no"}
# What is sent with the button, what then stands in the audit trail, and what the page then says.
SENT: dict[str, dict[str, str]] = {
    "not_now": {"after": "4"},
    "no": {"reason": "timing", "note": "After the fair"},
    "pause": {"weeks": "8"},
}
WRITTEN = {
    "yes": "match.accepted",
    "not_now": "match.postponed",
    "no": "match.declined",
    "still_true": "organization.claim_still_true",
    "held": "meeting.held",
    "no_show": "meeting.no_show",
    "reached": "outcome.asked",
    "not_yet": "outcome.asked",
    "pause": "letter.wished",
}
SAID = {
    "yes": "said yes on",
    "not_now": "said “not now” on",
    "no": "said no on",
    "still_true": "that it is still true",
    "held": "that it took place",
    "no_show": "that they did not come",
    "reached": "Something was reached",
    "not_yet": "Nothing yet",
    "pause": "No weekly letter comes to you before",
}


@dataclass
class Stage:
    """A pair, and what Asha is asked in her letters."""

    app: Any
    world: Any
    pair: Pair

    def link(self, act: str, user: User | None = None) -> str:
        subject, own = self._subject(act)
        with self.app.app_context():
            person = db.session.get_one(User, (user or self.pair.asha).id)
            return act_url(person, Act(act), subject, own).removeprefix("http://localhost")

    def _subject(self, act: str) -> tuple[int, int | None]:
        world, pair = self.world, self.pair
        if act in OF_MATCHES:
            return pair.match.id, pair.india.id
        if act == "still_true":
            return world.claim(pair.india, age=700).id, pair.india.id
        if act == "pause":
            return pair.asha.id, None
        third = world.organization(pair.us.country, owner=pair.bo)
        match = world.match(pair.india, third, MatchState.APPROVED)
        world.add(Introduction(match_id=match.id, at=clock.now() - timedelta(days=31)))
        if act in {"reached", "not_yet"}:
            return match.id, pair.india.id
        began = clock.now() - timedelta(hours=5)
        return world.meeting(match, pair.asha, pair.bo, starts_at=began).id, None

    def state(self) -> tuple[int, ...]:
        """How many rows there are of all that an act could write."""
        kinds = (AuditEvent, Email, Answer, Introduction, OutcomeCheck, LetterWish)
        with self.app.app_context():
            counts = [db.session.scalar(sa.select(sa.func.count()).select_from(kind)) or 0 for kind in kinds]
            spoken = sa.select(sa.func.count()).where(MeetingGuest.says.is_not(None))
            versions = sa.select(sa.func.coalesce(sa.func.sum(Claim.version), 0))
            return *counts, db.session.scalar(spoken) or 0, db.session.scalar(versions) or 0

    def events(self) -> list[AuditEvent]:
        with self.app.app_context():
            found = list(db.session.scalars(sa.select(AuditEvent).order_by(AuditEvent.number)))
            db.session.expunge_all()
            return found


def at_once(app: Any, page: str, sent: dict[str, str] | None) -> set[int]:
    """The statuses two browsers get that press the same button together."""
    together, statuses = threading.Barrier(2, timeout=20), set()

    def press() -> None:
        client = app.test_client()
        together.wait()
        statuses.add(client.post(page, data=sent).status_code)

    threads = [threading.Thread(target=press) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return statuses


@pytest.fixture
def stage(app, world) -> Stage:
    return Stage(app, world, make_pair(world))


@pytest.mark.one_database("sqlite")
@pytest.mark.parametrize("act", list(Act))
def test_looking_changes_nothing_and_the_button_acts_once_for_its_person_whoever_is_signed_in(
    stage, act
) -> None:
    page, browser = stage.link(act), stage.pair.browser(stage.pair.bo)
    before = stage.state()
    for response in (browser.get(page), browser.head(page), browser.get(page)):
        assert response.status_code == 200
        assert "Set-Cookie" not in response.headers
        assert response.headers["Cache-Control"] == "no-store"
        assert response.headers["Referrer-Policy"] == "no-referrer"
        assert "noindex" in response.headers["X-Robots-Tag"]
    assert "Nothing has happened yet" in response.text
    assert SECRETS["us"][0] not in response.text
    assert SECRETS["us"][3] not in response.text
    assert stage.state() == before
    done = browser.post(page, data=SENT.get(act))
    assert (done.status_code, done.headers["Location"]) == (303, page)
    assert "Set-Cookie" not in done.headers
    said = stage.events()
    (written,) = [one for one in said if one.action == WRITTEN[act]]
    assert (written.actor_id, written.detail["through"]) == (stage.pair.asha.id, "mail")
    after = stage.state()
    assert browser.post(page, data=SENT.get(act)).status_code == 303
    told = browser.get(page).text
    assert SAID[act] in told
    assert "<button" not in told.split("<main")[1].split("</main")[0]
    assert stage.state() == after != before


def test_two_openings_of_one_link_act_once(stage) -> None:
    pages = {act: stage.link(act) for act in ("yes", "held", "reached", "still_true", "pause")}
    for act, page in pages.items():
        assert at_once(stage.app, page, SENT["pause"]) == {303}
        assert [one.action for one in stage.events()].count(WRITTEN[act]) == 1, act


@pytest.mark.one_database("sqlite")
@pytest.mark.parametrize(
    ("act", "sent", "kept"),
    [
        ("not_now", {"after": "day", "until": "2020-01-01"}, 'value="2020-01-01"'),
        ("not_now", {"after": "day", "until": ""}, r'checked[^>]*value="day"'),
        ("not_now", {"after": "99"}, "Choose when we should ask again."),
        ("no", {"note": "After the fair"}, "After the fair"),
        ("pause", {"weeks": "9999"}, "Choose how long the pause is."),
    ],
)
def test_what_was_chosen_wrongly_is_kept_and_nothing_is_done(stage, client, act, sent, kept) -> None:
    page, before = stage.link(act), stage.state()
    answer = client.post(page, data=sent)
    assert answer.status_code == 422
    assert re.search(kept, answer.text)
    assert "needs another look" in answer.text
    assert stage.state() == before


@pytest.mark.one_database("sqlite")
def test_a_day_of_ones_own_is_asked_for_again_then(stage, client) -> None:
    day = (clock.now() + timedelta(days=100)).date()
    page = stage.link("not_now")
    assert client.post(page, data={"after": "day", "until": day.isoformat()}).status_code == 303
    with stage.app.app_context():
        assert db.session.scalars(sa.select(Answer.until)).all() == [day]
    assert client.post(stage.link("yes")).status_code == 303, "not now may still become a yes"
    assert "said yes on" in client.get(page).text


def _set(user: User, **values: Any) -> sa.Update:
    return sa.update(User).where(User.id == user.id).values(**values)


def _spoil_token(page: str, stage: Stage) -> str:
    """The same signature over another act."""
    head, _dot, rest = page.removeprefix("/act/").partition(".")
    told = base64.urlsafe_b64decode(head + "=" * (-len(head) % 4)).replace(b'"no"', b'"yes"')
    return "/act/" + base64.urlsafe_b64encode(told).decode().rstrip("=") + "." + rest


@pytest.mark.one_database("sqlite")
@pytest.mark.parametrize("spoil", ["cut", "act", "key", "account", "time", "place", "role", "other", "match"])
def test_a_link_that_is_dead_says_so_and_does_nothing(stage, client, spoil) -> None:
    pair, page = stage.pair, stage.link("no")
    seat = Membership.user_id == pair.asha.id
    spoiled = {
        "key": _set(pair.asha, unsubscribe_key="another"),
        "account": _set(pair.asha, deactivated_at=clock.now()),
        "place": sa.delete(Membership).where(seat),
        "role": sa.update(Membership).where(seat).values(role=MemberRole.VIEWER),
        "match": sa.update(Match).values(state=MatchState.REJECTED),
    }
    if spoil in spoiled:
        with stage.app.app_context():
            db.session.execute(spoiled[spoil])
            db.session.commit()
    if spoil == "time":
        clock.shift(31 * 86_400)
    page = {"cut": page[:-2], "act": _spoil_token(page, stage), "other": stage.link("no", pair.bo)}.get(
        spoil, page
    )
    before = stage.state()
    for answer in (client.get(page), client.post(page, data=SENT["no"])):
        assert answer.status_code == 410
        assert "This link no longer works" in answer.text
        assert "Set-Cookie" not in answer.headers
    assert stage.state() == before
    if spoil == "time":
        assert f"/matches/{pair.match.id}" in answer.text


@pytest.mark.one_database("sqlite")
def test_who_comes_too_late_reads_who_answered_and_the_second_yes_introduces(stage, client) -> None:
    pair = stage.pair
    colleague = stage.world.user(name="Dev Colleague")
    stage.world.member(pair.india, colleague, MemberRole.EDITOR)
    client.post(stage.link("yes", colleague))
    assert "Dev Colleague said yes on" in client.get(stage.link("no")).text
    before = stage.state()
    assert client.post(stage.link("no"), data=SENT["no"]).status_code == 303
    assert stage.state() == before
    stage.pair.browser(pair.bo).post(pair.url("accept"))
    assert SECRETS["us"][0] in client.get(stage.link("yes")).text


@pytest.mark.one_database("sqlite")
def test_the_weekly_letter_carries_links_that_work(stage, at, run, letters, client) -> None:
    at("2026-11-16T03:30")
    run()
    (mail,) = [one for one in letters() if one.user_id == stage.pair.asha.id]
    pages = re.findall(r"^ *http://localhost(/act/\S+)$", mail.text, re.MULTILINE)
    assert len(pages) == 4, "three answers and the pause, each on a line of its own"
    assert all(page in mail.html for page in pages)
    assert client.post(pages[0]).status_code == 303
    assert client.post(pages[3], data={"weeks": "2"}).status_code == 303
    assert [one.action for one in stage.events()][-2:] == ["match.accepted", "letter.wished"]
