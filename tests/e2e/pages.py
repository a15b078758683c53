"""Every page, by endpoint, as one of those who see it. A page that is missing here fails a test."""

from __future__ import annotations

from dataclasses import dataclass

from app.demo.programs import MISSION
from app.taxonomy import Kind
from tests.e2e.scene import CARETAKER, DRAFTER, FOUNDER, FRESH, IDLE_MANAGER, MANAGER

OBSERVER = "observer@example.org"
ADMINISTRATOR = "administrator@example.org"
STEPS = ("basics", "work", "details", "exchange", "check")


@dataclass(frozen=True)
class Shown:
    """One page: its endpoint, its address with {names} of the scene, who looks, and what is answered."""

    endpoint: str
    pattern: str
    status: int = 200


def _shown(endpoint: str, *patterns: str, status: int = 200) -> list[Shown]:
    return [Shown(endpoint, pattern, status) for pattern in patterns]


PUBLIC = [
    *_shown("insights.home", "/"),
    *_shown("insights.about", "/about"),
    *_shown("accounts.register", "/register"),
    *_shown("accounts.check_mail", "/check-mail"),
    *_shown("accounts.sign_in", "/sign-in"),
    *_shown("accounts.forgot", "/forgot"),
    *_shown("accounts.confirm", "/confirm/{confirm_email}"),
    *_shown("accounts.confirm", "/confirm/never-was-one", status=410),
    *_shown("accounts.reset", "/reset/{reset_password}"),
    *_shown("accounts.confirm_new_email", "/confirm-email/{change_email}"),
    *_shown("acts.show", "/act/never-was-one", status=410),
    *_shown("claims.still_true", "/still-true/never-was-one", status=410),
    *_shown("organizations.invitations.show", "/organizations/invitations/{invitation}"),
    *_shown("accounts.unsubscribe", "/unsubscribe/digest/{key}", "/unsubscribe/contact/{key}"),
    *_shown(
        "directory.index",
        "/organizations",
        "/organizations?q=chip&kind=startup&country=IN&sort=newest",
        "/organizations?q=nothing+has+such+a+name",
        "/organizations?view=map&not_kind=investor&technology=semiconductors",
    ),
    *_shown("organizations.show", *(f"/organizations/{{{kind.value}}}" for kind in Kind)),
    *_shown("terms.index", "/terms", "/terms?words=osat", "/terms?words=nothing+has+such+a+name"),
    *_shown("programs.index", "/programs"),
    *_shown("programs.show", "/programs/clean-energy-and-environment-mission"),
    *_shown("outbox.dev_outbox", "/dev/outbox"),
    *_shown("outbox.dev_mail", "/dev/outbox/{mail}"),
    *_shown("outbox.dev_kinds", "/dev/mails"),
    *_shown("outbox.dev_kind", "/dev/mails/accounts.confirm"),
    *_shown("404", "/nothing/here", status=404),
]
WRITING = [
    *_shown(
        "organizations.edit",
        *(f"/organizations/{{{kind.value}_draft}}/edit/{s}" for kind in Kind for s in STEPS),
    ),
    *_shown("organizations.show", "/organizations/{startup_draft}"),
    *_shown("matching.reach", "/organizations/{startup_draft}/reach"),
    *_shown("organizations.mine", "/organizations/mine"),
    *_shown("introductions.matches", "/matches"),
]
OWNING = [
    *_shown("organizations.mine", "/organizations/mine"),
    *_shown("organizations.people.index", "/organizations/{own}/people"),
    *_shown("matching.reach", "/organizations/{own}/reach"),
    *_shown("attention.show", "/organizations/{own}/attention"),
    *_shown("programs.ours", "/organizations/{own}/programs"),
    *_shown("decisions.index", "/organizations/{own}/decisions"),
    *_shown("organizations.briefs.index", "/organizations/{own}/briefs"),
    *_shown(
        "organizations.briefs.new",
        "/organizations/{own}/briefs/new",
        "/organizations/{own}/briefs/new?flow=we_pay",
    ),
    *_shown("organizations.briefs.edit", "/organizations/{own}/briefs/{brief}"),
    *_shown("organizations.identifiers.index", "/organizations/{own}/identifiers"),
    *_shown("organizations.show", "/organizations/{own}"),
    *_shown("introductions.matches", "/matches"),
    *_shown("digests.preview", "/digest/preview"),
    *_shown("claims.index", "/organizations/{own}/claims"),
    *_shown("directory.index", "/organizations?q=chip&not_kind=investor"),
    *_shown("directory.searches", "/organizations/searches"),
    *_shown("accounts.settings", "/account"),
    *_shown("letters.show", "/account/letters"),
    *_shown("accounts.change_password", "/account/password"),
    *_shown("accounts.change_email", "/account/email"),
    *_shown("accounts.sign_ins", "/account/sign-ins"),
    *_shown("accounts.tokens", "/account/tokens"),
    *_shown("403", "/review", status=403),
]
ANSWERING = [
    *_shown("organizations.mine", "/organizations/mine"),
    *_shown("introductions.matches", "/matches"),
    *_shown(
        "introductions.show",
        *(f"/matches/{{{name}}}" for name in ("introduced", "said_yes", "not_now", "declined", "to_answer")),
    ),
    *_shown("conversations.index", "/conversations"),
    *_shown("conversations.show", "/matches/{introduced}/conversation"),
    *_shown("conversations.report", "/matches/{introduced}/conversation/messages/{message}/report"),
    *_shown("teams.new", "/conversations/teams/new"),
    *_shown("teams.show", "/conversations/teams/{team}", "/conversations/teams/{team_invited}"),
    *_shown("teams.report", "/conversations/teams/{team}/messages/{team_message}/report"),
    *_shown("meetings.arrange", "/matches/{introduced}/meetings"),
    *_shown("meetings.show", "/meetings/{meeting}", "/meetings/{meeting_offered}"),
    *_shown("meetings.calendar", "/account/calendar"),
    *_shown("outcomes.show", "/matches/{introduced}/outcomes"),
    *_shown("hurdles.pair", "/matches/{introduced}/hurdles"),
    *_shown("outcomes.ledger", "/outcomes"),
    *_shown("hurdles.index", "/hurdles"),
    *_shown("digests.preview", "/digest/preview"),
]
STARTING = [
    *_shown("insights.home", "/"),
    *_shown("organizations.start", "/organizations/new", "/organizations/new?kind=investor"),
    *_shown("organizations.mine", "/organizations/mine"),
    *_shown("introductions.matches", "/matches"),
    *_shown("digests.preview", "/digest/preview"),
]
REVIEWING = [
    *_shown(
        "desk.index",
        "/review",
        "/review?state=waiting",
        "/review?kind=pair&order=best",
        "/review?organization=investor&country=IN",
        "/review?kind=abuse&late=1",
    ),
    *_shown(
        "desk.show",
        *(
            f"/review/{{case_{name}}}"
            for name in ("proposed", "held", "info_requested", "listing", "duplicate")
        ),
    ),
    *_shown("opinions.show", "/review/{case_proposed}/opinion"),
    *_shown("calibration.show", "/review/calibration"),
    *_shown("programs.index", "/programs"),
    *_shown("managing.show", f"/programs/{MISSION}/manage", f"/programs/{MISSION}/manage?q=storage"),
    *_shown("managing.edit", f"/programs/{MISSION}/edit"),
    *_shown("managing.new", "/programs/new"),
    *_shown("timetables.show", f"/programs/{MISSION}/timetable"),
    *_shown("dial.show", f"/programs/{MISSION}/dial", "/programs/startup-handshake/dial"),
    *_shown("releases.show", "/review/release"),
    *_shown("releases.one", "/review/releases/{release}"),
    *_shown("hurdles.review", "/hurdles/review"),
    *_shown("inbound.suppressed", "/mail/suppressed"),
    *_shown("grievances.report", "/organizations/{startup}/report"),
    *_shown("conflicts.index", "/account/conflicts", "/account/conflicts?q=chip"),
    *_shown("claims.queue", "/claims"),
    *_shown("claims.index", "/organizations/{startup}/claims", "/organizations/{investor}/claims"),
    *_shown("transfers.index", "/imports"),
    *_shown(
        "transfers.show",
        *(f"/imports/{{import_{state}}}" for state in ("uploaded", "checked", "done", "failed")),
    ),
    *_shown("digests.preview", "/digest/preview"),
    *_shown("404", "/review/99999999", status=404),
]
IDLE = [*_shown("desk.index", "/review"), *_shown("digests.preview", "/digest/preview")]
WATCHING = [
    *_shown("insights.home", "/"),
    *_shown("digests.preview", "/digest/preview"),
    *_shown("403", "/review", status=403),
]
GOVERNING = [
    *_shown("recusals.show_register", "/review/conflicts"),
    *_shown("desk.index", "/review"),
    *_shown("accounts.settings", "/account"),
    *_shown("operations.index", "/jobs"),
]

