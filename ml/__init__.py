"""Recommender of partners across a border: frames in, ranked, allocated and explained pairs out. Knows no web and no database."""

from ml.allocation import allocate
from ml.coach import Advice
from ml.eligibility import Eligibility
from ml.proposing import propose
from ml.reasons import Reason
from ml.recommender import Recommender

__all__ = ["Advice", "Eligibility", "Reason", "Recommender", "allocate", "propose"]
