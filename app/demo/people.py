"""People of the demo world. The addresses are reserved for examples; nobody has them."""

from __future__ import annotations

from dataclasses import dataclass

from app.accounts.models import Role

PASSWORD = "sangam demo world"  # noqa: S105  # printed on the terminal, refused in production


@dataclass(frozen=True)
class Person:
    """An illustrative person; `owns` names organizations, `country` owns all that are left over there."""

    email: str
    name: str
    role: Role
    time_zone: str
    says: str
    owns: tuple[str, ...] = ()
    country: str = ""


PEOPLE = [
    Person(
        "manager@example.org", "Demo manager", Role.PROGRAM_MANAGER, "America/New_York", "all six programs"
    ),
    Person(
        "second.manager@example.org",
        "Second demo manager",
        Role.PROGRAM_MANAGER,
        "Asia/Kolkata",
        "the semiconductor program",
    ),
    Person(
        "observer@example.org", "Demo observer", Role.OBSERVER, "America/New_York", "working-group observer"
    ),
    Person(
        "administrator@example.org", "Demo administrator", Role.ADMINISTRATOR, "Asia/Kolkata", "administrator"
    ),
    Person(
        "founder.india@example.org",
        "Demo founder, India",
        Role.MEMBER,
        "Asia/Kolkata",
        "Kaveri Chip Packaging",
        owns=("Kaveri Chip Packaging",),
    ),
    Person(
        "founder.us@example.org",
        "Demo founder, US",
        Role.MEMBER,
        "America/Phoenix",
        "Mesa Sensor Circuits",
        owns=("Mesa Sensor Circuits",),
    ),
    Person(
        "caretaker.india@example.org",
        "Demo caretaker, India",
        Role.MEMBER,
        "Asia/Kolkata",
        "all other Indian organizations",
        country="IN",
    ),
    Person(
        "caretaker.us@example.org",
        "Demo caretaker, US",
        Role.MEMBER,
        "America/New_York",
        "all other US organizations",
        country="US",
    ),
]
