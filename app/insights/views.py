"""The home page and what the service says of itself."""

from __future__ import annotations

from flask import Blueprint, current_app, render_template

from app.insights import queries
from app.insights.keeping import Kept

bp = Blueprint("insights", __name__, template_folder="templates")
_told = Kept(lambda: (queries.live_figures(), queries.corridor()))


@bp.get("/")
def home() -> str:
    # In tests every figure is of this moment.
    figures, corridor = _told.anew() if current_app.testing else _told.value()
    return render_template("insights/home.html", figures=figures, corridor=corridor)


@bp.get("/about")
def about() -> str:
    return render_template("insights/about.html")
