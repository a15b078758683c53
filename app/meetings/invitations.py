"""Meetings as iCalendar (RFC 5545, 5546): requests, updates under the same UID, cancellations, and a person's feed.

Times are written in UTC. A meeting is one moment for people in several zones; calendars show it in their own, and none has
to read rules of a zone that we wrote, which some read wrongly. The words tell the wall clocks of all.
The only place that imports `icalendar`. A name of its own: it makes files, not mails.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from icalendar import Calendar, Event, vCalAddress, vText

PRODUCT = "-//Sangam//Meetings//EN"
# The library lets some characters through that no calendar takes.
_UNFIT = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")


class Method(StrEnum):
    """What a calendar is to do with it (RFC 5546)."""

    REQUEST = "REQUEST"
    CANCEL = "CANCEL"
    PUBLISH = "PUBLISH"


@dataclass(frozen=True)
class Guest:
    """Somebody invited."""

    name: str
    email: str
    has_accepted: bool = False


@dataclass(frozen=True)
class Entry:
    """What a calendar shows. `sequence` rises with each change, `uid` never changes."""

    uid: str
    sequence: int
    starts_at: datetime
    minutes: int
    title: str
    description: str
    place: str
    organizer: Guest
    guests: Sequence[Guest]
    changed_at: datetime
    is_cancelled: bool = False


def invitation(entry: Entry) -> str:
    """One meeting as its guests' calendars take it: a request, or a cancellation."""
    method = Method.CANCEL if entry.is_cancelled else Method.REQUEST
    return _calendar(method, [entry], lists_guests=True)


def feed(entries: Iterable[Entry], name: str) -> str:
    """All of a person's meetings, for a calendar that subscribes to an address; guests are not listed."""
    return _calendar(Method.PUBLISH, entries, lists_guests=False, name=name)


def _calendar(method: Method, entries: Iterable[Entry], *, lists_guests: bool, name: str = "") -> str:
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", method.value)
    if name:
        calendar.add("x-wr-calname", fit(name))
    for entry in entries:
        calendar.add_component(_event(entry, lists_guests=lists_guests))
    return str(calendar.to_ical().decode("utf-8"))


def _event(entry: Entry, *, lists_guests: bool) -> Event:
    event = Event()
    starts_at = entry.starts_at.astimezone(UTC)
    event.add("uid", entry.uid)
    event.add("sequence", entry.sequence)
    event.add("dtstamp", entry.changed_at.astimezone(UTC))
    event.add("dtstart", starts_at)
    event.add("dtend", starts_at + timedelta(minutes=entry.minutes))
    event.add("summary", fit(entry.title))
    event.add("description", fit(entry.description))
    if entry.place:
        event.add("location", fit(entry.place))
    event.add("status", "CANCELLED" if entry.is_cancelled else "CONFIRMED")
    event.add("transp", "OPAQUE")
    event["organizer"] = _address(entry.organizer)
    for guest in entry.guests if lists_guests else ():
        event.add("attendee", _guest(guest), encode=False)
    return event


def _address(guest: Guest) -> vCalAddress:
    address = vCalAddress(f"mailto:{guest.email}")
    if guest.name:
        # A quotation mark cannot stand in a parameter, whatever is put around it (RFC 5545, 3.1).
        address.params["cn"] = vText(fit(guest.name).replace('"', "'").replace("\n", " "))
    return address


def _guest(guest: Guest) -> vCalAddress:
    address = _address(guest)
    address.params["role"] = vText("REQ-PARTICIPANT")
    address.params["partstat"] = vText("ACCEPTED" if guest.has_accepted else "NEEDS-ACTION")
    address.params["rsvp"] = vText("FALSE" if guest.has_accepted else "TRUE")
    return address


def fit(text: str) -> str:
    """The text without what no calendar takes: control characters and halves of surrogate pairs."""
    return _UNFIT.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).strip()
