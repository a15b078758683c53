"""Search of the directory."""

from __future__ import annotations

from pathlib import Path

from flask import Response, current_app, request

from app.api import bodies, schemas, shown
from app.api.blueprint import bp
from app.api.operations import operation
from app.directory import queries
from app.directory.wish import Wish


@bp.get("/organizations")
@operation("Find listed organizations", schemas.FoundOut, query=schemas.DirectoryQuery)
def find() -> Response:
    asked = bodies.read_query(schemas.DirectoryQuery)
    wish = Wish.of(request.args.to_dict(flat=False))
    found = queries.found(wish, Path(current_app.config["SETTINGS"].model_dir))
    page = queries.page(found, asked.after)
    rows = [shown.row_of(one) for one in page.organizations]
    return shown.answer(schemas.FoundOut(count=found.count, organizations=rows, after=page.after or None))
