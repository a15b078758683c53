"""Closed vocabularies of the field, and the words people use for them."""

from app.taxonomy.finding import Term, search
from app.taxonomy.kinds import Instrument, LeadRole, Recognition, RecognitionStage
from app.taxonomy.places import (
    COUNTRIES,
    Country,
    region_code_of,
    region_name,
    region_spellings,
    regions_of,
)
from app.taxonomy.technologies import (
    FIELDS,
    TECHNOLOGIES,
    Technology,
    area_of,
    is_technology,
    technologies_in,
    technology_label,
    with_areas,
)
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

# Raised with every change of codes or meanings; docs/taxonomy.md says what changed.
VERSION = "1.0"

__all__ = [
    "CERTIFICATIONS",
    "COUNTRIES",
    "FIELDS",
    "TECHNOLOGIES",
    "VERSION",
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
    "Term",
    "TrainingMode",
    "area_of",
    "is_technology",
    "label",
    "labels",
    "region_code_of",
    "region_name",
    "region_spellings",
    "regions_of",
    "search",
    "technologies_in",
    "technology_label",
    "with_areas",
]
