"""The semiconductor value chain on two levels: stages, and the segments inside each.

Source: the stages of the readiness assessment of India's semiconductor ecosystem (ITIF, February 2024); the segments
are trade usage and no official list.
"""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _

STAGES: dict[str, tuple[Any, dict[str, Any]]] = {
    "research": (
        _("Research before competition"),
        {
            "materials_science": _("Materials science"),
            "device": _("Device research"),
            "lithography": _("Lithography research"),
            "university_labs": _("University laboratories"),
        },
    ),
    "eda_ip": (
        _("Design tools and core IP"),
        {
            "eda_tools": _("EDA tools"),
            "verification_ip": _("Verification IP"),
            "core_ip": _("Processor, interface and analog IP"),
        },
    ),
    "design": (
        _("Chip design"),
        {
            "logic": _("Logic and SoC"),
            "memory": _("Memory"),
            "analog": _("Analog and mixed signal"),
            "rf": _("RF"),
            "power": _("Power devices"),
            "sensors": _("Sensors and MEMS design"),
            "photonics": _("Photonics"),
            "verification": _("Verification"),
            "physical_design": _("Physical design"),
            "dft": _("Design for test"),
            "embedded_software": _("Embedded software"),
        },
    ),
    "fabrication": (
        _("Wafer fabrication"),
        {
            "silicon_mature": _("Silicon, 28 nm and larger"),
            "silicon_advanced": _("Silicon, advanced nodes"),
            "compound": _("Compound semiconductors (SiC, GaN, GaAs)"),
            "display": _("Display"),
            "mems": _("MEMS fabrication"),
            "specialty": _("Specialty processes"),
        },
    ),
    "packaging": (
        _("Assembly, test and packaging"),
        {
            "wire_bond": _("Wire bond"),
            "flip_chip": _("Flip chip"),
            "wafer_level": _("Wafer-level packaging"),
            "system_in_package": _("System in package"),
            "stacked": _("2.5D and 3D"),
            "chiplet": _("Chiplets"),
            "glass_substrate": _("Glass substrates and interposers"),
            "test": _("Test and burn-in"),
        },
    ),
    "equipment": (
        _("Manufacturing equipment"),
        {
            "deposition": _("Deposition"),
            "etch": _("Etch"),
            "litho": _("Lithography equipment"),
            "metrology": _("Metrology"),
            "testers": _("Testers"),
            "handlers": _("Handlers"),
            "refurbished": _("Used and refurbished equipment"),
            "parts": _("Equipment parts"),
            "sub_fab": _("Sub-fab systems"),
        },
    ),
    "materials": (
        _("Chip materials"),
        {
            "wafers": _("Wafers"),
            "substrates": _("Package substrates"),
            "photoresist": _("Photoresist"),
            "wet_chemicals": _("Wet chemicals"),
            "gases": _("Specialty and bulk gases"),
            "cmp": _("Polishing materials (CMP)"),
            "targets": _("Sputtering targets"),
            "lead_frames": _("Lead frames"),
            "mold_compound": _("Mold compound"),
        },
    ),
    "facility": (
        _("Facility and utilities"),
        {
            "cleanroom": _("Cleanroom"),
            "ultrapure_water": _("Ultrapure water"),
            "gas_systems": _("Gas systems"),
            "power_quality": _("Power quality"),
            "effluent": _("Effluent treatment"),
            "safety": _("Safety"),
        },
    ),
    "demand": (
        _("Distribution, electronics manufacturing and demand"),
        {
            "distribution": _("Component distribution"),
            "ems": _("Electronics manufacturing and board assembly"),
            "automotive": _("Automotive demand"),
            "telecom": _("Telecom demand"),
            "industrial": _("Industrial demand"),
            "strategic": _("Strategic electronics"),
        },
    ),
    "minerals": (
        _("Recycling and critical minerals"),
        {
            "gallium": _("Gallium"),
            "germanium": _("Germanium"),
            "silicon": _("Silicon metal"),
            "rare_earths": _("Rare earths"),
            "recycling": _("Recycling of electronics"),
        },
    ),
    "cross_cutting": (
        _("Across the chain"),
        {
            "talent": _("Chip talent"),
            "standards": _("Chip standards"),
            "logistics": _("Chip logistics"),
            "finance": _("Chip finance"),
            "ip_services": _("IP services"),
        },
    ),
}

# Every segment by its full code, `stage.segment`; a stage alone is a code as well.
SEGMENTS: dict[str, Any] = {
    f"{stage}.{code}": label for stage, (_label, inside) in STAGES.items() for code, label in inside.items()
}


def segment_label(code: str) -> Any:
    """The (lazy) label of a stage or of a segment written `stage.segment`; the code itself when unknown."""
    return STAGES[code][0] if code in STAGES else SEGMENTS.get(code, code)


def stage_of(code: str) -> str:
    """The stage of a segment, and of a stage itself."""
    return code.split(".")[0]
