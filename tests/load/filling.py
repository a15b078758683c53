"""A world of any size: organizations, their people, and matches in every state with all that followed from them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from flask import Flask

from app import clock
from app.accounts import queries as accounts
from app.accounts.models import Role, SignIn, User
from app.conflicts.models import ConflictStatement
from app.db import Base, db
from app.organizations.models import (
    MemberRole,
    Membership,
    Organization,
    OrganizationTechnology,
    ProfileState,
)
from app.programs import standard
from app.programs.models import ManagerRole, ProgramManager
from tests.load import stories, uptodate, words
from tests.load.made import MANAGERS, World
from tests.load.pouring import Pouring, moment_before

# Who is signed in while pages are asked for; everybody else gets letters.
SIGNED_IN = 3_000


def token_of(user: int) -> str:
    """What the cookie of a person here holds; the world is made-up and on loopback only."""
    return hashlib.sha256(f"load {user}".encode()).hexdigest()


def fill(app: Flask, organizations: int, matches: int) -> dict[str, int]:
    """Fill an empty migrated database; gives rows by table."""
    world = World(organizations, matches)
    with app.app_context():
        world.programs = [program.id for program in standard.add(as_open=True)]
        db.session.commit()
        with db.engine.connect() as connection:
            pouring = Pouring(connection)
            _write(pouring, world)
            connection.commit()
        _tidy(db.engine)
    return pouring.counts


def _write(pouring: Pouring, world: World) -> None:
    pouring.pour(User, _people(world))
    statements = ({"user_id": user, "given_at": clock.now()} for user in range(1, MANAGERS + 1))
    pouring.pour(ConflictStatement, statements)
    pouring.pour(SignIn, _sign_ins(world))
    pouring.pour(ProgramManager, _managers(world))
    technologies: list[tuple[int, str]] = []
    profiles: list[dict[str, Any]] = []
    pouring.pour(Organization, _kept(profiles, _organizations(world, technologies)))
    pouring.pour(
        OrganizationTechnology, ({"organization_id": id_, "technology": code} for id_, code in technologies)
    )
    pouring.pour(Membership, _memberships(world))
    uptodate.write(pouring, world, profiles)
    pouring.seal(_listed(world))
    stories.write(pouring, world)
    pouring.seal(iter([uptodate.scanned()]))
    pouring.number_on(Base.metadata.sorted_tables)


def _tidy(engine: sa.Engine) -> None:
    """What a server does by itself within minutes, and SQLite when it is asked."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(sa.text("VACUUM (ANALYZE)"))
        else:
            connection.connection.driver_connection.execute("ANALYZE")  # type: ignore[union-attr]


def _people(world: World) -> Iterator[dict[str, Any]]:
    for user in range(1, world.people + 1):
        is_manager = user <= MANAGERS
        is_us = user % 2 == 0
        yield {
            "id": user,
            "email": f"{'manager' if is_manager else 'person'}{user}@load.example.org",
            # Colleagues of two people are few, as they are.
            "mail_domain": None if is_manager else f"o{user // 2}.load.example",
            "name": f"{world.chance.choice(words.RIVERS)} {world.chance.choice(words.CRAFTS)}",
            "role": Role.PROGRAM_MANAGER if is_manager else Role.MEMBER,
            "locale": "en_US" if is_us else ("hi_IN" if user % 20 == 1 else "en_IN"),
            "time_zone": "America/New_York" if is_us else "Asia/Kolkata",
            "created_at": moment_before(300),
            "confirmed_at": moment_before(300),
            "unsubscribe_key": hashlib.sha256(f"key {user}".encode()).hexdigest()[:43],
            "is_illustrative": True,
        }


def _sign_ins(world: World) -> Iterator[dict[str, Any]]:
    for user in range(1, min(world.people, MANAGERS + SIGNED_IN) + 1):
        yield {
            "user_id": user,
            "token_hash": accounts.token_hash(token_of(user)),
            "browser": "Firefox on Linux",
            "created_at": moment_before(1),
            "expires_at": clock.now() + timedelta(days=3650),
        }


def _managers(world: World) -> Iterator[dict[str, Any]]:
    for program in world.programs:
        for user in range(1, MANAGERS + 1):
            yield {
                "program_id": program,
                "user_id": user,
                "role": ManagerRole.LEAD if user == 1 else ManagerRole.MANAGER,
            }


def _organizations(world: World, technologies: list[tuple[int, str]]) -> Iterator[dict[str, Any]]:
    for number in range(1, world.organizations + 1):
        values, codes = words.organization(number, world.country_of(number), world.chance)
        technologies.extend((number, code) for code in sorted(set(codes)))
        changed = moment_before(1 + world.chance.random() * 300)
        yield {
            **values,
            "id": number,
            "external_id": f"load:{number}",
            "source": "load",
            "state": ProfileState.PAUSED if number % 50 == 0 else ProfileState.LISTED,
            "is_illustrative": True,
            "created_at": changed - timedelta(days=20),
            "listed_at": changed,
            "profile_changed_at": changed,
            "version": 1,
        }


def _kept(profiles: list[dict[str, Any]], rows: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """The rows, of which what claims and advice are made of is remembered."""
    names = ("id", "profile_changed_at", *uptodate.COLUMNS)
    for row in rows:
        profiles.append({name: row.get(name) for name in names})
        yield row


def _memberships(world: World) -> Iterator[dict[str, Any]]:
    at = moment_before(300)
    for number in range(1, world.organizations + 1):
        yield _member(number, world.owner_of(number), MemberRole.OWNER, at)
        if number % 3 == 0:
            editor = MANAGERS + world.organizations + number // 3
            yield _member(number, editor, MemberRole.EDITOR, at)


def _member(organization: int, user: int, role: MemberRole, at: Any) -> dict[str, Any]:
    return {"organization_id": organization, "user_id": user, "role": role, "created_at": at}


def _listed(world: World) -> Iterator[dict[str, Any]]:
    at = moment_before(300)
    for number in range(1, world.organizations + 1):
        yield {
            "at": at,
            "actor_id": world.owner_of(number),
            "action": "organization.listed",
            "subject_type": "organization",
            "subject_id": str(number),
        }
