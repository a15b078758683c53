"""Endpoints of the API, by what they are about."""

from app.api.blueprint import bp
from app.api.views import briefs, description, directory, identifiers, matches, organizations

__all__ = ["bp", "briefs", "description", "directory", "identifiers", "matches", "organizations"]
