"""Every route, walked by a manager with a conflict: cases that are hidden change nothing of any answer."""

from __future__ import annotations

import re
import statistics
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask

from app.accounts.models import Role, User
from app.audit.models import AuditEvent
from app.db import db
from app.digests import services as digests
from app.extensions import limiter
from tests.conflicts.canary import HIDDEN_THINGS, MISSING, NAME, SECRET, Scene
from tests.test_guards import RULES

# The home page and the ledger count for everybody, and name nobody.
PUBLIC_FIGURES = {"insights.home", "outcomes.ledger"}
# What the directory and the own declarations say anyway.
NAMES_ARE_PUBLIC = re.compile(
    r"^(directory|organizations|programs|terms|conflicts|api|transfers)\.|^grievances\.report$"
)
# Words that a page could be searched or filtered with.
ASKED = ("", f"?q={NAME}&kind=pair&state=staged&organization=startup&mine=1")
ROUTES = sorted(
    (endpoint, method, rule.given)
    for (endpoint, methods), rule in RULES.items()
    for method in methods.split()
)
OF_CASES = [route for route in ROUTES if set(map(str, route[2].values())) & set(HIDDEN_THINGS)]


@pytest.fixture(params=[Role.PROGRAM_MANAGER, Role.ADMINISTRATOR])
def scene(app, world, request) -> Iterator[Scene]:
    """Whoever judges may have a conflict: the lead of a program, and an administrator."""
    with time_machine.travel("2026-11-23T06:00:00Z", tick=False):
        yield Scene(world, request.param)


