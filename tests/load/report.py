"""What the bench found, as Markdown that can be pasted into docs/scale.md."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field

from tests.load.locusts import Counted, Row
from tests.load.pages import Cost
from tests.load.sampling import Process

HEAD = "| page | queries | CPU ms | requests | p50 ms | p95 ms | p99 ms | errors |\n|---|--:|--:|--:|--:|--:|--:|--:|"


@dataclass
class Outcome:
    """Of one size on one database."""

    kind: str
    organizations: int
    matches: int
    bytes: int
    costs: list[Cost] = field(default_factory=list)
    bare: Counted | None = None
    bare_most: Counted | None = None
    # The first half minute after a start.
    first: Counted | None = None
    people: Counted | None = None
    most: Counted | None = None
    overload: Counted | None = None
    recovery: float | None = None
    # Processes of the server that ended while it served.
    ended: int = 0
    processes: list[Process] = field(default_factory=list)

    @property
    def name(self) -> str:
        return f"{self.kind}, {self.organizations:,} organizations, {self.matches:,} matches"


def one(outcome: Outcome) -> str:
    """All tables of one outcome."""
    lines = [f"\n### {outcome.name} ({outcome.bytes / 1e6:,.0f} MB)\n"]
    lines += _pages(outcome)
    lines += ["", *_sums(outcome)]
    lines += ["", *_processes(outcome)]
    return "\n".join(lines) + "\n"


def _pages(outcome: Outcome) -> list[str]:
    asked = {row.name: row for row in outcome.people.rows} if outcome.people else {}
    costs = {cost.name: cost for cost in outcome.costs}
    lines = [HEAD]
    for name in [*costs, *(name for name in asked if name not in costs)]:
        cost = costs.get(name)
        start = f"| {name} | {cost.queries} | {cost.milliseconds:.0f} " if cost else f"| {name} | | "
        lines.append(start + _cells(asked.get(name)))
    if outcome.people:
        lines.append("| **all** | | " + _cells(outcome.people.whole))
    if outcome.bare:
        lines.append("| bare page of Flask | 0 | " + _cells(outcome.bare.whole))
    return lines


def _cells(row: Row | None) -> str:
    if row is None:
        return "| | | | | |"
    return f"| {row.requests} | {row.median:.0f} | {row.p95:.0f} | {row.p99:.0f} | {row.failures} |"


def _sums(outcome: Outcome) -> list[str]:
    lines = []
    if outcome.people and outcome.bare:
        people, bare = outcome.people.whole, outcome.bare.whole
        ratio = people.p95 / max(bare.p95, 1)
        lines.append(
            f"- People with pauses: {people.a_second:.0f} requests a second, p95 {ratio:.0f} times the bare page's."
        )
        lines.append(f"- Faults: {outcome.people.faults or 'none'}.")
    if outcome.most and outcome.bare_most:
        most, bare = outcome.most.whole, outcome.bare_most.whole
        lines.append(
            f"- Without pauses (16 at once): {most.a_second:.0f} requests a second, p95 {most.p95:.0f} ms; "
            f"the bare page {bare.a_second:.0f}, {bare.a_second / max(most.a_second, 0.1):.0f} times as many."
        )
    if outcome.overload and outcome.recovery is not None:
        over = outcome.overload
        lines.append(
            f"- Overload: {over.whole.requests} requests, p95 {over.whole.p95:.0f} ms, answers that were no page: "
            f"{over.faults or 'none'}; afterwards quick again in {outcome.recovery:.1f} s."
        )
    if outcome.first:
        first = outcome.first.whole
        lines.append(
            f"- In the half minute before, the first after the start: {first.a_second:.0f} requests a second, "
            f"p95 {first.p95:.0f} ms, p99 {first.p99:.0f} ms, {first.failures} of {first.requests} failed."
        )
    if outcome.people:
        lines.append(f"- Processes of the server that ended meanwhile: {outcome.ended}.")
    return lines


def _processes(outcome: Outcome) -> list[str]:
    lines = ["| process | memory MB | CPU s |", "|---|--:|--:|"]
    busy = [process for process in outcome.processes if process.seconds > 0.5 or process.group == "web"]
    lines += [f"| {one.group} {one.pid} | {one.megabytes:.0f} | {one.seconds:.1f} |" for one in busy]
    return lines


def growth(outcomes: list[Outcome]) -> str:
    """How many times as much a page costs at the next size."""
    if len(outcomes) < 2:
        return ""
    lines = []
    for small, large in itertools.pairwise(outcomes):
        before = {cost.name: cost for cost in small.costs}
        lines += [f"\n### From {small.name} to {large.name}\n"]
        lines += ["| page | queries | CPU ms | times |", "|---|--:|--:|--:|"]
        for cost in large.costs:
            was = before[cost.name]
            times = cost.milliseconds / max(was.milliseconds, 0.1)
            lines.append(
                f"| {cost.name} | {was.queries} → {cost.queries} "
                f"| {was.milliseconds:.0f} → {cost.milliseconds:.0f} | {times:.1f} |"
            )
    return "\n".join(lines) + "\n"
