"""Pages of introductions."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("introductions", __name__, template_folder="templates")
