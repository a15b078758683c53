"""What finds the same organization twice."""

from __future__ import annotations


class DuplicateColumns:
    """Keys by which two profiles of one organization meet."""
