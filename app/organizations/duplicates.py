"""Reads about organizations that may be there twice."""

from __future__ import annotations

from app.organizations.naming import keys_of

__all__ = ["keys_of"]