class Visitor:
    """A browser that notes what an answer consists of, and which statements it took."""

    def __init__(self, app: Flask, scene: Scene, user: User) -> None:
        self.app, self.scene = app, scene
        self.browser, self.program = scene.world.sign_in(user), scene.world.program_of(user)
        # The first use of a token on a day is noted.
        self.program.get("/api/v1/me/organizations")
        self.statements: list[str] = []
        with app.app_context():
            sa.event.listen(db.engine, "before_cursor_execute", self._note)

    def leave(self) -> None:
        with self.app.app_context():
            sa.event.remove(db.engine, "before_cursor_execute", self._note)

    def _note(self, _connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        self.statements.append(statement)

    def address(self, endpoint: str, given: dict[str, Any], *, missing: bool = False) -> str:
        """Built from the scene; a name it does not know fails: teach `canary.Scene` what it is."""
        values = {
            key: self._thing(str(name)) if isinstance(name, str) else name for key, name in given.items()
        }
        if missing:
            values |= {key: MISSING for key, name in given.items() if name in HIDDEN_THINGS}
        return self.app.url_map.bind("localhost").build(endpoint, values)

    def _thing(self, name: str) -> Any:
        return self.scene.ids[name] if name not in LITERAL else name

    def visit(self, address: str, method: str = "GET", **sent: Any) -> tuple[int, dict[str, str], str]:
        """Status, headers and body, without what is another one each time."""
        self.statements.clear()
        limiter.reset()
        client = self.program if address.startswith("/api/") else self.browser
        response = client.open(address, method=method, buffered=True, **sent)
        headers = {
            name: _masked(value, address) for name, value in response.headers.items() if name not in ONCE
        }
        return response.status_code, headers, _masked(response.get_data().decode("utf-8", "replace"), address)


# Parts of addresses that are no things: steps, forms and names of files.
LITERAL = {
    "accounts.confirm",
    "basics",
    "csv",
    "digest",
    "none.css",
    "none.eml",
    "unknown-token",
    "unknown-key",
}
ONCE = {"X-Request-Id", "Content-Length", "Set-Cookie", "Date"}


def _masked(text: str, address: str) -> str:
    path = address.partition("?")[0]
    for known in (path, quote(path, safe="")):
        text = text.replace(known, "HERE")
    # A page that gives back what was typed gives back the number.
    text = re.sub(r"typed__value\"><bdi>[\d:]+</bdi>", "TYPED", text)
    return re.sub(r"[0-9a-f]{16}(?=[\"'<])|nonce-[\w+/=-]+", "ONCE", text)


@pytest.fixture
def tied(app, scene) -> Iterator[Visitor]:
    visitor = Visitor(app, scene, scene.tied)
    yield visitor
    visitor.leave()


@pytest.fixture
def free(app, scene) -> Iterator[Visitor]:
    visitor = Visitor(app, scene, scene.free)
    yield visitor
    visitor.leave()


def walk(visitor: Visitor) -> dict[str, tuple[int, dict[str, str], str]]:
    """Every page and file, plain and asked for."""
    found = {}
    for endpoint, method, given in ROUTES:
        if method == "GET":
            address = visitor.address(endpoint, given)
            for asked in ASKED:
                found[f"{endpoint}{asked}"] = visitor.visit(address + asked)
    return found


def test_no_page_file_or_search_changes_when_hidden_cases_appear(scene, tied, free) -> None:
    before, before_free = walk(tied), walk(free)
    scene.appear()
    after, after_free = walk(tied), walk(free)
    assert [page for page, answer in after.items() if is_changed(page, answer, before[page])] == []
    assert [page for page, answer in after.items() if SECRET in f"{answer}"] == []
    assert [page for page, answer in after.items() if is_named(page, answer)] == []
    noticed = {page.partition("?")[0] for page, answer in after_free.items() if answer != before_free[page]}
    assert noticed >= {"desk.index", "desk.show", "digests.preview"}, "the walk would not notice a leak"


def is_changed(page: str, answer: Any, before: Any) -> bool:
    return page.partition("?")[0] not in PUBLIC_FIGURES and answer != before


def is_named(page: str, answer: Any) -> bool:
    """What was asked for stands in an answer anyway."""
    return NAME in f"{answer}" and "?" not in page and not NAMES_ARE_PUBLIC.match(page)


def test_a_hidden_case_answers_as_one_that_is_not_there_with_the_same_statements(app, scene, tied) -> None:
    scene.appear()
    for endpoint, method, given in OF_CASES:
        answers = []
        for missing in (False, True):
            before = events(app)
            answer = tied.visit(tied.address(endpoint, given, missing=missing), method)
            answers.append((answer, list(tied.statements)))
            assert events(app) == before, endpoint
        assert answers[0] == answers[1], f"{method} {endpoint}"


def test_ids_that_a_form_sends_reach_no_hidden_case_either(app, scene, tied) -> None:
    scene.appear()
    before = events(app)
    for address, sent in (
        ("/review/bulk", {"action": "approve", "case": f"{scene.ids['case']}:1"}),
        ("/review/release", {"decision_id": scene.ids["own_decision"]}),
        (f"/review/decisions/{scene.ids['own_decision']}/drop", {}),
    ):
        missing = {name: value if name == "action" else _missing(value) for name, value in sent.items()}
        known = tied.visit(address, "POST", data=sent)
        statements = list(tied.statements)
        unknown = tied.visit(re.sub(r"\d+", str(MISSING), address), "POST", data=missing)
        assert (known, statements) == (unknown, tied.statements), address
    assert events(app) == before


def _missing(value: Any) -> str:
    return re.sub(r"^\d+", str(MISSING), str(value))


def test_a_profile_that_waits_answers_as_one_that_is_not_there_with_the_same_statements(scene, tied) -> None:
    scene.appear()
    for endpoint, method, given in ROUTES:
        if given.get("organization_id") == "organization":
            others = {key: name if name in LITERAL else MISSING for key, name in given.items()}
            answers = []
            for organization_id in (scene.ids["newborn"], MISSING):
                address = tied.address(endpoint, others | {"organization_id": organization_id})
                answers.append((tied.visit(address, method), list(tied.statements)))
            assert answers[0] == answers[1], f"{method} {endpoint}"


def events(app: Flask) -> int:
    with app.app_context():
        return db.session.scalar(sa.select(sa.func.count()).select_from(AuditEvent)) or 0


def test_the_weekly_letter_says_nothing_of_them(app, scene) -> None:
    from app import clock

    letters = []
    for _time in range(2):
        with app.test_request_context():
            written = digests.letters_of_week("2026-W48", clock.now())
            mails = {one.user_id: one.mail for one in written}
            letters.append([_said(mails[one.id]) for one in (scene.tied, scene.free)])
        if len(letters) == 1:
            scene.appear()
    assert letters[0][0] == letters[1][0]
    assert letters[0][1] != letters[1][1], "the free manager's letter should have more in it"


def _said(mail: Any) -> tuple[str, str, str]:
    return mail.subject, mail.text, mail.html


def test_the_time_to_say_no_is_told(scene, tied) -> None:
    """A figure to look at, not a judgment: that the same statements run is tested above."""
    scene.appear()
    took: dict[bool, list[float]] = {False: [], True: []}
    for _try in range(40):
        for missing in took:
            address = tied.address("desk.show", {"case_id": "case"}, missing=missing)
            limiter.reset()
            began = time.perf_counter_ns()
            tied.browser.get(address)
            took[missing].append((time.perf_counter_ns() - began) / 1e6)
    hidden, missing_ = (statistics.median(took[one]) for one in (False, True))
    print(f"\nhidden case {hidden:.2f} ms, missing case {missing_:.2f} ms (medians of 40)")
