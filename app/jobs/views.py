"""`/healthz` and `/readyz`, for whoever watches over the service."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from flask import Blueprint, jsonify

from app.extensions import limiter
from app.jobs import queries

bp = Blueprint("jobs", __name__)


@bp.get("/healthz")
@limiter.exempt
def healthz() -> Any:
    """Alive: this process answers."""
    return "ok\n", 200, {"Content-Type": "text/plain; charset=utf-8"}


@bp.get("/readyz")
@limiter.exempt
def readyz() -> Any:
    """Ready: what it stands on is there too; 503 otherwise."""
    found = queries.readiness()
    return jsonify(ready=found.is_ready, **asdict(found)), 200 if found.is_ready else 503
