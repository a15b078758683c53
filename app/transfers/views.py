"""Pages."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("transfers", __name__, template_folder="templates")
