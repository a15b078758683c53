"""What people say about their weekly letter."""

from __future__ import annotations

import datetime
from typing import Any

from flask_babel import format_time
from flask_babel import lazy_gettext as _
from wtforms import DateField, SelectField, SelectMultipleField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]
from wtforms.validators import Optional
from wtforms.widgets import CheckboxInput, ListWidget

from app.digests.models import Part
from app.digests.weeks import Hour
from app.digests.wishes import Wish
from app.forms import BaseForm

DAYS = {
    1: _("Monday"),
    2: _("Tuesday"),
    3: _("Wednesday"),
    4: _("Thursday"),
    5: _("Friday"),
    6: _("Saturday"),
    7: _("Sunday"),
}
PARTS = {
    Part.NEWS: _("What is new in your saved searches"),
    Part.CALLS: _("Calls and missions that fit"),
    Part.REACH: _("Your reach, and what would help most"),
    Part.QUESTION: _("Whether what your profile claims is still true"),
    Part.IN_REVIEW: _("Matches that are still with the program managers"),
}


def _hours() -> list[SelectChoice]:
    return [SelectChoice(hour, format_time(datetime.time(hour), "short", rebase=False)) for hour in range(24)]


class WishForm(BaseForm):
    weekday: Any = SelectField(
        _("Day"), coerce=int, choices=[SelectChoice(day, words) for day, words in DAYS.items()]
    )
    hour: Any = SelectField(_("Hour, on your clock"), coerce=int, choices=_hours)
    paused_until: Any = DateField(_("No letters before"), [Optional()])
    kept: Any = SelectMultipleField(
        _("What the letter tells"),
        choices=[SelectChoice(part.value, words) for part, words in PARTS.items()],
        option_widget=CheckboxInput(),
        widget=ListWidget(prefix_label=False),
    )

    @classmethod
    def of(cls, wish: Wish) -> WishForm:
        """The form as it stands."""
        return cls(
            weekday=wish.hour.weekday,
            hour=wish.hour.hour,
            paused_until=wish.paused_until,
            kept=[part.value for part in Part if part not in wish.muted],
        )

    def wish(self) -> Wish:
        """What was chosen."""
        kept = set(self.kept.data or [])
        return Wish(
            Hour(self.weekday.data, self.hour.data),
            self.paused_until.data,
            frozenset(part for part in Part if part.value not in kept),
        )
