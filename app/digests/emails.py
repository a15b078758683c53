"""The weekly letter."""

from __future__ import annotations

from flask_babel import force_locale, lazy_gettext, ngettext
from flask_babel import gettext as _

from app.accounts import emails as accounts
from app.claims import links as claim_links
from app.digests import queries
from app.digests.queries import Content
from app.outbox.models import MailCategory
from app.outbox.rendering import Mail, compose

TEMPLATE = "digests/mail/weekly"
_WORDS = {
    2: lazy_gettext("Two"),
    3: lazy_gettext("Three"),
    4: lazy_gettext("Four"),
    5: lazy_gettext("Five"),
    6: lazy_gettext("Six"),
    7: lazy_gettext("Seven"),
    8: lazy_gettext("Eight"),
    9: lazy_gettext("Nine"),
    10: lazy_gettext("Ten"),
}


def weekly(content: Content) -> Mail:
    """The letter of one person's week."""
    user = content.user
    with force_locale(user.locale):
        subject = needs_line(content)
    return compose(
        TEMPLATE,
        key=f"digest:{user.id}:{content.week}",
        category=MailCategory.DIGEST,
        to=user,
        subject=subject,
        unsubscribe_url=accounts.unsubscribe_link(user, "digest"),
        content=content,
        member=content.member,
        manager=content.manager,
        news=content.news,
        question=content.question,
        question_url=claim_links.address_of(content.question.claim, user) if content.question else "",
        why=queries.why,
    )


def needs_line(content: Content) -> str:
    """What needs the person, in one line: the subject, and the letter's first words."""
    parts = [part for part in (_member_needs(content), _manager_needs(content)) if part]
    return " · ".join(parts) or _news(content)


def _member_needs(content: Content) -> str:
    count = len(content.member.to_answer)
    if not count:
        return ""
    return ngettext("One answer waits for you", "%(count)s answers wait for you", count, count=_words(count))


def _manager_needs(content: Content) -> str:
    late, waiting = content.manager.late, content.manager.open
    if late:
        return ngettext("One decision is late", "%(count)s decisions are late", late, count=_words(late))
    if waiting:
        return ngettext(
            "One decision waits for you", "%(count)s decisions wait for you", waiting, count=_words(waiting)
        )
    return ""


def _news(content: Content) -> str:
    member = content.member
    if count := len(member.introduced):
        return ngettext("One new introduction", "%(count)s new introductions", count, count=_words(count))
    if count := len(member.said_yes):
        return ngettext(
            "Your yes waits for the other side",
            "%(count)s of your yeses wait for the other side",
            count,
            count=_words(count),
        )
    if count := member.new_in_review:
        return ngettext(
            "One new match is in review", "%(count)s new matches are in review", count, count=_words(count)
        )
    if count := sum(one.count for one in content.news):
        return ngettext(
            "One new organization for your searches",
            "%(count)s new organizations for your searches",
            count,
            count=_words(count),
        )
    if content.question:
        return _("One question about your profile")
    return _("Your week at Sangam")


def _words(count: int) -> str:
    return str(_WORDS.get(count, count))
