"""What tests of the desk look for on its pages, and a pair with people on both sides."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from app.accounts.models import Role, User
from app.matching.models import Match
from app.organizations.models import Organization
from app.taxonomy import Country
from tests.world import World

REASONS = {
    "india": [
        {
            "text_key": "need_offer.line",
            "evidence": {"need": "Wafer supply", "offer": "Wafers of 200 mm"},
            "weight": 0.4,
        }
    ],
    "us": [
        {
            "text_key": "technology.shared",
            "evidence": {"technologies": ["semiconductors"]},
            "weight": 0.3,
        }
    ],
}


def queue_on(page: str) -> list[int]:
    """Ids of the cases in the queue, in the order of the page."""
    listed = re.split(r"</ol>|</tbody>", page.split("data-queue", 1)[-1], maxsplit=1)[0]
    return [int(found) for found in re.findall(r'href="/review/(\d+)', listed)]


def card_on(page: str) -> int | None:
    """Id of the case whose decision the page asks for."""
    found = re.search(r'action="/review/(\d+)/approve', page)
    return int(found.group(1)) if found else None


@dataclass
class Pair:
    """A match that waits, a manager of its program, and the owner of each side."""

    manager: User
    india: Organization
    us: Organization
    owners: tuple[User, User]
    match: Match
    # None where nothing is left to decide.
    case: Any

    def address(self, action: str = "") -> str:
        return f"/review/{self.case.id}" + (f"/{action}" if action else "")

    def sent(self, **values: Any) -> dict[str, Any]:
        return {"version": self.case.version, **values}


def pair(world: World, **fields: Any) -> Pair:
    manager = world.user(Role.PROGRAM_MANAGER, name="Asha Manager")
    program = world.program(manager)
    owners = (world.user(), world.user(locale="en_US", time_zone="America/New_York"))
    india = world.organization(
        Country.INDIA, owner=owners[0], name="Canaryname Devices", website="https://canarysite.example/"
    )
    us = world.organization(
        Country.UNITED_STATES,
        owner=owners[1],
        name="Sparrowname Foundry",
        website="https://sparrowsite.example/",
    )
    match = world.match(india, us, **{"program_id": program.id, "reasons": REASONS, **fields})
    return Pair(manager, india, us, owners, match, world.case(match) if match.is_open else None)
