"""The line an organization is introduced with: drafted from what its profile says in short."""

from __future__ import annotations

from dataclasses import dataclass

from app.introductions.models import LONGEST_LINE
from app.matching import redaction
from app.organizations.models import Organization


@dataclass(frozen=True)
class TypedLine:
    """What somebody wants their line to say, and the version of it that they had before them; 0 for the draft."""

    text: str
    version: int


def drafted(organization: Organization) -> str:
    """The line of an organization that has not written its own."""
    text = " ".join(organization.summary.split())
    if len(text) <= LONGEST_LINE:
        return text
    cut = text[: LONGEST_LINE - 1]
    # At the end of a sentence, when one ends in the second half; else of a word.
    end = cut.rfind(". ")
    return cut[: end + 1] if end >= LONGEST_LINE // 2 else (cut.rpartition(" ")[0] or cut) + "…"


def tells_address(text: str) -> bool:
    """Whether a line has a mail or web address or a telephone number: they are told with the introduction anyway."""
    return redaction.has_address(text)
