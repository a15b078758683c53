"""What a manager enters about a timetable."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import IntegerField, SelectField, SelectMultipleField, TimeField
from wtforms.validators import DataRequired, InputRequired, NumberRange, Optional, ValidationError

from app.accounts.forms import time_zone_choices
from app.forms import BaseForm
from app.meetings.models import LONGEST, SHORTEST
from app.organizations import fields
from app.timetables.models import MOST_MEETINGS, MOST_TABLES, TimetableGuest, TimetableStop
from app.timetables.services import Day


def _whole(label: Any, least: int, most: int, **more: Any) -> IntegerField:
    bounds = NumberRange(least, most, _("Give a number between %(min)s and %(max)s."))
    return IntegerField(label, [InputRequired(_("Give a number.")), bounds], **more)


def _time(label: Any, *validators: Any, **more: Any) -> TimeField:
    return TimeField(label, [*validators] or [InputRequired(_("Give a time."))], **more)


class _NumberedForm(BaseForm):
    """One of several forms of a page, whose fields need names of their own there."""

    def number(self, name: object) -> None:
        for one in self:
            one.id = f"{one.name}-{name}"
            one.label.field_id = one.id


class DayForm(BaseForm):
    """A day of the mission in one city."""

    on_day = fields.day(_("Day"))
    city = fields.line(_("City"), 120, DataRequired(_("Give the city.")))
    place = fields.line(_("House and hall (optional)"), 200)
    time_zone: Any = SelectField(_("Time zone there"), choices=time_zone_choices)
    tables = _whole(_("Tables or rooms"), 1, MOST_TABLES, default=12)
    first = _time(_("First meeting begins"))
    last = _time(_("Last meeting ends by"))
    minutes = _whole(_("Minutes a meeting"), SHORTEST, LONGEST, default=40)
    pause = _whole(_("Minutes between two"), 0, 120, default=10)
    rest_from = _time(_("Break from (optional)"), Optional())
    rest_until = _time(_("Break until (optional)"), Optional())
    travel_minutes = _whole(_("Minutes of travel from the place before"), 0, 1440, default=0)

    def validate_on_day(self, field: Any) -> None:
        if field.data is None:
            raise ValidationError(_("Give the day."))

    def validate_last(self, field: Any) -> None:
        if self.first.data and field.data and field.data <= self.first.data:
            raise ValidationError(_("The end comes after the beginning."))

    def validate_rest_until(self, field: Any) -> None:
        if bool(field.data) != bool(self.rest_from.data) or (
            field.data and self.rest_from.data and field.data <= self.rest_from.data
        ):
            raise ValidationError(_("Give both a beginning and a later end, or neither."))

    def day(self) -> Day:
        """What the form says, once it passed."""
        if self.on_day.data is None or self.first.data is None or self.last.data is None:
            raise ValueError("this form did not pass")
        rest = None
        if self.rest_from.data and self.rest_until.data:
            rest = (self.rest_from.data, self.rest_until.data)
        return Day(
            on_day=self.on_day.data,
            city=self.city.data or "",
            place=self.place.data or "",
            time_zone=self.time_zone.data,
            tables=self.tables.data or 1,
            first=self.first.data,
            last=self.last.data,
            minutes=self.minutes.data or SHORTEST,
            pause=self.pause.data or 0,
            travel_minutes=self.travel_minutes.data or 0,
            rest=rest,
        )


class LimitForm(_NumberedForm):
    """How many meetings an organization takes, and where."""

    a_day = _whole(_("Meetings a day"), 0, MOST_MEETINGS)
    in_all = _whole(_("Meetings in all"), 0, MOST_MEETINGS)
    city: Any = SelectField(_("Where it can be met"), validate_choice=False)

    def set_cities(self, stops: Sequence[TimetableStop]) -> None:
        names = dict.fromkeys(stop.city for stop in stops)
        self.city.choices = fields.options([("", _("Everywhere")), *((name, name) for name in names)])

    def validate_city(self, field: Any) -> None:
        if (field.data or "") not in {choice.value for choice in field.choices}:
            raise ValidationError(_("Choose one of the list."))


class LocksForm(BaseForm):
    """The cells that stay."""

    locked: Any = SelectMultipleField(_("Locked"), choices=[], validate_choice=False)

    def cell_ids(self) -> set[int]:
        return {int(value) for value in self.locked.data or [] if value.isdecimal() and len(value) < 10}


class VisitForm(_NumberedForm):
    """A site visit."""

    stop: Any = SelectField(_("Day"), coerce=str)
    begins = _time(_("Begins at"))
    minutes = _whole(_("Minutes"), SHORTEST, LONGEST, default=90)
    title = fields.line(_("What is seen"), 200, DataRequired(_("Say what is seen.")))
    host: Any = SelectField(_("Host"), coerce=str)
    visitors: Any = fields.several(_("Who goes"), [])

    def set_choices(self, stops: Sequence[tuple[str, str]], guests: Sequence[TimetableGuest]) -> None:
        """Which days, and who; done before validation."""
        present = [(str(one.id), one.organization.name) for one in guests if one.left_at is None]
        self.stop.choices = fields.options(stops)
        self.host.choices = fields.options(present)
        self.visitors.choices = fields.options(present)

    def validate_visitors(self, field: Any) -> None:
        if not set(field.data or []) - {self.host.data}:
            raise ValidationError(_("Choose at least one who goes."))
