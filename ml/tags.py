"""Tags people choose, brought to one spelling, without those that say nothing about fit."""

from __future__ import annotations

import re
from collections.abc import Iterable

from ml.text import clean

MOST_TAGS = 30
AGNOSTIC = frozenset({"sectoragnostic", "wearasectoragnosticpefund", "industryagnostic", "generalist"})

_SPLIT = re.compile(r"\s*[,/|;]\s*")
_NOT_WORD = re.compile(r"[\W_]+")
_SAME = {
    "ai": "artificialintelligence",
    "artificialintelligenceai": "artificialintelligence",
    "ml": "machinelearning",
    "biotechnology": "biotech",
    "cleantechnology": "cleantech",
    "medicaldevices": "medicaldevice",
    "medtech": "medicaldevice",
    "healthtech": "healthcare",
    "medical": "healthcare",
    "health": "healthcare",
    "healthcareit": "healthcare",
    "financialtechnology": "fintech",
    "financialservices": "finance",
    "agtech": "agritech",
    "agriculturetechnology": "agritech",
    "educationtechnology": "edtech",
    "elearning": "edtech",
    "games": "gaming",
    "gamesvideo": "gaming",
    "videogames": "gaming",
    "cryptoblockchain": "blockchain",
    "crypto": "blockchain",
    "internetofthings": "iot",
    "advertisingtechnology": "advertising",
    "adtech": "advertising",
    "ecommerceplatforms": "ecommerce",
    "onlineshopping": "ecommerce",
    "foodandbeverages": "foodandbeverage",
    "foodbeverage": "foodandbeverage",
    "foodbeverages": "foodandbeverage",
    "enterprise": "enterprisesoftware",
    "proptechrealestate": "realestate",
    "proptech": "realestate",
}
# Levels, forms, sources and words so wide that two firms sharing them have nothing in common.
_WIDE = """
other technology technologies tech india usa us unitedstates startup startups company beginner intermediate
advanced onlinecourse curatedweb web internet software consumer b2b b2c app apps services service business general
seed early growth smallbusiness basiccoursessem1and2 specialseries multidisciplinary nptel sbirsttrawardee sbir sttr
awardee iti public privateforprofit privatenotforprofit 2year lessthan2year startupstudio venturecapital informationtechnology
informationtechnologyservices hardwaresoftware local new consumerinternet engineeringproductanddesign
mobile hardware internetandmobile networkhosting consulting enterprisesoftware
"""
GENERIC = frozenset(_WIDE.split())
# On an investor these say what it is, not what it funds.
OWN_TRADE_OF_INVESTORS = frozenset(
    {"finance", "investmentmanagement", "investing", "privateequity", "angelinvestor", "incubators"}
)


def key_of(label: str) -> str:
    """The spelling under which a tag is compared: "E-Commerce", "eCommerce" and "ecommerce" are one."""
    key = _NOT_WORD.sub("", label.casefold().replace("&", "and"))
    return _SAME.get(key, key)


def labelled(tags: Iterable[object]) -> dict[str, str]:
    """Key to first-seen label of at most `MOST_TAGS` tags that say something; combined tags are parted."""
    found: dict[str, str] = {}
    for tag in tags:
        for part in _SPLIT.split(clean(tag)):
            key = key_of(part)
            if key and key not in GENERIC and len(key) < 60:
                found.setdefault(key, part.replace("_", " "))
        if len(found) >= MOST_TAGS:
            break
    return found
