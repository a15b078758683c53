"""Closed vocabularies of the field, and the words people use for them."""

from app.taxonomy.kinds import Instrument, LeadRole, Recognition, RecognitionStage
from app.taxonomy.places import (
    COUNTRIES,
    Country,
    region_code_of,
    region_name,
    region_spellings,
    regions_of,
)
from app.taxonomy.technologies import TECHNOLOGIES, Technology, technologies_in, technology_label
from app.taxonomy.terms import (
    CERTIFICATIONS,
    InvestorType,
    Kind,
    Sector,
    SizeClass,
    Stage,
    TrainingMode,
    label,
    labels,
)

__all__ = [
    "CERTIFICATIONS",
    "COUNTRIES",
    "TECHNOLOGIES",
    "Country",
    "Instrument",
    "InvestorType",
    "Kind",
    "LeadRole",
    "Recognition",
    "RecognitionStage",
    "Sector",
    "SizeClass",
    "Stage",
    "Technology",
    "TrainingMode",
    "label",
    "labels",
    "region_code_of",
    "region_name",
    "region_spellings",
    "regions_of",
    "technologies_in",
    "technology_label",
]
