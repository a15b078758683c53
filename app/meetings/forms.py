"""What people enter about meetings: times to offer, a new time, how it went, and the hours they would meet."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from flask_babel import lazy_gettext as _
from flask_login import current_user
from wtforms import DateField, IntegerField, RadioField, SelectField, TimeField
from wtforms.validators import DataRequired, InputRequired, NumberRange, Optional, ValidationError

from app import clock
from app.accounts.models import User
from app.forms import BaseForm
from app.matching.models import Match
from app.meetings.hours import MIDNIGHT, Window
from app.meetings.models import Attendance
from app.meetings.services import MOST_TIMES, Wanted
from app.organizations import fields
from app.taxonomy import Country

LENGTHS = (30, 45, 60, 90)
# A time this far ahead is no plan.
FARTHEST = datetime.timedelta(days=180)
_WEEKDAYS = (
    _("Monday"),
    _("Tuesday"),
    _("Wednesday"),
    _("Thursday"),
    _("Friday"),
    _("Saturday"),
    _("Sunday"),
)


class _TimesForm(BaseForm):
    """Times that were proposed, or one's own, by the clock on one's wall."""

    own_day = DateField(_("Another day"), [Optional()])
    own_time = TimeField(_("and time, by your clock"), [Optional()])

    def own(self) -> datetime.datetime | None:
        """One's own time as a moment."""
        if self.own_day.data is None or self.own_time.data is None:
            return None
        local = datetime.datetime.combine(self.own_day.data, self.own_time.data, tzinfo=current_user.zone)
        return local.astimezone(datetime.UTC)

    def validate(self, extra_validators: Any = None) -> bool:
        # Not a validator of the field: those do not run for a field that is empty.
        passed, moment = super().validate(extra_validators), self.own()
        if (self.own_day.data is None) != (self.own_time.data is None):
            return self._refuse(_("Give both the day and the time, or neither."))
        if moment is not None and not clock.now() < moment <= clock.now() + FARTHEST:
            return self._refuse(_("Choose a time from now on, at most 180 days ahead."))
        return passed

    def _refuse(self, message: Any) -> bool:
        self.own_time.errors = [*self.own_time.errors, message]
        return False


class OfferForm(_TimesForm):
    """A meeting, and the times to choose from."""

    title = fields.line(_("What it is about"), 200, DataRequired(_("Say what the meeting is about.")))
    minutes: Any = SelectField(
        _("How long"),
        choices=fields.options((str(n), _("%(minutes)s minutes", minutes=n)) for n in LENGTHS),
        default="30",
    )
    people = fields.several(_("Who takes part"), [], description=_("At least one of each side."))
    times = fields.several(_("Times to offer"), [], description=_("Up to three; the other side chooses one."))
    link = fields.WebsiteField(_("Address of the call"), description=_("Any service. It can follow later."))
    note = fields.text(_("What to prepare"), 2000, rows=3)

    def set_choices(
        self, people: dict[Country, list[User]], times: Iterable[tuple[datetime.datetime, str]]
    ) -> None:
        """Who and when can be chosen; done before validation."""
        self._people = {str(user.id): (user, country) for country in Country for user in people[country]}
        self.people.choices = fields.options(
            (key, user.display_name) for key, (user, _country) in self._people.items()
        )
        self.times.choices = fields.options((moment.isoformat(), words) for moment, words in times)

    def validate_people(self, field: Any) -> None:
        sides = {self._people[key][1] for key in field.data or [] if key in self._people}
        if len(sides) < len(Country):
            raise ValidationError(_("Choose at least one person of each side."))

    def validate_times(self, field: Any) -> None:
        count = len(field.data or []) + (self.own_day.data is not None)
        if not 1 <= count <= MOST_TIMES:
            raise ValidationError(_("Choose one to three times, your own included."))

    def chosen(self) -> list[datetime.datetime]:
        """The moments of a form that passed."""
        own = self.own()
        found = [datetime.datetime.fromisoformat(value) for value in self.times.data]
        return [*found, own] if own else found

    def wanted(self, match: Match) -> Wanted:
        """What is asked for."""
        seats = [self._people[key] for key in self.people.data]
        return Wanted(
            guests=[(user, match.side(country).id) for user, country in seats],
            minutes=int(self.minutes.data),
            title=self.title.data or "",
            note=self.note.data or "",
            link=self.link.data or "",
        )


class ChooseForm(BaseForm):
    """One of the offered times."""

    starts_at: Any = RadioField(
        _("Which time suits you?"),
        [DataRequired(_("Choose one of the times."))],
        validate_choice=False,
        choices=[],
    )

    def moment(self) -> datetime.datetime:
        """The chosen moment; one nobody offered for what is none, which the rules refuse."""
        try:
            found = datetime.datetime.fromisoformat(self.starts_at.data)
        except ValueError:
            return datetime.datetime.min.replace(tzinfo=datetime.UTC)
        return found if found.tzinfo else datetime.datetime.min.replace(tzinfo=datetime.UTC)


