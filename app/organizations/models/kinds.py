"""What each kind needs to be judged, beside the columns every version had."""

from __future__ import annotations


class KindColumns:
    """Columns that belong to one kind each; see domain reference 3.3 to 3.6."""
