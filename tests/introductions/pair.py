"""Two organizations of two owners with an approved match between them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask.testing import FlaskClient

from app.accounts.models import User
from app.matching.models import Match, MatchState
from app.organizations.models import Organization
from app.taxonomy import Country
from tests.world import World


@dataclass
class Pair:
    """An Indian and a US organization, their owners, and the match between them."""

    world: World
    asha: User
    bo: User
    india: Organization
    us: Organization
    match: Match

    def browser(self, user: User) -> FlaskClient:
        return self.world.sign_in(user)

    def url(self, act: str = "") -> str:
        return f"/matches/{self.match.id}" + (f"/{act}" if act else "")


SECRETS = {
    "india": ("Qutubfab Devices", "https://qutubfab.example", "asha.qutub@example.org", "Asha Qutubwala"),
    "us": ("Zephyrine Wafers", "https://zephyrine.example", "bo.zephyr@example.org", "Bo Zephyrson"),
}


def quoted(need: str, offer: str) -> dict[str, Any]:
    """A stored reason as the recommender gives it."""
    evidence = {"need": need, "offer": offer, "similarity": 0.8}
    return {"kind": "need_offer", "text_key": "need_offer.line", "evidence": evidence, "weight": 0.4}


REASONS = {"india": [quoted("wafers", "wafers on demand")], "us": [quoted("packaging", "a packaging line")]}


def make_pair(world: World, state: MatchState = MatchState.APPROVED, **fields: Any) -> Pair:
    name, website, email, person = SECRETS["india"]
    asha = world.user(email=email, name=person)
    india = world.organization(Country.INDIA, owner=asha, name=name, website=website)
    name, website, email, person = SECRETS["us"]
    bo = world.user(email=email, name=person, time_zone="America/New_York", locale="en_US")
    us = world.organization(Country.UNITED_STATES, owner=bo, name=name, website=website)
    match = world.match(india, us, state, **{"reasons": REASONS, **fields})
    return Pair(world, asha, bo, india, us, match)
