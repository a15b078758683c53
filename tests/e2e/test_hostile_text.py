"""Hostile text in every field of an organization and of its owner stays text, on every page and in every mail."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa
from playwright.sync_api import Page, expect

from app import clock
from app.accounts.models import User
from app.matching.models import Match, MatchState
from app.organizations.models import Organization, ProfileState
from app.outbox.models import Email
from app.taxonomy import Country, Kind
from tests.e2e.conftest import SignedIn
from tests.e2e.mailbox import FolderMailbox, wait_for
from tests.e2e.scene import MANAGER, Scene

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
ATTACK = """"><script>window.__xss=1</script><img src=x onerror="window.__xss=1">{{7*7}}"""
# A name of other words: what a quote shares with a name is withheld until both said yes.
NAME = '"><svg/onload=alert(1)>{{7*7}} Works'
ADDRESS = "javascript:window.__xss=1"
HOSTILE_OWNER = "hostile@example.org"
PARTNER_OWNER = "partner@example.org"
LINES = ("summary", "description", "needs", "offers", "capabilities", "thesis", "city", "intake")
LISTS = ("tags", "skills", "certifications")


class Reader:
    """A window that notices every script that runs and every dialog that opens."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.dialogs: list[str] = []
        page.on("dialog", self._refuse)

    def _refuse(self, dialog: object) -> None:
        self.dialogs.append(str(dialog))
        dialog.dismiss()  # type: ignore[attr-defined]

    def passes(self, path: str) -> str:
        """The page runs nothing and links to nothing that runs; gives its text."""
        self.page.goto(path)
        assert self.page.evaluate("window.__xss") is None, path
        assert self.page.locator("a[href^='javascript:' i], img[src='x']").count() == 0, path
        assert not self.dialogs, path
        return self.page.locator("body").inner_text()

    def reads(self, path: str) -> None:
        """The page passes, and shows the attack as it was typed."""
        text = self.passes(path)
        assert "<script>window.__xss=1</script>" in text, path
        assert "{{7*7}}" in text, path


@pytest.fixture
def planted(scene: Scene) -> Match:
    """A hostile organization of a hostile owner, on the desk with an ordinary one."""
    owner, partner = scene.person(HOSTILE_OWNER), scene.person(PARTNER_OWNER)
    with scene.session() as session:
        session.execute(sa.update(User).where(User.id == owner.id).values(name=ATTACK))
        session.commit()
    # Long unchanged, so that the worker proposes nothing else for them meanwhile.
    listed = {"state": ProfileState.LISTED, "profile_changed_at": clock.now() - timedelta(days=30)}
    hostile = scene.organization(
        owner,
        kind=Kind.SME,
        country=Country.INDIA,
        name=NAME,
        website=ADDRESS,
        technologies=["ai"],
        **dict.fromkeys(LINES, ATTACK),
        **{key: [ATTACK] for key in LISTS},
        **listed,
    )
    ordinary = scene.organization(
        partner,
        kind=Kind.STARTUP,
        country=Country.UNITED_STATES,
        name="Ordinary Labs",
        needs="Chips",
        **listed,
    )
    return _match(scene, hostile, ordinary)


def _match(scene: Scene, hostile: Organization, ordinary: Organization) -> Match:
    evidence = {"need": ATTACK, "offer": ATTACK, "similarity": 1.0}
    reason = {"kind": "need_offer", "text_key": "need_offer.line", "evidence": evidence, "weight": 0.5}
    with scene.session() as session:
        made = Match(
            india_id=hostile.id,
            us_id=ordinary.id,
            state=MatchState.INFO_REQUESTED,
            score=0.9,
            fit_for_india=0.9,
            fit_for_us=0.9,
            reasons={"india": [reason], "us": [reason]},
            model_version="planted",
            proposed_at=clock.now(),
            due_at=clock.now(),
        )
        session.add(made)
        session.commit()
        return made


def test_hostile_text_stays_text_from_the_profile_to_the_introduction(
    signed_in: SignedIn, scene: Scene, planted: Match
) -> None:
    visitor = Reader(signed_in().new_page())
    visitor.reads(f"/organizations/{planted.india_id}")
    visitor.reads("/organizations?sort=newest")
    manager = Reader(signed_in(MANAGER).new_page())
    manager.reads(f"/review/{scene.case_of(planted.id)}")
    manager.page.keyboard.press("a")
    expect(manager.page.get_by_role("status").get_by_text("Staged")).to_be_visible()
    manager.page.goto("/review/release")
    manager.page.get_by_role("button", name=re.compile("^Release ")).click()
    expect(manager.page.get_by_role("heading", level=1)).to_contain_text("released")
    with scene.session() as session:
        # As if the hour in which it can be undone were over.
        session.execute(sa.update(Match).where(Match.id == planted.id).values(opens_at=clock.now()))
        session.execute(sa.update(Email).values(next_attempt_at=clock.now()))
        session.commit()
    partner = Reader(signed_in(PARTNER_OWNER).new_page())
    for path in ("/matches", f"/matches/{planted.id}", "/digest/preview"):
        partner.reads(path)
    owner = Reader(signed_in(HOSTILE_OWNER).new_page())
    assert NAME in owner.passes("/organizations/mine")
    for path in ("/matches", f"/organizations/{planted.india_id}/people"):
        owner.reads(path)
    owner.reads(f"/organizations/{planted.india_id}/edit/check")
    for reader in (owner, partner):
        reader.page.goto(f"/matches/{planted.id}")
        reader.page.get_by_role("button", name="Yes, introduce us").click()
        expect(reader.page.get_by_role("main")).to_contain_text(re.compile("You said yes|You are introduced"))
    partner.reads(f"/matches/{planted.id}")
    _read_mails(scene, visitor)


def _read_mails(scene: Scene, visitor: Reader) -> None:
    """Every mail to either side, as text and as html."""
    box = FolderMailbox(scene.site.outbox)
    wait_for(box, PARTNER_OWNER, "introduc|meet", seconds=30)
    wait_for(box, HOSTILE_OWNER, "introduc|meet", seconds=30)
    mine = [
        path.name
        for path in sorted(scene.site.outbox.glob("*.eml"))
        if PARTNER_OWNER.encode() in path.read_bytes() or HOSTILE_OWNER.encode() in path.read_bytes()
    ]
    assert len(mine) >= 4
    for name in mine:
        visitor.page.goto(f"/dev/outbox/{name}")
        assert visitor.page.evaluate("window.__xss") is None
        visitor.page.goto(f"/dev/outbox/{name}/html")
        assert visitor.page.locator("script, img[onerror], a[href^='javascript:' i]").count() == 0
        assert "49" not in visitor.page.locator("body").inner_text().split("window.__xss")[0]
    assert not visitor.dialogs
