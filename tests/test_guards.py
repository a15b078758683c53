"""Every route and method, tried as everybody. A route that is missing from the table fails."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from app.accounts.models import Role, User
from app.audit.models import AuditEvent
from app.db import db
from app.matching.models import MatchState
from app.organizations.models import MemberRole, ProfileState
from app.programs.models import CohortRule, ParticipationState
from app.taxonomy import Country
from tests.conftest import build_app
from tests.world import World

SIGNED_IN = frozenset(
    {
        "wrong organization",
        "partner",
        "viewer",
        "editor",
        "owner",
        "manager",
        "other manager",
        "observer",
        "administrator",
    }
)
EVERYBODY = SIGNED_IN | {"nobody"}
MEMBERS = frozenset({"viewer", "editor", "owner"})
EDITORS = frozenset({"editor", "owner"})
OWNERS = frozenset({"owner"})
SIDES = MEMBERS | {"partner"}
ANSWERERS = EDITORS | {"partner"}
DESK = frozenset({"manager", "other manager", "administrator"})
REVIEWERS = frozenset({"manager", "administrator"})
LEADS = frozenset({"administrator"})


@dataclass(frozen=True)
class Rule:
    """Who gets past the guard; `given` are the arguments of the address, by name of what stands in the scene."""

    allowed: frozenset[str]
    given: dict[str, Any] = field(default_factory=dict)


ORG = {"organization_id": "organization"}
STEP = {**ORG, "step": "basics"}
PERSON = {**ORG, "membership_id": "membership"}
NUMBER = {**ORG, "identifier_id": "identifier"}
CLAIM = {**ORG, "claim_id": "claim"}
STEP_OF = {**ORG, "step_id": "verification"}
BRIEF = {**ORG, "brief_id": "brief"}
CASE = {"case_id": "case"}
APPROVED = {"match_id": "approved"}
INTRODUCED = {"match_id": "introduced"}
MEETING = {"meeting_id": "meeting"}
INVITATION = {**ORG, "invitation_id": "invitation"}
TOKEN = {"token": "unknown-token"}
PROGRAM = {"key": "program"}
APPLICANT = {**PROGRAM, "participation_id": "applicant"}
RUN = {"run_id": 10**6}
WISH = {"category": "digest", "key": "wish"}

RULES: dict[tuple[str, str], Rule] = {
    ("terms.index", "GET"): Rule(EVERYBODY),
    ("terms.search", "GET"): Rule(EVERYBODY),
    ("accounts.change_email", "GET POST"): Rule(SIGNED_IN),
    ("accounts.change_password", "GET POST"): Rule(SIGNED_IN),
    ("accounts.check_mail", "GET"): Rule(EVERYBODY),
    ("accounts.confirm", "GET POST"): Rule(frozenset(), TOKEN),
    ("accounts.confirm_new_email", "GET POST"): Rule(frozenset(), TOKEN),
    ("accounts.end_other_sign_ins", "POST"): Rule(SIGNED_IN),
    ("accounts.end_sign_in", "POST"): Rule(frozenset(), {"sign_in_id": "sign_in"}),
    ("accounts.forgot", "GET POST"): Rule(EVERYBODY),
    ("accounts.language", "POST"): Rule(EVERYBODY),
    ("accounts.make_token", "POST"): Rule(SIGNED_IN),
    ("accounts.register", "GET POST"): Rule(EVERYBODY),
    ("accounts.reset", "GET POST"): Rule(frozenset(), TOKEN),
    ("accounts.resubscribe", "POST"): Rule(EVERYBODY, WISH),
    ("accounts.revoke_token", "POST"): Rule(frozenset(), {"token_id": 10**6}),
    ("accounts.settings", "GET POST"): Rule(SIGNED_IN),
    ("accounts.sign_in", "GET POST"): Rule(EVERYBODY),
    ("accounts.sign_ins", "GET"): Rule(SIGNED_IN),
    ("accounts.sign_out", "POST"): Rule(EVERYBODY),
    ("accounts.tokens", "GET"): Rule(SIGNED_IN),
    ("accounts.unsubscribe", "GET POST"): Rule(EVERYBODY, WISH),
    # The link itself is the key, whoever is signed in.
    ("acts.perform", "POST"): Rule(frozenset(), TOKEN),
    ("acts.show", "GET"): Rule(frozenset(), TOKEN),
    # Endpoints of the API know people by their token alone; "signed in" means here that one is sent.
    ("api.add_brief", "POST"): Rule(EDITORS, ORG),
    ("api.add_identifier", "POST"): Rule(EDITORS, ORG),
    ("api.answer_match", "POST"): Rule(EDITORS, {**ORG, **APPROVED}),
    ("api.brief", "GET"): Rule(EDITORS, BRIEF),
    ("api.briefs", "GET"): Rule(SIGNED_IN, ORG),
    ("api.change_brief", "PATCH"): Rule(EDITORS, BRIEF),
    ("api.change_organization", "PATCH"): Rule(EDITORS, ORG),
    ("api.create_organization", "POST"): Rule(SIGNED_IN),
    ("api.document", "GET"): Rule(EVERYBODY),
    ("api.end_brief", "POST"): Rule(EDITORS, BRIEF),
    ("api.find", "GET"): Rule(SIGNED_IN),
    ("api.identifiers", "GET"): Rule(MEMBERS | DESK, ORG),
    ("api.match", "GET"): Rule(MEMBERS, {**ORG, **APPROVED}),
    ("api.matches", "GET"): Rule(MEMBERS, ORG),
    ("api.mine", "GET"): Rule(SIGNED_IN),
    ("api.organization", "GET"): Rule(SIGNED_IN, ORG),
    ("api.remove_identifier", "DELETE"): Rule(EDITORS, NUMBER),
    ("api.submit", "POST"): Rule(EDITORS, ORG),
    ("api.withdraw_answer", "POST"): Rule(EDITORS, {**ORG, **APPROVED}),
    ("claims.add", "POST"): Rule(EDITORS, ORG),
    # The link itself is the key.
    ("claims.answer", "POST"): Rule(frozenset(), TOKEN),
    ("claims.confirm", "POST"): Rule(EDITORS, CLAIM),
    ("claims.end_verification", "POST"): Rule(DESK, STEP_OF),
    ("claims.index", "GET"): Rule(MEMBERS | DESK, ORG),
    ("claims.queue", "GET"): Rule(DESK),
    ("claims.show_evidence", "POST"): Rule(EDITORS, CLAIM),
    ("claims.still_true", "GET"): Rule(frozenset(), TOKEN),
    ("claims.verify", "POST"): Rule(DESK, CLAIM),
    ("claims.verify_organization", "POST"): Rule(DESK, ORG),
    ("claims.withdraw", "POST"): Rule(EDITORS, CLAIM),
    ("conflicts.declare", "POST"): Rule(DESK),
    ("conflicts.end", "POST"): Rule(frozenset(), {"conflict_id": 10**6}),
    ("conflicts.give_statement", "POST"): Rule(DESK),
    ("conflicts.index", "GET"): Rule(DESK),
    # Leads only, and administrators lead every program.
    ("dial.choose", "POST"): Rule(LEADS, PROGRAM),
    ("dial.look", "POST"): Rule(LEADS, PROGRAM),
    ("dial.show", "GET"): Rule(LEADS, PROGRAM),
    ("calibration.show", "GET"): Rule(DESK),
    ("decisions.appeal", "POST"): Rule(frozenset(), {**ORG, "key": "listing-0"}),
    ("decisions.index", "GET"): Rule(MEMBERS, ORG),
    ("decisions.withdraw", "POST"): Rule(frozenset(), {**ORG, "grievance_id": 10**6}),
    ("desk.approve", "POST"): Rule(REVIEWERS, CASE),
    ("desk.ask", "POST"): Rule(REVIEWERS, CASE),
    ("desk.claim", "POST"): Rule(REVIEWERS, CASE),
    ("desk.hold", "POST"): Rule(REVIEWERS, CASE),
    ("desk.index", "GET"): Rule(DESK),
    ("desk.refer", "POST"): Rule(REVIEWERS, CASE),
    ("desk.reject", "POST"): Rule(REVIEWERS, CASE),
    ("desk.show", "GET"): Rule(REVIEWERS, CASE),
    ("desk.swap", "POST"): Rule(REVIEWERS, CASE),
    ("digests.preview", "GET"): Rule(SIGNED_IN),
    ("directory.change_search", "POST"): Rule(frozenset(), {"search_id": 10**6}),
    ("directory.csv", "GET"): Rule(EVERYBODY),
    ("directory.index", "GET"): Rule(EVERYBODY),
    ("directory.remove_search", "POST"): Rule(frozenset(), {"search_id": 10**6}),
    ("directory.save_search", "POST"): Rule(SIGNED_IN),
    ("directory.searches", "GET"): Rule(SIGNED_IN),
    ("insights.about", "GET"): Rule(EVERYBODY),
    ("insights.home", "GET"): Rule(EVERYBODY),
    ("opinions.give", "POST"): Rule(REVIEWERS, CASE),
    ("opinions.reinstate", "POST"): Rule(frozenset(), CASE),
    ("opinions.show", "GET"): Rule(REVIEWERS, CASE),
    ("grievances.report", "GET"): Rule(SIGNED_IN - MEMBERS, ORG),
    ("grievances.send_report", "POST"): Rule(SIGNED_IN - MEMBERS, ORG),
    ("hurdles.index", "GET"): Rule(EVERYBODY),
    ("hurdles.keep", "POST"): Rule(DESK, {"hurdle_id": "hurdle"}),
    ("hurdles.note", "POST"): Rule(SIDES, INTRODUCED),
    ("hurdles.pair", "GET"): Rule(SIDES, INTRODUCED),
    ("hurdles.review", "GET"): Rule(DESK),
    ("hurdles.set_aside", "POST"): Rule(DESK, {"hurdle_id": "hurdle"}),
    ("hurdles.take_back", "POST"): Rule(EDITORS, {"hurdle_id": "hurdle"}),
    ("outcomes.check", "POST"): Rule(SIDES, INTRODUCED),
    ("outcomes.confirm", "POST"): Rule(frozenset({"partner"}), {"milestone_id": "milestone"}),
    ("outcomes.contest", "POST"): Rule(SIDES, {"milestone_id": "milestone"}),
    ("outcomes.ledger", "GET"): Rule(EVERYBODY),
    ("outcomes.show", "GET"): Rule(SIDES, INTRODUCED),
    ("outcomes.state", "POST"): Rule(SIDES, INTRODUCED),
    ("outcomes.withdraw", "POST"): Rule(EDITORS, {"milestone_id": "milestone"}),
    ("introductions.accept", "POST"): Rule(ANSWERERS, APPROVED),
    ("introductions.decline", "POST"): Rule(ANSWERERS, APPROVED),
    ("introductions.matches", "GET"): Rule(SIGNED_IN),
    ("introductions.not_now", "POST"): Rule(ANSWERERS, APPROVED),
    ("introductions.show", "GET"): Rule(SIDES, APPROVED),
    ("introductions.withdraw", "POST"): Rule(ANSWERERS, APPROVED),
    ("introductions.write_line", "POST"): Rule(ANSWERERS, APPROVED),
    ("conversations.index", "GET"): Rule(SIGNED_IN),
    ("letters.show", "GET"): Rule(SIGNED_IN),
    ("letters.save", "POST"): Rule(SIGNED_IN),
    ("conversations.show", "GET"): Rule(SIDES, INTRODUCED),
    ("conversations.post", "POST"): Rule(SIDES, INTRODUCED),
    ("conversations.read", "POST"): Rule(SIDES, INTRODUCED),
    ("conversations.close", "POST"): Rule(ANSWERERS, INTRODUCED),
    ("conversations.reopen", "POST"): Rule(ANSWERERS, INTRODUCED),
    ("conversations.report", "GET"): Rule(frozenset(), {**INTRODUCED, "message_id": 10**6}),
    ("conversations.read_reported", "POST"): Rule(frozenset(), {"grievance_id": 10**6}),
    ("conversations.send_report", "POST"): Rule(frozenset(), {**INTRODUCED, "message_id": 10**6}),
    ("teams.new", "GET"): Rule(ANSWERERS | {"wrong organization"}),
    ("teams.start", "POST"): Rule(ANSWERERS | {"wrong organization"}),
    **{
        (f"teams.{act}", method): Rule(frozenset(), {"thread_id": 10**6})
        for act, method in (
            ("show", "GET"),
            *((name, "POST") for name in ("post", "read", "join", "refuse", "leave", "invite")),
        )
    },
    ("teams.report", "GET"): Rule(frozenset(), {"thread_id": 10**6, "message_id": 10**6}),
    ("teams.send_report", "POST"): Rule(frozenset(), {"thread_id": 10**6, "message_id": 10**6}),
    ("meetings.arrange", "GET"): Rule(SIDES, INTRODUCED),
    ("meetings.calendar", "GET"): Rule(SIGNED_IN),
    ("meetings.cancel", "POST"): Rule(ANSWERERS, MEETING),
    ("meetings.choose", "POST"): Rule(ANSWERERS | {"viewer"}, MEETING),
    ("meetings.close_feed", "POST"): Rule(SIGNED_IN),
    ("meetings.feed", "GET"): Rule(frozenset(), {"key": "unknown-key"}),
    ("meetings.file", "GET"): Rule(SIDES, MEETING),
    ("meetings.move", "POST"): Rule(SIDES, MEETING),
    ("meetings.offer", "POST"): Rule(SIDES, INTRODUCED),
    ("meetings.open_feed", "POST"): Rule(SIGNED_IN),
    ("meetings.report", "POST"): Rule(SIDES, MEETING),
    ("meetings.save_hours", "POST"): Rule(SIGNED_IN),
    ("meetings.seat", "POST"): Rule(SIDES, MEETING),
    ("meetings.show", "GET"): Rule(SIDES, MEETING),
    ("timetables.add_day", "POST"): Rule(REVIEWERS, PROGRAM),
    ("timetables.draft", "POST"): Rule(REVIEWERS, PROGRAM),
    ("timetables.leave", "POST"): Rule(REVIEWERS, {**PROGRAM, "guest_id": "timetable_guest"}),
    ("timetables.limit", "POST"): Rule(REVIEWERS, {**PROGRAM, "guest_id": "timetable_guest"}),
    ("timetables.lock", "POST"): Rule(REVIEWERS, PROGRAM),
    ("timetables.publish", "POST"): Rule(REVIEWERS, PROGRAM),
    ("timetables.remove_day", "POST"): Rule(REVIEWERS, {**PROGRAM, "stop_id": "timetable_stop"}),
    ("timetables.show", "GET"): Rule(REVIEWERS, PROGRAM),
    ("timetables.visit", "POST"): Rule(REVIEWERS, PROGRAM),
    ("inbound.lift", "POST"): Rule(DESK, {"suppression_id": "suppression"}),
    ("inbound.suppressed", "GET"): Rule(DESK),
    ("jobs.healthz", "GET"): Rule(EVERYBODY),
    ("jobs.readyz", "GET"): Rule(EVERYBODY),
    ("listings.submit", "POST"): Rule(EDITORS, ORG),
    ("listings.withdraw", "POST"): Rule(EDITORS, ORG),
    ("managing.accept", "POST"): Rule(REVIEWERS, APPLICANT),
    ("managing.add_manager", "POST"): Rule(LEADS, PROGRAM),
    ("managing.close", "POST"): Rule(LEADS, PROGRAM),
    ("managing.create", "POST"): Rule(LEADS),
    ("managing.decline", "POST"): Rule(REVIEWERS, APPLICANT),
    ("managing.edit", "GET"): Rule(LEADS, PROGRAM),
    ("managing.invite", "POST"): Rule(REVIEWERS, PROGRAM),
    ("managing.new", "GET"): Rule(LEADS),
    ("managing.open_", "POST"): Rule(LEADS, PROGRAM),
    ("managing.remove_manager", "POST"): Rule(LEADS, {**PROGRAM, "manager_id": "program_manager"}),
    ("managing.save", "POST"): Rule(LEADS, PROGRAM),
    ("managing.show", "GET"): Rule(REVIEWERS, PROGRAM),
    ("managing.waitlist", "POST"): Rule(REVIEWERS, APPLICANT),
    ("matching.reach", "GET"): Rule(MEMBERS, ORG),
    ("attention.show", "GET"): Rule(MEMBERS, ORG),
    ("attention.save", "POST"): Rule(EDITORS, ORG),
    ("attention.pause", "POST"): Rule(EDITORS, ORG),
    ("attention.resume", "POST"): Rule(EDITORS, ORG),
    ("older.duplicates", "GET"): Rule(DESK),
    ("older.listings", "GET"): Rule(DESK),
    # Only a merge that was decided can be taken back; see tests/desk.
    ("older.take_back", "POST"): Rule(frozenset(), CASE),
    ("organizations.ask_access", "POST"): Rule(SIGNED_IN, ORG),
    ("organizations.briefs.add", "POST"): Rule(EDITORS, ORG),
    ("organizations.briefs.edit", "GET"): Rule(EDITORS, BRIEF),
    ("organizations.briefs.end", "POST"): Rule(EDITORS, BRIEF),
    ("organizations.briefs.index", "GET"): Rule(MEMBERS, ORG),
    ("organizations.briefs.new", "GET"): Rule(EDITORS, ORG),
    ("organizations.briefs.renew", "POST"): Rule(EDITORS, BRIEF),
    ("organizations.briefs.save", "POST"): Rule(EDITORS, BRIEF),
    ("operations.ask", "POST"): Rule(LEADS, {"name": "matching.train"}),
    ("operations.index", "GET"): Rule(LEADS),
    ("operations.replay", "POST"): Rule(frozenset(), {"job_id": 10**6}),
    ("operations.replay_all", "POST"): Rule(LEADS),
    ("organizations.discard_draft", "POST"): Rule(EDITORS, STEP),
    ("organizations.edit", "GET"): Rule(EDITORS, STEP),
    ("organizations.identifiers.add", "POST"): Rule(EDITORS, ORG),
    # Their own people may not confirm; a number that is not theirs is nobody's.
    ("organizations.identifiers.confirm", "POST"): Rule(DESK, NUMBER),
    ("organizations.identifiers.index", "GET"): Rule(MEMBERS | DESK, ORG),
    ("organizations.identifiers.remove", "POST"): Rule(EDITORS, NUMBER),
    ("organizations.keep_draft", "POST"): Rule(EDITORS, STEP),
    ("organizations.mine", "GET"): Rule(SIGNED_IN),
    ("organizations.pause", "POST"): Rule(EDITORS, ORG),
    ("organizations.invitations.accept", "POST"): Rule(frozenset(), TOKEN),
    ("organizations.invitations.show", "GET"): Rule(frozenset(), TOKEN),
    ("organizations.people.add", "POST"): Rule(OWNERS, ORG),
    ("organizations.people.change_role", "POST"): Rule(OWNERS, PERSON),
    ("organizations.people.index", "GET"): Rule(MEMBERS, ORG),
    ("organizations.people.resend", "POST"): Rule(OWNERS, INVITATION),
    ("organizations.people.withdraw", "POST"): Rule(OWNERS, INVITATION),
    # The membership is the viewer's own: everybody may leave.
    ("organizations.people.remove", "POST"): Rule(OWNERS | {"viewer"}, PERSON),
    ("organizations.resume", "POST"): Rule(EDITORS, ORG),
    ("organizations.save", "POST"): Rule(EDITORS, STEP),
    ("organizations.show", "GET"): Rule(EVERYBODY, ORG),
    ("organizations.start", "GET POST"): Rule(SIGNED_IN),
    ("outbox.dev_kind", "GET"): Rule(EVERYBODY, {"name": "accounts.confirm"}),
    ("outbox.dev_kind_html", "GET"): Rule(EVERYBODY, {"name": "accounts.confirm"}),
    ("outbox.dev_kinds", "GET"): Rule(EVERYBODY),
    ("outbox.dev_mail", "GET"): Rule(frozenset(), {"name": "none.eml"}),
    ("outbox.dev_mail_html", "GET"): Rule(frozenset(), {"name": "none.eml"}),
    ("outbox.dev_outbox", "GET"): Rule(EVERYBODY),
    ("programs.apply", "POST"): Rule(SIGNED_IN, PROGRAM),
    ("programs.index", "GET"): Rule(EVERYBODY),
    ("programs.ours", "GET"): Rule(MEMBERS, ORG),
    ("programs.say_yes", "POST"): Rule(EDITORS, {**ORG, "participation_id": "invited"}),
    ("programs.show", "GET"): Rule(EVERYBODY, PROGRAM),
    ("programs.withdraw", "POST"): Rule(EDITORS, {**ORG, "participation_id": "invited"}),
    ("releases.decide_many", "POST"): Rule(DESK),
    ("releases.drop", "POST"): Rule(frozenset(), {"decision_id": 10**6}),
    ("releases.one", "GET"): Rule(frozenset(), {"release_id": 10**6}),
    ("releases.release", "POST"): Rule(DESK),
    ("releases.show", "GET"): Rule(DESK),
    ("releases.undo", "POST"): Rule(frozenset(), {"decision_id": 10**6}),
    ("releases.undo_release", "POST"): Rule(frozenset(), {"release_id": 10**6}),
    ("recusals.export_register", "GET"): Rule(frozenset({"administrator"})),
    ("recusals.recuse", "POST"): Rule(REVIEWERS, CASE),
    ("recusals.show_register", "GET"): Rule(frozenset({"administrator"})),
    ("static", "GET"): Rule(frozenset(), {"filename": "none.css"}),
    ("transfers.cancel", "POST"): Rule(frozenset(), RUN),
    ("transfers.choose_columns", "POST"): Rule(frozenset(), RUN),
    ("transfers.export", "GET"): Rule(DESK, {"form": "csv"}),
    ("transfers.index", "GET"): Rule(DESK),
    ("transfers.refused", "GET"): Rule(frozenset(), RUN),
    ("transfers.show", "GET"): Rule(frozenset(), RUN),
    ("transfers.start", "POST"): Rule(frozenset(), RUN),
    ("transfers.upload", "POST"): Rule(DESK),
}
CASES = [
    (endpoint, method, rule) for (endpoint, methods), rule in RULES.items() for method in methods.split()
]


class Scene:
    """Two organizations that match, their people, their program's manager, and everybody else."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.people: dict[str, User | None] = {"nobody": None}
        self.ids: dict[str, Any] = {}
        self._people()
        self._things()

    def _people(self) -> None:
        for name in ("owner", "editor", "viewer", "partner", "wrong organization", "bystander"):
            self.people[name] = self.world.user()
        roles = {"manager": Role.PROGRAM_MANAGER, "other manager": Role.PROGRAM_MANAGER}
        roles |= {"observer": Role.OBSERVER, "administrator": Role.ADMINISTRATOR}
        for name, role in roles.items():
            self.people[name] = self.world.user(role)

    def _things(self) -> None:
        world, people = self.world, self.people
        organization = world.organization(Country.INDIA, owner=people["owner"])
        partner = world.organization(Country.UNITED_STATES, owner=people["partner"])
        world.organization(Country.INDIA, owner=people["wrong organization"])
        world.member(organization, people["editor"], MemberRole.EDITOR)
        viewer = world.member(organization, people["viewer"], MemberRole.VIEWER)
        program = world.program(people["manager"], cohort_rule=CohortRule.COHORT_WITH_ALL)
        match = world.match(organization, partner, program_id=program.id)
        third = world.organization(Country.UNITED_STATES, owner=people["partner"])
        approved = world.match(organization, third, MatchState.APPROVED, program_id=program.id)
        fourth = world.organization(Country.UNITED_STATES, owner=people["partner"])
        introduced = world.introduced(organization, fourth)
        self.ids = {
            "organization": organization.id,
            "membership": viewer.id,
            "brief": world.brief(organization).id,
            "identifier": world.identifier(organization).id,
            "claim": world.claim(organization).id,
            "verification": world.verification(organization, people["manager"]).id,
            "suppression": world.suppression().id,
            "program": program.key,
            "program_manager": world.manager_of(program, world.user(Role.PROGRAM_MANAGER)).id,
            "applicant": world.participation(program, third).id,
            "invited": world.participation(program, organization, ParticipationState.INVITED).id,
            **world.timetable(program, organization),
            "match": match.id,
            "case": world.case(match).id,
            "approved": approved.id,
            "introduced": introduced.id,
            "hurdle": world.hurdle(introduced, organization, people["owner"]).id,
            "milestone": world.milestone(introduced, organization, people["owner"]).id,
            "meeting": world.meeting(introduced, people["owner"], people["partner"]).id,
            "duplicate": world.duplicate(partner, third).id,
            "listing": world.listing(organization, is_change=True).id,
            "invitation": world.invitation(organization, people["owner"]).id,
            "sign_in": 10**6,
            "wish": people["bystander"].unsubscribe_key,
        }

    def arguments(self, rule: Rule) -> dict[str, Any]:
        return {name: self.ids.get(value, value) for name, value in rule.given.items()}

    def browser(self, actor: str, endpoint: str = "") -> FlaskClient:
        """What somebody reaches an endpoint with: a browser, or a program with a token."""
        person = self.people[actor]
        if person is None:
            return self.world.app.test_client()
        return self.world.program_of(person) if endpoint.startswith("api.") else self.world.sign_in(person)


