"""How long the recommender takes, beside others in the same run: ``python -m ml.bench --organizations 10000 100000``."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ml import synthetic
from ml.benching.phases import measure


def exponents(reports: list[dict[str, Any]]) -> dict[str, float]:
    """The power of n with which the CPU seconds of each step grow: the slope of a line through logarithms."""
    seconds: dict[str, list[tuple[int, float]]] = {}
    for report in reports:
        for row in report["steps"]:
            if row["cpu_s"] > 0:
                seconds.setdefault(row["step"], []).append((report["organizations"], row["cpu_s"]))
    return {
        step: round(_slope(np.log(np.array(points))), 2)
        for step, points in seconds.items()
        if len({n for n, _ in points}) > 1
    }


def _slope(points: NDArray[np.float64]) -> float:
    return float(np.polyfit(points[:, 0], points[:, 1], 1)[0])


def table(reports: list[dict[str, Any]], growth: dict[str, float]) -> str:
    """The reports as people read them."""
    lines = []
    for report in reports:
        head = ", ".join(
            f"{name} {value}" for name, value in report.items() if name not in ("steps", "answers")
        )
        lines += [
            "",
            head,
            f"{'':44} {'wall s':>10} {'CPU s':>10} {'peak MB':>9} {'recall':>8} {'CPU ~ n^':>9}",
        ]
        for row in report["steps"]:
            recall, power = row.get("recall", ""), growth.get(row["step"], "")
            lines.append(
                f"{row['step']:44.44} {row['wall_s']:10.2f} {row['cpu_s']:10.2f} {row['peak_mb']:9d} {recall:>8} {power:>9}"
            )
        lines += [
            f"{row['answer']:44} p50 {row['p50_ms']:8.2f} ms  p95 {row['p95_ms']:8.2f} ms"
            for row in report["answers"]
        ]
    return "\n".join(lines)


def _apart(size: int, given: argparse.Namespace) -> dict[str, Any]:
    """One size in a process of its own, so that its peak memory is its own."""
    options = ["--k", given.k, "--indian-share", given.indian_share, "--random-state", given.random_state]
    command = [sys.executable, "-m", "ml.bench", "--here", "--organizations", size, *options]
    if not given.others:
        command.append("--no-others")
    # Fixed words and numbers only, from our own parser.
    done = subprocess.run([str(word) for word in command], check=True, stdout=subprocess.PIPE)  # noqa: S603
    return json.loads(done.stdout)


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m ml.bench", description=__doc__)
    sizes = "sizes; 1000000 takes most of an hour with the others"
    parser.add_argument("--organizations", type=int, nargs="+", default=[10_000, 100_000], help=sizes)
    parser.add_argument("--k", type=int, default=50, help="length of lists")
    parser.add_argument(
        "--indian-share", type=float, default=synthetic.INDIAN_SHARE, help="0.5 for a balanced market"
    )
    parser.add_argument("--random-state", type=int, default=0)
    parser.add_argument(
        "--others", action=argparse.BooleanOptionalAction, default=True, help="run baselines too"
    )
    parser.add_argument("--format", choices=("table", "json"), default="table")
    parser.add_argument("--here", action="store_true", help="measure one size in this process, as JSON")
    given = parser.parse_args(arguments)
    if given.here:
        report = measure(
            given.organizations[0], given.k, given.indian_share, given.random_state, given.others
        )
        print(json.dumps(report))
        return
    reports = [_apart(size, given) for size in given.organizations]
    growth = exponents(reports)
    found = {"sizes": reports, "cpu_growth": growth}
    print(json.dumps(found, indent=2) if given.format == "json" else table(reports, growth))


if __name__ == "__main__":
    main()
