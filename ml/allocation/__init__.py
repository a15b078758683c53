"""From candidates to proposals by assignment: attention has capacities on both sides, and nobody feasible is left out."""

from ml.allocation.evenness import gini
from ml.allocation.frames import Price, allocate, price_of_evenness, promise, welfare_bound
from ml.allocation.lists import assign

__all__ = ["Price", "allocate", "assign", "gini", "price_of_evenness", "promise", "welfare_bound"]
