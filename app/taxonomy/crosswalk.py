"""Where each technology area stands on other people's lists. An empty answer is an answer: it has no home there.

Sources: US list of critical and emerging technologies (NSTC, February 2024), which says itself that it is no list of
priorities; the joint statement on TRUST (13 February 2025); sunrise sectors of India's RDI scheme (1 July 2025);
NAICS 2022; NIC 2008 (classes of four digits). Industry codes are the nearest ones, for orientation only.
"""

from __future__ import annotations

from dataclasses import dataclass

CET = (
    "Advanced computing",
    "Advanced engineering materials",
    "Advanced gas turbine engine technologies",
    "Advanced and networked sensing and signature management",
    "Advanced manufacturing",
    "Artificial intelligence",
    "Biotechnologies",
    "Clean energy generation and storage",
    "Data privacy, data security, and cybersecurity technologies",
    "Directed energy",
    "Highly automated, autonomous, and uncrewed systems, and robotics",
    "Human-machine interfaces",
    "Hypersonics",
    "Integrated communication and networking technologies",
    "Positioning, navigation, and timing technologies",
    "Quantum information and enabling technologies",
    "Semiconductors and microelectronics",
    "Space technologies and systems",
)


@dataclass(frozen=True)
class Homes:
    """Names and codes of one area on the other lists."""

    cet: tuple[str, ...] = ()
    trust: tuple[str, ...] = ()
    rdi: tuple[str, ...] = ()
    naics: tuple[str, ...] = ()
    nic: tuple[str, ...] = ()


def _homes(cet: tuple[int, ...], trust: str, rdi: str, naics: str, nic: str) -> Homes:
    """`cet` are places on the US list, counted from 1."""
    return Homes(
        tuple(CET[place - 1] for place in cet), _parts(trust), _parts(rdi), _parts(naics), _parts(nic)
    )


def _parts(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(";") if part.strip())


HOMES: dict[str, Homes] = {
    "semiconductors": _homes((17,), "Semiconductors", "Strategic technologies", "334413; 333242", "2610"),
    "ai": _homes(
        (1, 6, 12),
        "Artificial intelligence",
        "AI in agriculture, health and education",
        "541715; 518210",
        "6201; 6311",
    ),
    "quantum": _homes((16,), "Quantum", "Quantum", "541715; 334516", "7210; 2651"),
    "cybersecurity": _homes((9,), "", "Digital economy", "513210; 541512", "6201; 6202"),
    "biotech": _homes(
        (7,),
        "Biotechnology; Pharmaceuticals",
        "Biotechnology, biomanufacturing, synthetic biology; Pharma and medical devices",
        "325412; 325414; 339112; 541714",
        "2100; 3250; 7210",
    ),
    "space": _homes((15, 18), "Space", "Space", "336414; 517410; 541370", "3030; 6130"),
    "clean_energy": _homes(
        (8,), "Energy", "Energy security and transition", "221114; 221115; 335910", "3510; 2720"
    ),
    "climate": _homes((), "", "Climate action", "221310; 562920; 541620", "3600; 3830; 3900"),
    "advanced_manufacturing": _homes((5, 11), "", "Robotics", "333517; 333998; 334513", "2822; 2829"),
    "advanced_materials": _homes(
        (2,),
        "Critical minerals; Advanced materials",
        "Strategic technologies",
        "212290; 325180; 541713",
        "0729; 2011; 2420",
    ),
    "telecom": _homes((14,), "", "Digital economy", "334220; 334210; 517112", "2630; 6120"),
    "drones": _homes((11,), "", "Robotics", "336411", "3030"),
    "defence": _homes(
        (3, 4, 10, 13), "Defense", "Economic security and strategic purposes", "334511; 336992", "2520; 3040"
    ),
    "fintech": _homes((), "", "Digital economy", "522320; 518210", "6499; 6619"),
    "travel": _homes((), "", "", "561510; 561520; 721110", "7911; 7912; 5510"),
    "agrifood": _homes((), "", "Digital agriculture", "111; 112; 311; 333111", "0111; 1079; 2821"),
    "edtech": _homes((), "", "AI in education", "611420; 611519; 611710", "8522; 8549; 8550"),
    "enterprise": _homes((), "", "Digital economy", "513210; 541511; 541512", "5820; 6201; 6202"),
}
