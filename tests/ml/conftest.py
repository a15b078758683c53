"""A small corridor of our own: a chip firm with a need, who meets it, who funds it, who trains for it, and bystanders."""

from __future__ import annotations

import pandas as pd
import pytest

from ml import Recommender, synthetic

ROWS = [
    {
        "id": "designer",
        "kind": "startup",
        "country": "IN",
        "region_code": "IN-KA",
        "description": "Fabless startup that designs power management chips for electric scooters.",
        "needs": "Packaging test capacity for 2,000 wafers a month\nA bank for payroll",
        "offers": "Power management chip design",
        "technologies": ["semiconductors"],
        "tags": ["Semiconductors"],
        "stage": "seed",
        "raising": True,
    },
    {
        "id": "osat",
        "kind": "sme",
        "country": "US",
        "region_code": "US-AZ",
        "city": "Chandler",
        "offers": "Cafeteria for visitors\nWe run an OSAT test floor with spare hours",
        "needs": "Power management chip design for our burn-in boards",
        "technologies": ["semiconductors", "advanced_manufacturing"],
        "tags": ["semiconductors", "Manufacturing"],
    },
    {
        "id": "chip_fund",
        "kind": "investor",
        "country": "US",
        "thesis": "Seed money for fabless chip design teams.",
        "technologies": ["semiconductors"],
        "stages": ["pre_seed", "seed"],
        "ticket_min": 20_000_000,
        "ticket_max": 100_000_000,
        "currency": "USD",
        "countries": ["IN"],
    },
    {
        "id": "late_fund",
        "kind": "investor",
        "country": "US",
        "thesis": "Buyouts of listed dairies.",
        "technologies": ["agrifood"],
        "stages": ["growth", "listed"],
        "ticket_min": 50_000_000_000,
        "ticket_max": 90_000_000_000,
        "currency": "USD",
        "countries": ["US"],
    },
    {
        "id": "course",
        "kind": "skill_program",
        "country": "US",
        "name": "Chip design evening course",
        "skills": ["VLSI design", "RTL verification"],
        "technologies": ["semiconductors"],
    },
    {
        "id": "dairy",
        "kind": "sme",
        "country": "US",
        "description": "Cheese and butter from three farms.",
        "tags": ["Dairy"],
    },
    {
        "id": "milk",
        "kind": "startup",
        "country": "IN",
        "description": "Milk chilling for dairy farms.",
        "tags": ["dairy"],
    },
    {"id": "silent", "kind": "investor", "country": "US"},
    {"id": "quiet", "kind": "sme", "country": "IN", "name": "Quiet Works Pvt. Ltd."},
]


@pytest.fixture(scope="session")
def corridor() -> pd.DataFrame:
    return pd.DataFrame(ROWS)


@pytest.fixture(scope="session")
def recommender(corridor: pd.DataFrame) -> Recommender:
    """Fitted on the corridor and two hundred synthetic organizations; tests must not update it."""
    return Recommender().fit(pd.concat([corridor, synthetic.organizations(200)], ignore_index=True))
