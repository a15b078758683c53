"""Pages of programs and missions, open to everybody."""

from __future__ import annotations

from flask import Blueprint, render_template

from app.programs import queries
from app.taxonomy import Kind, label, technology_label

bp = Blueprint("programs", __name__, template_folder="templates", url_prefix="/programs")


@bp.get("")
def index() -> str:
    return render_template("programs/index.html", programs=queries.open_programs())


@bp.get("/<key>")
def show(key: str) -> str:
    program = queries.program_by_key(key)
    return render_template(
        "programs/show.html",
        program=program,
        managers=queries.managers_of(program),
        technology_words=", ".join(str(technology_label(code)) for code in program.technologies),
        kinds_words=", ".join(str(label(Kind(kind))) for kind in program.kinds),
    )
