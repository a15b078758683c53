"""A row of numbers as bars, for letters: a template writes the numbers, and the picture is drawn when the letter is sent.

So a letter that waits holds no picture, and the same numbers give the same bytes. Mail programs show no SVG.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Sequence
from functools import lru_cache

import vl_convert

WIDTH, HEIGHT, BAR, ROOM = 240, 68, 44, 20
# What fits above a bar.
MOST = 9_999
_ADDRESS = re.compile(r'(?<=src=")cid:(bars(?:\.\d{1,4}){1,4}@pictures\.sangam)(?=")')


def address(numbers: Sequence[int]) -> str:
    """Where a letter's html finds the picture of at most four numbers."""
    return f"cid:bars.{'.'.join(str(min(number, MOST)) for number in numbers)}@pictures.sangam"


def pictures_in(html: str) -> dict[str, bytes]:
    """The pictures that a letter's html shows, by Content-ID."""
    return {found[1]: _of(found[1]) for found in _ADDRESS.finditer(html)}


def shown_in(html: str) -> str:
    """The same html with the pictures themselves, for a browser, which knows no parts of letters."""
    return _ADDRESS.sub(
        lambda found: "data:image/png;base64," + base64.b64encode(_of(found[1])).decode(), html
    )


def _of(content_id: str) -> bytes:
    return png(tuple(int(number) for number in content_id.partition("@")[0].split(".")[1:]))


@lru_cache(maxsize=1_000)
def png(numbers: tuple[int, ...]) -> bytes:
    """Bars from zero to the largest number, each with its number above; drawn twice as large, for fine screens."""
    most, slot = max((*numbers, 1)), WIDTH / len(numbers)
    drawn = "".join(
        _bar(number, most, round(at * slot + (slot - BAR) / 2)) for at, number in enumerate(numbers)
    )
    line = f'<path d="M0 {HEIGHT - 1}H{WIDTH}" stroke="#71767a"/>'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}">'
    # Letters are dark at night in some programs, pictures are not: this one brings its own paper.
    paper = f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>'
    return vl_convert.svg_to_png(f"{head}{paper}{drawn}{line}</svg>", scale=2)


def _bar(number: int, most: int, left: int) -> str:
    height = round((HEIGHT - ROOM) * number / most)
    top = HEIGHT - 1 - height
    bar = f'<rect x="{left}" y="{top}" width="{BAR}" height="{height}" fill="#4a50c4"/>'
    words = 'font-size="13" font-family="sans-serif" text-anchor="middle" fill="#1b1b1b"'
    return f'{bar}<text x="{left + BAR // 2}" y="{top - 5}" {words}>{number}</text>'