class MoveForm(_TimesForm):
    """A new time for a booked meeting."""

    starts_at: Any = RadioField(_("New time"), [Optional()], validate_choice=False, choices=[])
    version = IntegerField(_("Version"), [InputRequired(), NumberRange(1, 2**31 - 1)])

    def moment(self) -> datetime.datetime | None:
        """The chosen moment, one's own before a proposed one."""
        known = {value for value, *_rest in self.starts_at.iter_choices()}
        chosen = self.starts_at.data if self.starts_at.data in known else None
        return self.own() or (datetime.datetime.fromisoformat(chosen) if chosen else None)

    def validate_starts_at(self, field: Any) -> None:
        if self.moment() is None:
            raise ValidationError(_("Choose a time, or give your own."))


class GuestForm(BaseForm):
    """Who comes, and in whose place."""

    comes: Any = SelectField(_("Who comes"), validate_choice=False)
    leaves: Any = SelectField(_("In whose place (optional)"), validate_choice=False)

    def set_choices(self, comes: Mapping[tuple[int, int], str], leaves: Mapping[int, str]) -> None:
        """Who can; done before validation. Choices that passed meanwhile are refused by the rules."""
        nobody = ("", _("Nobody"))
        self._comes = {f"{user}-{organization}": (user, organization) for user, organization in comes}
        self.comes.choices = fields.options(
            [nobody, *((f"{user}-{own}", name) for (user, own), name in comes.items())]
        )
        self.leaves.choices = fields.options([nobody, *((str(id_), name) for id_, name in leaves.items())])

    def validate_comes(self, field: Any) -> None:
        if not field.data and not self.leaves.data:
            raise ValidationError(_("Choose who comes, or who leaves."))
        if field.data and field.data not in self._comes:
            raise ValidationError(_("Choose one of the list."))

    def coming(self) -> tuple[int, int] | None:
        """(person, organization) of a form that passed."""
        return self._comes.get(self.comes.data or "")


class CancelForm(BaseForm):
    """Why it is called off."""

    reason = fields.text(_("Reason, for the others (optional)"), 500, rows=2)


class ReportForm(BaseForm):
    """How it went."""

    says: Any = RadioField(
        _("Did the meeting take place?"),
        [InputRequired(_("Say whether it took place."))],
        choices=fields.options(
            [
                (Attendance.HELD.value, _("Yes, we met")),
                (Attendance.NO_SHOW.value, _("No, the other side did not come")),
            ]
        ),
    )
    next_step = fields.line(_("What happens next (optional)"), 300)
    next_on = DateField(_("By when (optional)"), [Optional()])


def hours_form(windows: Sequence[Window]) -> type[BaseForm]:
    """A form with two times of each weekday in which somebody would meet."""
    made: dict[str, Any] = {}
    for weekday, name in enumerate(_WEEKDAYS):
        mine = [one for one in windows if one.weekday == weekday]
        for place in range(2):
            window = mine[place] if place < len(mine) else None
            made[f"from_{weekday}_{place}"] = _clock(
                _("%(day)s from", day=name), window.start if window else None
            )
            made[f"to_{weekday}_{place}"] = _clock(
                _("%(day)s until", day=name), window.end if window else None
            )
    return type("HoursForm", (_HoursForm,), made)


def _clock(label: Any, minute: int | None) -> TimeField:
    default = None if minute is None else datetime.time(minute % MIDNIGHT // 60, minute % 60)
    return TimeField(label, [Optional()], default=default)


class _HoursForm(BaseForm):
    def windows(self) -> list[Window]:
        """The hours of a form that passed; midnight as an end is the end of the day."""
        found = []
        for weekday in range(7):
            for place in range(2):
                start, end = self._minute(f"from_{weekday}_{place}"), self._minute(f"to_{weekday}_{place}")
                if start is not None and end is not None:
                    found.append(Window(weekday, start, end or MIDNIGHT))
        return sorted(found)

    def _minute(self, name: str) -> int | None:
        value = self[name].data
        return None if value is None else value.hour * 60 + value.minute

    def validate(self, extra_validators: Any = None) -> bool:
        passed = super().validate(extra_validators)
        for weekday in range(7):
            passed = self._validate_day(weekday) and passed
        return passed

    def _validate_day(self, weekday: int) -> bool:
        ends = []
        for place in range(2):
            start, end = self._minute(f"from_{weekday}_{place}"), self._minute(f"to_{weekday}_{place}")
            if (start is None) != (end is None):
                return self._refuse(weekday, place, _("Give both a beginning and an end, or neither."))
            if start is not None and end is not None:
                if start >= (end or MIDNIGHT):
                    return self._refuse(weekday, place, _("The end comes after the beginning."))
                ends.append((start, end or MIDNIGHT))
        if len(ends) == 2 and sorted(ends)[1][0] < sorted(ends)[0][1]:
            return self._refuse(weekday, 1, _("The two times of a day do not overlap."))
        return True

    def _refuse(self, weekday: int, place: int, message: Any) -> bool:
        field = self[f"to_{weekday}_{place}"]
        field.errors = [*field.errors, message]
        return False