def address(app: Flask, endpoint: str, arguments: dict[str, Any]) -> str:
    return app.url_map.bind("localhost").build(endpoint, arguments)


def was_let_in(response: Any) -> bool:
    to_sign_in = response.status_code in {302, 303} and response.headers["Location"].startswith("/sign-in")
    return response.status_code not in {401, 403, 404, 405, 410} and not to_sign_in


def audit_events(app: Flask) -> int:
    with app.app_context():
        return db.session.scalar(sa.select(sa.func.count()).select_from(AuditEvent)) or 0


def methods_of(app: Flask) -> Iterator[tuple[str, str]]:
    for rule in app.url_map.iter_rules():
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}:
            yield rule.endpoint, method


def test_the_table_knows_every_route_and_no_other(app) -> None:
    assert {(endpoint, method) for endpoint, method, _ in CASES} == set(methods_of(app))


@pytest.mark.one_database
@pytest.mark.parametrize(("endpoint", "method", "rule"), CASES, ids=[f"{e}-{m}" for e, m, _ in CASES])
def test_only_those_in_the_table_get_past_the_guard(app, world, endpoint, method, rule) -> None:
    scene = Scene(world)
    url = address(app, endpoint, scene.arguments(rule))
    for actor in sorted(EVERYBODY - rule.allowed):
        browser = scene.browser(actor, endpoint)
        before = audit_events(app)
        response = browser.open(url, method=method, buffered=True)
        assert response.status_code == 429 or not was_let_in(response), f"{actor} got {response.status}"
        assert audit_events(app) == before, f"{actor} was refused and yet changed something"
    for actor in sorted(rule.allowed):
        if method != "GET" and rule.given:
            # What the one before did must not decide what this one may do.
            scene = Scene(world)
            url = address(app, endpoint, scene.arguments(rule))
        response = scene.browser(actor, endpoint).open(url, method=method, buffered=True)
        assert was_let_in(response), f"{actor} got {response.status}"
        assert response.status_code < 500 or endpoint == "jobs.readyz", f"{actor} got {response.status}"


