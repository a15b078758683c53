"""An organization, its people, and programs that act for them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from flask.testing import FlaskClient

from app.accounts.models import User
from app.organizations.models import Organization
from tests.world import World


@dataclass
class Program:
    """A program that sends a token, and the organization its person owns."""

    client: FlaskClient
    owner: User
    organization: Organization

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        """Send a request below /api/v1; headers are written with underlines."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        more = {} if body is None else {"json": body}
        return self.client.open(f"/api/v1{path}", method=method, headers=sent, **more)

    def own(self, method: str, path: str = "", body: Any = None, **headers: str) -> Any:
        """The same below the address of the organization."""
        return self.ask(method, f"/organizations/{self.organization.id}{path}", body, **headers)

    def own_raw(self, method: str, body: bytes, headers: dict[str, str] | None = None) -> Any:
        """Send bytes to the address of the organization, as JSON over any version unless `headers` say otherwise."""
        sent = {"Content-Type": "application/json", "If-Match": "*", **(headers or {})}
        url = f"/api/v1/organizations/{self.organization.id}"
        return self.client.open(url, method=method, data=body, headers=sent)


@pytest.fixture
def program(world: World) -> Program:
    owner = world.user()
    organization = world.organization(owner=owner)
    return Program(world.program_of(owner), owner, organization)
