"""Fixtures of matching."""

from __future__ import annotations

import pytest

from app.matching import scoring


@pytest.fixture(autouse=True)
def unlearned(monkeypatch: pytest.MonkeyPatch) -> None:
    """A process keeps its recommender; no test learns from the one before."""
    monkeypatch.setattr(scoring, "model", scoring.Model())
