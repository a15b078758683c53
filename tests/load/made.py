"""The size of a made-up world, and who is who in it by number."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

from app.taxonomy import Country

MANAGERS = 24


@dataclass
class World:
    """What was decided of it before it was written."""

    organizations: int
    matches: int
    programs: list[int] = field(default_factory=list)
    chance: random.Random = field(default_factory=lambda: random.Random(7))  # a sample, no secret

    def owner_of(self, organization: int) -> int:
        return MANAGERS + organization

    @property
    def people(self) -> int:
        """Managers, an owner each, and an editor for every third."""
        return MANAGERS + self.organizations + self.organizations // 3

    def country_of(self, organization: int) -> Country:
        return Country.INDIA if organization % 2 else Country.UNITED_STATES
