"""Working days of the desk: those on which people work in India and in the United States.

The one place that knows public holidays (national ones; states have more). A promise of so many working days is kept
or broken by this count.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import cache

import holidays

_COUNTRIES = ("IN", "US")
# Festivals that go by the moon are fixed ahead only so far.
_KNOWN = range(2001, 2036)
_SATURDAY = 5
_DAY = timedelta(days=1)


def is_working_day(day: date) -> bool:
    """Whether nobody on either side has a weekend or a national holiday."""
    return day.weekday() < _SATURDAY and day not in _holidays_in(day.year)


def after(moment: datetime, days: int) -> datetime:
    """So many working days later, at the same time of day."""
    return moment + timedelta(days=_span(moment.date(), days))


def before(moment: datetime, days: int) -> datetime:
    """The latest start from which so many working days are over at `moment`."""
    start = moment
    while after(start, days) > moment:
        start -= _DAY
    return start


@cache
def _span(start: date, days: int) -> int:
    """Calendar days in so many working days after `start`."""
    span = 0
    while days:
        span += 1
        days -= is_working_day(start + span * _DAY)
    return span


@cache
def _holidays_in(year: int) -> frozenset[date]:
    """Holidays of both countries; in years no calendar knows yet weekends alone count."""
    if year not in _KNOWN:
        return frozenset()
    found = (holidays.country_holidays(country, years=year) for country in _COUNTRIES)
    return frozenset(day for calendar in found for day in calendar)
