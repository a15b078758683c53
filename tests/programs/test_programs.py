"""Programs are public: what they look for is written down before they decide."""

from __future__ import annotations

from app.accounts.models import Role


def test_open_programs_are_listed_by_priority(client, world) -> None:
    world.program(name="Second", priority=2)
    world.program(name="First", priority=1)
    world.program(name="Closed", is_open=False)
    page = client.get("/programs").text
    assert page.index("First") < page.index("Second")
    assert "Closed" not in page


def test_without_programs_the_page_says_so(client, app) -> None:
    assert "No program is open now" in client.get("/programs").text


def test_a_program_shows_its_criteria_and_managers_but_no_addresses(client, world) -> None:
    manager = world.user(Role.PROGRAM_MANAGER, name="Asha")
    program = world.program(manager, criteria=["The need is current."], technologies=["semiconductors"])
    page = client.get(f"/programs/{program.key}").text
    assert "The need is current." in page
    assert "Semiconductors" in page
    assert "Asha" in page
    assert manager.email not in page


def test_a_program_that_does_not_exist_is_not_found(client, app) -> None:
    assert client.get("/programs/none").status_code == 404
