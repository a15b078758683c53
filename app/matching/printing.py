"""Models and measures as tables in the terminal."""

from __future__ import annotations

import math
from collections.abc import Sequence

from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table

from app.matching.evaluating import ALL, IN_SAMPLE, Group, Report
from app.matching.measures import MEASURES, Figure
from app.matching.models import RankingModel

_WHO = {"manager": "managers", "india": "Indian sides", "us": "US sides"}
_PERIODS = {
    "held_out": "Held out: said after the model had learned. This tells how good it is.",
    IN_SAMPLE: "In sample: the model learned from these. They flatter it.",
}


def print_shelf(models: Sequence[RankingModel]) -> None:
    """Every trained model, newest first."""
    if not models:
        Console().print("No model was trained yet; the rule ranks.")
        return
    table = Table("version", "state", "trained", "MB", "why")
    for one in models:
        state = one.state.value.replace("_", " ")
        table.add_row(
            one.version, state, f"{one.created_at:%Y-%m-%d %H:%M}", f"{one.bytes / 1e6:.1f}", one.why
        )
    Console().print(table)
    if not any(one.is_in_force for one in models):
        Console().print("None is in force; the rule ranks.")


def print_report(report: Report) -> None:
    """What was said, how it was foretold, by whom and in which period."""
    console = Console()
    learned = f"learned until {report.learned_until:%Y-%m-%d %H:%M}" if report.learned_until else "the rule"
    console.print(
        f"Model {report.model} ({learned}); {report.said_nothing_of_fit} decisions said nothing of the fit."
    )
    for period, title in _PERIODS.items():
        groups = [group for group in report.groups if group.period == period]
        if groups:
            console.print(f"\n{title}")
            console.print(_measures(groups))
            console.print(_bands(groups))
    for group in report.groups:
        if group.calibration and group.kinds == ALL:
            console.print(_calibration(group))


def _measures(groups: Sequence[Group]) -> Table:
    """Each sort of people, and the sorts of pairs of which enough was said; the bands tell of the others."""
    table = Table("who", "kinds", "said", "yes", "model", *(name.upper() for name in MEASURES), box=SIMPLE)
    for group in groups:
        if group.kinds != ALL and not group.is_enough:
            continue
        facts = (_WHO[group.who], group.kinds, f"{group.decisions:,}", _share(group.yes, group.decisions))
        if not group.is_enough:
            table.add_row(*facts, "too few decisions")
        for name, figures in group.figures.items():
            table.add_row(*facts, name, *(_interval(figures[measure]) for measure in MEASURES))
            facts = ("", "", "", "")
    return table


def _bands(groups: Sequence[Group]) -> Table:
    table = Table("who", "kinds", "strong both ways", "good", "worth a look", box=SIMPLE)
    for group in groups:
        shares = [
            f"{_number(band['share_of_yes'], percent=True)} of {band['decisions']:,}" for band in group.bands
        ]
        table.add_row(_WHO[group.who], group.kinds, *shares)
    return table


def _calibration(group: Group) -> Table:
    period = "in sample" if group.period == IN_SAMPLE else "held out"
    table = Table("foretold", "decisions", "mean foretold", "said yes", box=SIMPLE)
    table.title = f"Chance of a yes, {_WHO[group.who]}, {period}"
    for one in group.calibration:
        table.add_row(
            f"{one.low:.1f}–{one.high:.1f}", f"{one.count:,}", f"{one.foretold:.2f}", f"{one.observed:.2f}"
        )
    return table


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.0%}" if whole else "–"


def _interval(figure: Figure) -> str:
    return f"{_number(figure.value)} [{_number(figure.low)}, {_number(figure.high)}]"


def _number(value: float, *, percent: bool = False) -> str:
    if math.isnan(value):
        return "–"
    return f"{value:.0%}" if percent else f"{value:.3f}"
