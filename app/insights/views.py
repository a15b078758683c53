"""The home page and what the service says of itself."""

from __future__ import annotations

from flask import Blueprint, render_template

from app.insights import queries

bp = Blueprint("insights", __name__, template_folder="templates")


@bp.get("/")
def home() -> str:
    return render_template("insights/home.html", figures=queries.live_figures(), corridor=queries.corridor())


@bp.get("/about")
def about() -> str:
    return render_template("insights/about.html")
