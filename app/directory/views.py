"""Pages of the directory: what a wish finds, the map of it, its CSV file, and saved searches."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from pathlib import Path
from typing import Any

from flask import (
    Blueprint,
    current_app,
    flash,
    redirect,
    render_template,
    request,
    stream_with_context,
    url_for,
)
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_login import current_user
from markupsafe import Markup

from app.accounts.guards import login_required
from app.db import db
from app.directory import facets, files, forms, kept, live, mapping, queries, services
from app.directory.finding import Found
from app.directory.why import why
from app.directory.wish import SORTS, Wish
from app.extensions import limiter, login_manager

bp = Blueprint("directory", __name__, template_folder="templates", url_prefix="/organizations")
# Who is signed out takes a page's worth of results with them, and not the whole directory.
MOST_FOR_VISITORS = 1000


@bp.before_app_request
def warm_up() -> None:
    """The first request of a process, whatever for, lets the directory be read beside it."""
    if not current_app.testing:
        live.wake()


def _folder() -> Path:
    return Path(current_app.config["SETTINGS"].model_dir)


def _asked() -> Wish:
    return Wish.of(request.args.to_dict(flat=False))


@bp.get("")
def index() -> str:
    wish = _asked()
    view = "map" if request.args.get("view") == "map" else ""
    found = queries.found(wish, _folder())
    shown = mapping.shown(found) if view else _rows(found)
    return render_template(
        "directory/index.html",
        wish=wish,
        view=view,
        found=found,
        filters=_filters(found, view),
        used=facets.used(wish, view),
        sorts=SORTS,
        words_of=facets.words_of,
        form=forms.SaveForm(formdata=None, notify=True),
        **shown,
    )


def _filters(found: Found, view: str) -> Markup:
    """The filters with their counts: the same for everybody who asks for the same in one language."""
    counts = tuple((facet, tuple(values.items())) for facet, values in found.counts.items())

    def render() -> Markup:
        offered = facets.facets(found.wish, found.counts, view)
        return Markup(render_template("directory/filters.html", facets=offered))  # noqa: S704 - a template of ours

    return _kept("filters", (found.wish.query(view=view), counts), render)


def _rows(found: Found) -> dict[str, Any]:
    """One page of results. Its rows are the same for everybody too, as long as none of their organizations changes."""
    place = queries.place(found, request.args.get("after", ""), request.args.get("before", ""))
    words = found.wish.words if found.hits is not None else []
    versions = queries.versions(place.ids)

    def render() -> Markup:
        rows = queries.organizations(place.ids)
        by_words = dict(zip(place.ids, place.by_words, strict=True))
        reasons = {one.id: why(one, words, by_words[one.id]) for one in rows} if words else {}
        return Markup(render_template("directory/rows.html", organizations=rows, why=reasons))  # noqa: S704 - the same

    made_of = (tuple(words), tuple(versions), tuple(place.by_words))
    rows = _kept("rows", made_of, render) if versions else Markup("")
    return {"page": place, "rows": rows, "drops": [] if found.count else queries.drops(found)}


def _kept(name: str, made_of: Hashable, render: Callable[[], Markup]) -> Markup:
    """A part for everybody of one language who came by one address."""
    parts = current_app.extensions.setdefault("directory_parts", kept.Kept())
    return parts.part((name, str(get_locale()), request.script_root, made_of), render)


@bp.get("/found.csv")
@limiter.limit("30 per hour")
def csv() -> Any:
    found = queries.found(_asked(), _folder())
    if found.count > MOST_FOR_VISITORS and not current_user.is_authenticated:
        return login_manager.unauthorized()
    lines = files.as_csv(queries.all_organizations(found))
    return current_app.response_class(
        stream_with_context(lines),
        mimetype="text/csv",
        headers={"Content-Disposition": "attachment; filename=organizations.csv"},
    )


@bp.get("/searches")
@login_required
def searches() -> str:
    return _searches_page(forms.ChangeForm(formdata=None))


@bp.post("/searches")
@login_required
def save_search() -> Any:
    form = forms.SaveForm()
    if not form.validate():
        return _searches_page(form), 422
    services.save_search(str(form.query.data or ""), str(form.name.data), form.notify.data, by=current_user)
    db.session.commit()
    flash(_("The search is saved."), "success")
    return redirect(url_for(".searches"), 303)


@bp.post("/searches/<int:search_id>")
@login_required
def change_search(search_id: int) -> Any:
    search = queries.saved_search_of(current_user, search_id)
    form = forms.ChangeForm()
    if not form.validate():
        return _searches_page(form), 422
    services.change_search(search, str(form.name.data), form.notify.data, by=current_user)
    db.session.commit()
    flash(_("The search is changed."), "success")
    return redirect(url_for(".searches"), 303)


@bp.post("/searches/<int:search_id>/remove")
@login_required
def remove_search(search_id: int) -> Any:
    services.remove_search(queries.saved_search_of(current_user, search_id), by=current_user)
    db.session.commit()
    flash(_("The search is removed."), "success")
    return redirect(url_for(".searches"), 303)


def _searches_page(form: forms.ChangeForm) -> str:
    saved = queries.saved_searches_of(current_user)
    wishes = {one.id: Wish.from_query(one.query) for one in saved}
    found = {id_: queries.found(wish, _folder()) for id_, wish in wishes.items()}
    return render_template(
        "directory/searches.html",
        searches=saved,
        used={id_: facets.used(wish, "") for id_, wish in wishes.items()},
        wishes=wishes,
        counts={id_: one.count for id_, one in found.items()},
        new={one.id: len(queries.new_hits(one, found[one.id])) for one in saved},
        form=form,
    )
