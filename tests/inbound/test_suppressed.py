"""The page of addresses that nothing is sent to."""

from __future__ import annotations

from app.accounts.models import Role
from app.db import db
from app.outbox import queries as outbox


def test_a_manager_sees_which_and_lets_letters_go_there_again(app, world, bring, sent, back_to) -> None:
    email = sent(to_address="gone.person@example.org")
    suppression = world.suppression()
    browser = world.sign_in(world.user(Role.PROGRAM_MANAGER))
    page = browser.get("/mail/suppressed").text
    assert "does not exist" in page
    assert outbox_address(app, suppression.id) not in page, "managers see part of it only"
    assert email.to_address not in page
    answer = browser.post(f"/mail/suppressed/{suppression.id}/lift", follow_redirects=True)
    assert "Letters go to that address again." in answer.text
    assert "Every address takes our letters" in answer.text
    assert browser.post(f"/mail/suppressed/{suppression.id}/lift").status_code == 404


def outbox_address(app, suppression_id: int) -> str:
    with app.app_context():
        found = outbox.suppression_or_404(suppression_id).address
        db.session.rollback()
    return found


def test_an_administrator_sees_whole_addresses_and_so_does_the_terminal(app, world) -> None:
    address = world.suppression().address
    assert address in world.sign_in(world.user(Role.ADMINISTRATOR)).get("/mail/suppressed").text
    runner = app.test_cli_runner()
    assert address in runner.invoke(args=["mail", "suppressed"]).output
    assert runner.invoke(args=["mail", "lift", address]).output == "Lifted.\n"
    assert runner.invoke(args=["mail", "suppressed"]).output == "None.\n"
    assert runner.invoke(args=["mail", "lift", address]).exit_code == 1
