"""A match as one of its two organizations sees it, and where it stands for them: no reads, no writes."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property

from flask_babel import get_locale

from app import clock
from app.accounts.models import User
from app.introductions.models import Answer, AnswerChoice, Introduction
from app.matching import mirrored, reasons, redaction
from app.matching.models import EndReason, Match, MatchEnd
from app.matching.reasons import Teaser
from app.organizations.models import Membership, Organization

# So long a match waits for both answers, since its sides were told or since the day one of them asked for.
TIME_TO_ANSWER = datetime.timedelta(days=14)


class Standing(StrEnum):
    """Where a match stands for one side, in the order pages show it."""

    TO_ANSWER = "to_answer"
    SAID_YES = "said_yes"
    INTRODUCED = "introduced"
    IN_REVIEW = "in_review"
    NOT_NOW = "not_now"
    DECLINED = "declined"
    # The other side declined: told without a reason.
    CLOSED = "closed"
    # Nobody is to blame: not both sides answered in time.
    EXPIRED = "expired"
    # This side took its yes back.
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True)
class Side:
    """A match as one of its two organizations sees it. The partner has no name until both said yes."""

    match: Match
    member: Membership
    standing: Standing
    mine: Answer | None = None
    introduction: Introduction | None = None
    # Whom to write to on the other side, once introduced.
    contact: User | None = None
    # Until when the match takes answers; none once it is settled.
    expires_at: datetime.datetime | None = None

    @property
    def organization(self) -> Organization:
        """The organization this side is."""
        return self.member.organization

    @property
    def can_answer(self) -> bool:
        """Whether this person may answer for the organization."""
        return self.member.can_edit

    @property
    def last_day(self) -> datetime.date | None:
        """The last day, where the person is, on which they are asked to answer."""
        return last_day_before(self.expires_at, self.member.user.zone) if self.expires_at else None

    @property
    def is_last_day(self) -> bool:
        """Whether it is that day today."""
        return self.last_day == _today(self.member.user.zone)

    @property
    def can_withdraw(self) -> bool:
        """Whether this person may take back the yes of the organization."""
        return self.can_answer and self.standing is Standing.SAID_YES

    @property
    def partner(self) -> Organization | None:
        """The other organization, once introduced."""
        return self.match.partner_of(self.organization) if self.introduction else None

    @property
    def teaser(self) -> Teaser:
        """What may be told of the partner at any time."""
        language = str(get_locale())
        if language not in self._teasers:
            found = reasons.teaser(self.match.partner_of(self.organization))
            shown = replace(found, needs=self._shown(found.needs), offers=self._shown(found.offers))
            self._teasers[language] = shown
        return self._teasers[language]

    @cached_property
    def _teasers(self) -> dict[str, Teaser]:
        """By language; a page asks for many parts of one."""
        return {}

    @property
    def title(self) -> str:
        """What to call the partner: its name once introduced, before that what it is and where."""
        return self.partner.name if self.partner else self.teaser.title

    @property
    def partner_changed_at(self) -> datetime.datetime:
        """How fresh the partner's profile is."""
        return self.match.partner_of(self.organization).profile_changed_at

    @property
    def band(self) -> str:
        return reasons.band(self.match, self.organization.country)

    @property
    def why_us(self) -> list[str]:
        """Why the partner fits this organization."""
        return self._shown(reasons.sentences(self.match, self.organization.country))

    @property
    def why_them(self) -> list[str]:
        """Why the partner would say yes, told to this side."""
        return self._shown(mirrored.sentences(self.match, self.organization.country.other))

    def _shown(self, texts: list[str]) -> list[str]:
        """Texts quoted of the partner, without its name and address until both said yes."""
        if self.introduction:
            return texts
        return [redaction.redacted(text, self._hidden) for text in texts]

    @cached_property
    def _hidden(self) -> re.Pattern[str] | None:
        """What tells the partner's name; made once, for every text of a page or letter is looked through."""
        other = self.match.partner_of(self.organization)
        return redaction.pattern(redaction.names_of_organization(other))


def standing_of(match: Match, mine: Answer | None, theirs: Answer | None, today: datetime.date) -> Standing:
    """Where a match stands for the side that answered `mine`."""
    if not match.is_told:
        return Standing.IN_REVIEW
    said, other_said = mine and mine.says, theirs and theirs.says
    if said is AnswerChoice.NO:
        return Standing.DECLINED
    if other_said is AnswerChoice.NO:
        return Standing.CLOSED
    if said is AnswerChoice.YES and other_said is AnswerChoice.YES:
        return Standing.INTRODUCED
    if match.end is not None:
        return _ended(match.end, mine)
    if said is AnswerChoice.YES:
        return Standing.SAID_YES
    if mine is not None and mine.until is not None and mine.until > today:
        return Standing.NOT_NOW
    return Standing.TO_ANSWER


def _ended(end: MatchEnd, mine: Answer | None) -> Standing:
    if end.why is EndReason.EXPIRED:
        return Standing.EXPIRED
    is_mine = mine is not None and mine.organization_id == end.organization_id
    return Standing.WITHDRAWN if is_mine else Standing.CLOSED


def expires_at(match: Match, answers: Iterable[Answer | None]) -> datetime.datetime | None:
    """Until when a match that both sides were told of takes answers: "not now" stops the clock until its day."""
    told = match.opens_at or match.decided_at
    if told is None:
        return None
    held = [at for answer in answers if answer is not None and (at := _resumes_at(answer)) is not None]
    over = max([told, *held]) + TIME_TO_ANSWER
    return max(over, match.waits_until) if match.waits_until else over


def last_day_before(moment: datetime.datetime, zone: datetime.tzinfo) -> datetime.date:
    """The last day that is over before `moment`, so that who is asked to answer by it has the whole of it; at the end, today."""
    return max(moment.astimezone(zone).date() - datetime.timedelta(days=1), _today(zone))


def _today(zone: datetime.tzinfo) -> datetime.date:
    return clock.now().astimezone(zone).date()


def _resumes_at(answer: Answer) -> datetime.datetime | None:
    if answer.resumes_at is None and answer.until is not None:
        return datetime.datetime.combine(answer.until, datetime.time(), datetime.UTC)
    return answer.resumes_at