BY_READER: dict[str | None, list[Shown]] = {
    None: PUBLIC,
    DRAFTER: WRITING,
    FOUNDER: OWNING,
    CARETAKER: ANSWERING,
    FRESH: STARTING,
    MANAGER: REVIEWING,
    IDLE_MANAGER: IDLE,
    OBSERVER: WATCHING,
    ADMINISTRATOR: GOVERNING,
}
# Not pages: files, answers for machines, and the html inside the frame of a development mail.
NO_PAGES = {
    *("api.brief", "api.briefs", "api.document", "api.find", "api.identifiers", "api.match", "api.matches"),
    *("api.mine", "api.organization"),
    "static",
    "directory.csv",
    "terms.search",
    "meetings.feed",
    "meetings.file",
    "jobs.healthz",
    "jobs.readyz",
    "outbox.dev_mail_html",
    "outbox.dev_kind_html",
    "recusals.export_register",
    "transfers.export",
    "transfers.refused",
    # They lead to the queue.
    "older.duplicates",
    "older.listings",
}
DARK: dict[str | None, list[str]] = {
    None: ["/", "/register", "/organizations", "/organizations/{startup}", "/dev/outbox/{mail}"],
    CARETAKER: ["/matches", "/matches/{to_answer}", "/digest/preview"],
    DRAFTER: ["/organizations/{startup_draft}/edit/exchange"],
    MANAGER: ["/review", "/review/{case_held}"],
}
