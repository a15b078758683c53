"""The vocabularies: a page that shows them with their homes on other lists, and the search behind pickers."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, jsonify, render_template, request
from flask_babel import gettext as _

from app import taxonomy
from app.taxonomy import crosswalk, value_chain
from app.taxonomy.finding import VOCABULARIES, Term

bp = Blueprint("terms", __name__, template_folder="templates", url_prefix="/terms")
_MOST_FOUND = 12


@bp.get("")
def index() -> str:
    words = request.args.get("words", "")
    return render_template(
        "organizations/terms.html",
        version=taxonomy.VERSION,
        words=words,
        found=taxonomy.search(words, limit=_MOST_FOUND),
        vocabulary_names=_vocabulary_names(),
        areas=taxonomy.TECHNOLOGIES,
        terms=VOCABULARIES["technology"],
        homes=crosswalk.HOMES,
        stages=value_chain.STAGES,
    )


@bp.get("/search")
def search() -> Any:
    """Terms for some words: checkboxes for a picker, or JSON for programs that ask for it."""
    wanted = [name for name in request.args.getlist("vocabulary") if name in VOCABULARIES]
    found = taxonomy.search(request.args.get("words", ""), wanted, _MOST_FOUND)
    if request.accept_mimetypes.best == "application/json":
        return jsonify([_plain(term) for term in found])
    field = request.args.get("field") if request.args.get("field") in _PICKED else ""
    chosen = set(request.args.getlist(field)) if field else set()
    kept = [term for name in wanted for term in VOCABULARIES[name] if term.code in chosen]
    more = [term for term in found if term.code not in chosen and _fits(field, term)]
    return render_template(
        "organizations/term_results.html", field=field, kept=kept, found=more, words=request.args.get("words")
    )


# Fields of forms that pick terms: what an answer to them may be named.
_PICKED = frozenset({"narrower", "more_skills"})


def _fits(field: str | None, term: Term) -> bool:
    """Areas have boxes of their own; their picker offers what is inside them."""
    return field != "narrower" or bool(term.within)


def _plain(term: Term) -> dict[str, str]:
    return {
        "vocabulary": term.vocabulary,
        "code": term.code,
        "label": str(term.label),
        "within": term.within,
    }


def _vocabulary_names() -> dict[str, str]:
    return {
        "technology": _("Technology"),
        "segment": _("Semiconductor value chain"),
        "stage": _("Stage of funding"),
        "recognition_stage": _("Stage by DPIIT's words"),
        "investor_type": _("Type of investor"),
        "instrument": _("Instrument"),
        "sector": _("Sector"),
        "cooperation": _("Kind of cooperation"),
        "skill": _("Skill"),
    }
