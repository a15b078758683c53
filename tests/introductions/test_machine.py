"""Whatever all the people around two pairs do, in whatever order, while time passes and servers restart.

EXAMPLES=2000 STEPS=60 makes it long; the suite takes a few.
"""

from __future__ import annotations

import os

from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.introductions.machine import Pairs

EXAMPLES = int(os.environ.get("EXAMPLES", "4"))
STEPS = int(os.environ.get("STEPS", "12"))


def test_no_order_of_acts_reaches_a_state_that_cannot_be(app) -> None:
    profile = settings(
        max_examples=EXAMPLES,
        stateful_step_count=STEPS,
        deadline=None,
        # A fault is told as it was found: to make its walk shorter takes minutes.
        phases=[Phase.generate],
        # A run by the environment looks elsewhere each time; that of the suite is the same each time.
        derandomize="EXAMPLES" not in os.environ,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(lambda: Pairs(app), settings=profile)
