"""Tables of the desk: cases, what was decided of them, and releases."""

from app.desk.models.case import PROMISED_DAYS, Case, CaseKind, CaseState
from app.desk.models.decision import Action, Decision, DecisionState, Release

__all__ = [
    "PROMISED_DAYS",
    "Action",
    "Case",
    "CaseKind",
    "CaseState",
    "Decision",
    "DecisionState",
    "Release",
]
