from __future__ import annotations

import pytest

from tests.introductions.pair import Pair, make_pair
from tests.world import World


@pytest.fixture
def pair(world: World) -> Pair:
    return make_pair(world)