def test_a_draft_is_open_to_its_own_people_only(app, world) -> None:
    scene = Scene(world)
    draft = world.organization(Country.INDIA, state=ProfileState.DRAFT)
    missing = app.test_client().get("/organizations/999999999")
    for actor in sorted(EVERYBODY - {"administrator"}):
        response = scene.browser(actor).get(f"/organizations/{draft.id}")
        assert response.status_code == 404, actor
    assert missing.status_code == 404


def test_every_unsafe_route_refuses_a_post_without_a_csrf_token(tmp_path, world) -> None:
    app = build_app(f"sqlite:///{tmp_path}/csrf.sqlite", tmp_path, extra={"WTF_CSRF_ENABLED": True})
    scene = Scene(World(app))
    exempt = {"accounts.unsubscribe", "accounts.resubscribe", "acts.perform"}
    for endpoint, method, rule in CASES:
        if method != "GET" and endpoint not in exempt:
            url = address(app, endpoint, scene.arguments(rule))
            response = scene.browser("owner").open(url, method=method)
            # A cookie opens nothing in the API, so there is no request to forge.
            assert response.status_code == (401 if endpoint.startswith("api.") else 400), endpoint
            assert "Set-Cookie" not in response.headers or not endpoint.startswith("api."), endpoint


def test_a_cookie_opens_nothing_in_the_api(app, world) -> None:
    scene = Scene(world)
    for endpoint, method, rule in CASES:
        if endpoint.startswith("api.") and rule.allowed != EVERYBODY:
            url = address(app, endpoint, scene.arguments(rule))
            response = scene.browser("owner").open(url, method=method)
            assert (response.status_code, response.mimetype) == (401, "application/problem+json"), endpoint
            assert response.headers["WWW-Authenticate"].startswith("Bearer")
