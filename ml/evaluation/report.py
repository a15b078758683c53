"""The report as text."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from ml.evaluation.comparing import Row

_PLACE = ("direction", "population", "subset", "queries", "capacity")


def as_table(report: dict[str, Any]) -> str:
    """One table a direction, population, subset and capacity: a row a model, a column a metric."""
    lines = [f"{name}: {value}" for name, value in report["settings"].items()]
    for place, rows in groupby(report["figures"], key=lambda row: tuple(row[name] for name in _PLACE)):
        lines += ["", _title(place), *_table(list(rows))]
    lines += _against(report["differences"])
    if "graded" in report:
        figures = report["graded"]["figures"]
        lines += ["", f"graded pairs · {figures[0]['queries']} queries", *_table(figures)]
    return "\n".join(lines)


def _title(place: tuple[Any, ...]) -> str:
    direction, population, subset, queries, capacity = place
    limit = "no capacity" if capacity is None else f"capacity {capacity}"
    return f"{direction.replace('-', ' → ')} · {population} · {subset} · {queries} queries · {limit}"


def _table(rows: list[Row]) -> list[str]:
    metrics = list(dict.fromkeys(row["metric"] for row in rows))
    cells = {(row["model"], row["metric"]): _cell([row["value"], row["low"], row["high"]]) for row in rows}
    models = list(dict.fromkeys(row["model"] for row in rows))
    return _aligned(
        [["", *metrics]] + [[model, *(cells[model, metric] for metric in metrics)] for model in models]
    )


def _against(differences: list[Row]) -> list[str]:
    """Ours against each baseline: difference and ratio of every metric."""
    lines: list[str] = []
    for place, grouped in groupby(differences, key=lambda row: tuple(row[name] for name in _PLACE)):
        rows = list(grouped)
        metrics = list(dict.fromkeys(row["metric"] for row in rows))
        found = {(row["baseline"], row["metric"]): row for row in rows}
        table = [["ours less", *metrics, f"ours as a multiple: {metrics[0]}"]]
        for baseline in dict.fromkeys(row["baseline"] for row in rows):
            cells = [_cell(found[baseline, metric]["difference"]) for metric in metrics]
            ratio = found[baseline, metrics[0]]["ratio"]
            table.append([baseline, *cells, _cell(ratio) if ratio else "–"])
        lines += ["", _title(place), *_aligned(table)]
    return lines


def _cell(bounds: list[float]) -> str:
    value, low, high = bounds
    return f"{value:.3f} [{low:.3f}, {high:.3f}]"


def _aligned(table: list[list[str]]) -> list[str]:
    widths = [max(len(row[at]) for row in table) for at in range(len(table[0]))]
    return [
        "  ".join(
            cell.ljust(width) if at == 0 else cell.rjust(width)
            for at, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        for row in table
    ]
