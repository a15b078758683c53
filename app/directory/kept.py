"""Parts of a page that everybody sees alike, rendered once: kept under all they were made of, so that none is ever out of date."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable

from markupsafe import Markup

# Some 40 kB each.
MOST = 400
# An address with hundreds of filters makes a part of megabytes, and comes once.
MOST_CHARACTERS = 150_000


class Kept:
    """The parts that were asked for last."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._parts: OrderedDict[Hashable, Markup] = OrderedDict()
        self._lock = threading.Lock()

    def part(self, made_of: Hashable, render: Callable[[], Markup]) -> Markup:
        """The part made of this; rendered if it was not yet, or long ago."""
        with self._lock:
            found = self._parts.get(made_of)
            if found is not None:
                self._parts.move_to_end(made_of)
                return found
        found = render()
        if len(found) > MOST_CHARACTERS:
            return found
        with self._lock:
            self._parts[made_of] = found
            if len(self._parts) > self._most:
                self._parts.popitem(last=False)
        return found
