"""How much each kind of evidence is worth, by who serves whom. Complement before likeness.

A side's evidence is a sum of contributions, each a similarity in [0, 1] times its weight here; the side is
``1 - exp(-evidence)``, so nothing known is 0, one good reason about a half, several approach 1.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ml.profiles import KINDS

# A need met, one text, closed labels, money's terms, and what the kinds alone promise.
EVIDENCE = ("need", "text", "technology", "tags", "agnostic", "stage", "ticket", "place", "raising", "kind")

# Latent similarity up to here is the noise of unrelated texts: on real profiles two random ones pass it once in fifty.
TEXT_FLOOR = np.float32(0.28)
# Needs are few words, and are quoted only when a line of the other profile really answers them.
NEED_FLOOR = np.float32(0.12)
# Shares of a text's evidence that latent similarity keeps without a shared word, and shared words earn without it: one
# word alone may mean another thing elsewhere (the western coast, western philosophy), so that takes more than one.
LATENT_ALONE = np.float32(0.2)
WORDS_ALONE = np.float32(0.25)
# Stage, ticket and place matter to those whose field fits: without any topic in common they count this share.
STRUCTURE_ALONE = np.float32(0.25)
# Topical evidence from which on structure counts in full.
TOPIC_ENOUGH = np.float32(0.5)

FIRMS = frozenset({"startup", "sme"})


@dataclass(frozen=True, slots=True)
class Weights:
    """Weights of one (served kind, serving kind)."""

    need: float = 0.0
    text: float = 0.0
    technology: float = 0.0
    tags: float = 0.0
    agnostic: float = 0.0
    stage: float = 0.0
    ticket: float = 0.0
    place: float = 0.0
    raising: float = 0.0
    kind: float = 0.01


_PEERS = Weights(need=3.0, text=0.9, technology=0.35, tags=0.8, kind=0.04)
_MONEY_FOR_FIRM = Weights(
    need=1.5, text=1.4, technology=0.8, tags=1.8, agnostic=0.3, stage=0.35, ticket=0.15, place=0.25, kind=0.05
)
_FIRM_FOR_MONEY = Weights(
    need=1.5,
    text=1.4,
    technology=0.8,
    tags=1.8,
    agnostic=0.3,
    stage=0.4,
    ticket=0.15,
    place=0.15,
    raising=0.2,
    kind=0.05,
)
_SKILLS_FOR_FIRM = Weights(need=3.0, text=1.6, technology=0.6, tags=0.9, kind=0.03)
_FIRM_FOR_SKILLS = Weights(need=2.5, text=1.6, technology=0.6, tags=0.9, kind=0.03)
_SAME_TRADE = Weights(need=1.5, text=0.6, technology=0.4, tags=0.6, kind=0.01)


def weights_of(served: str, serving: str) -> Weights:
    """Weights of the evidence that an organization of kind `serving` serves one of kind `served`."""
    if served in FIRMS:
        return _PEERS if serving in FIRMS else _MONEY_FOR_FIRM if serving == "investor" else _SKILLS_FOR_FIRM
    if serving in FIRMS:
        return _FIRM_FOR_MONEY if served == "investor" else _FIRM_FOR_SKILLS
    return _SAME_TRADE


def has_structure(one: str, other: str) -> bool:
    """Whether stage, ticket and place say anything between two kinds: an investor and a firm."""
    return (one == "investor" and other in FIRMS) or (other == "investor" and one in FIRMS)


def weight_table() -> NDArray[np.float32]:
    """(kinds served, kinds serving, evidence) float32."""
    return np.array(
        [[[getattr(weights_of(one, other), name) for name in EVIDENCE] for other in KINDS] for one in KINDS],
        dtype=np.float32,
    )
