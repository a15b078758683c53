"""Texts in the other language."""

from __future__ import annotations


class TextColumns:
    """A Hindi text beside the English one, where the organization gives it."""
