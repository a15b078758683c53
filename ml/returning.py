"""Memory that was freed, given back to the system.

Reading texts makes millions of small things and lets most of them go; the C library keeps their room for more of the like,
a quarter of what a process then holds, while what comes next wants few large arrays.
"""

from __future__ import annotations

import ctypes
from functools import lru_cache
from typing import Any


def give_back() -> None:
    """Hand free memory back, where the C library can (glibc's `malloc_trim`); tens of milliseconds a gigabyte."""
    trim = _trim()
    if trim is not None:
        trim(0)


@lru_cache(maxsize=1)
def _trim() -> Any:
    try:
        return ctypes.CDLL("libc.so.6").malloc_trim
    except (OSError, AttributeError):
        return None
