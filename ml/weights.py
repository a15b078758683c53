"""How much each kind of evidence is worth, by who serves whom. Complement before likeness.

A side's evidence is a sum of contributions, each a similarity in [0, 1] times its weight here; the side is
``1 - exp(-evidence)``, so nothing known is 0, one good reason about a half, several approach 1.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ml.profiles import KINDS

# A need met; what both are about: one text, fields of work, closed labels; the skills a firm runs on; an input of the chip
# supply chain, and standing at the same link of it; money's terms; what the kinds alone promise; and past investments.
EVIDENCE = (
    "need",
    "text",
    "field",
    "technology",
    "tags",
    "training",
    "chain",
    "rival",
    "agnostic",
    "stage",
    "ticket",
    "place",
    "raising",
    "kind",
    "activity",
    "portfolio",
    "turn",
)

# Similarity of meaning up to here is the noise of unrelated texts.
TEXT_FLOOR = np.float32(0.1)
NEED_FLOOR = np.float32(0.2)
# What shared telling words count beside similarity of meaning.
WORDS_COUNT = np.float32(0.25)
# What the kinds alone promise, of two of whom at least one says nothing of itself.
KIND_UNSAID = np.float32(0.15)
# Stage, ticket and place matter to those whose field fits: without any topic in common they count this share.
STRUCTURE_ALONE = np.float32(0.25)
# Topical evidence from which on structure counts in full.
TOPIC_ENOUGH = np.float32(0.5)

# What past investments say of an investor and a firm; see `ml.links`.
LINK_EVIDENCE = ("activity", "portfolio", "turn")
# A unit of it, the logarithm of a rate, in units of evidence: chosen on links dated 2015, where it foresees corridor
# investments as well as links alone do, while graded pairs stay in the order that fit gives them (docs/decisions/0007).
LINK_WEIGHT = 0.4

# What a buyer of one's product counts beside a provider of one's input.
BUYER = np.float32(0.5)

FIRMS = frozenset({"startup", "sme"})


@dataclass(frozen=True, slots=True)
class Weights:
    """Weights of one (served kind, serving kind)."""

    need: float = 0.0
    text: float = 0.0
    field: float = 0.0
    technology: float = 0.0
    tags: float = 0.0
    training: float = 0.0
    chain: float = 0.0
    # Share of likeness that standing at the same link of the chip chain takes back.
    rival: float = 0.0
    agnostic: float = 0.0
    stage: float = 0.0
    ticket: float = 0.0
    place: float = 0.0
    raising: float = 0.0
    kind: float = 0.01
    activity: float = 0.0
    portfolio: float = 0.0
    turn: float = 0.0


_PEERS = Weights(need=3.0, text=1.9, field=0.45, technology=0.35, tags=0.5, chain=2.8, rival=-0.93, kind=0.04)
_MONEY_FOR_FIRM = Weights(
    need=1.5,
    text=2.6,
    field=0.6,
    technology=0.8,
    tags=0.8,
    agnostic=0.3,
    stage=0.3,
    ticket=0.15,
    place=0.2,
    kind=0.15,
    activity=LINK_WEIGHT,
    portfolio=LINK_WEIGHT,
    turn=LINK_WEIGHT,
)
_FIRM_FOR_MONEY = replace(_MONEY_FOR_FIRM, raising=0.2)
_SKILLS_FOR_FIRM = Weights(need=3.0, text=1.9, field=0.45, technology=0.6, tags=0.5, training=0.2, kind=0.04)
_FIRM_FOR_SKILLS = replace(_SKILLS_FOR_FIRM, need=2.5)
_SAME_TRADE = Weights(need=1.5, text=1.9, field=0.45, technology=0.4, tags=0.5, kind=0.01)


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
