"""The OpenAPI document."""

from __future__ import annotations

from flask import Response, current_app, jsonify

from app.api import openapi
from app.api.blueprint import bp


@bp.get("/openapi.json")
def document() -> Response:
    response = jsonify(openapi.document(current_app._get_current_object()))  # type: ignore[attr-defined]
    response.headers["Cache-Control"] = "public, max-age=300"
    return response
