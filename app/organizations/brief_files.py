"""Needs and offers in files: what is known of them beyond their lines, in a column `briefs` beside these.

JSON Lines has a list of objects there, a CSV file or workbook the same list as text in one cell. A row that does not
state the column leaves details as they are; one that does tells them all.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date
from enum import StrEnum
from typing import Any, cast

import sqlalchemy as sa

from app import clock
from app.db import db
from app.organizations import brief_lines
from app.organizations.cells import Cells
from app.organizations.models import Aspect, Brief, BriefWish, Verification, Weight
from app.taxonomy import CERTIFICATIONS, Country, Kind, SizeClass, Stage, is_technology, spellings
from app.taxonomy.exchange import CooperationType, IpStatus, MoneyFlow, PartnershipKind
from app.taxonomy.value_chain import SEGMENTS

COLUMN = "briefs"
Told = list[dict[str, Any]]
_MOST = 100
_LONGEST_DETAIL = 1000
_MOST_WISHES = 200
_TERMS: dict[str, type[StrEnum]] = {
    "cooperation": CooperationType,
    "money_flow": MoneyFlow,
    "ip_status": IpStatus,
}
_LISTS = ("technologies", "partnership_kinds")
# What a line without details has.
_EMPTY: dict[str, Any] = {
    "detail": "",
    **dict.fromkeys(_TERMS),
    **{name: [] for name in _LISTS},
    "segment": None,
    "trl": None,
    "valid_until": None,
}
_KNOWN = frozenset({"side", "title", "wishes", *_EMPTY})
_TERMS_OF_WISHES: dict[Aspect, type[StrEnum]] = {
    Aspect.KIND: Kind,
    Aspect.STAGE: Stage,
    Aspect.SIZE_CLASS: SizeClass,
    Aspect.VERIFICATION: Verification,
}
_brief = cast(sa.Table, Brief.__table__)


class _Wrong(Exception):
    """Why the details cannot be taken."""


def told_of(organization_ids: Sequence[int]) -> dict[int, Told]:
    """Details of all that stands among the lines, by organization, in the order in which files compare them."""
    query = sa.select(Brief).where(
        Brief.organization_id.in_(organization_ids), Brief.ended_at.is_(None), Brief.expired_at.is_(None)
    )
    found: dict[int, Told] = {}
    for brief in db.session.scalars(query.execution_options(populate_existing=True)):
        if len(one := _told(brief)) > 2:
            found.setdefault(brief.organization_id, []).append(one)
        db.session.expunge(brief)
    return {number: sorted(told, key=_order) for number, told in found.items()}


def _told(brief: Brief) -> dict[str, Any]:
    details = {name: value for name in _EMPTY if (value := getattr(brief, name)) not in ("", None, [])}
    if brief.valid_until is not None:
        details["valid_until"] = brief.valid_until.isoformat()
    wishes = sorted((wish.aspect.value, wish.weight.value, wish.value) for wish in brief.wishes)
    if wishes:
        details["wishes"] = [_wish(*wish) for wish in wishes]
    return {"side": brief.side.value, "title": brief.title, **details}


def _wish(aspect: str, weight: str, value: str) -> dict[str, str]:
    return {"aspect": aspect, "weight": weight, "value": value}


def _order(one: Mapping[str, Any]) -> tuple[str, str]:
    return one["side"], one["title"]


def cell_of(told: Told) -> str:
    """The list as one cell of a table; empty without any."""
    return json.dumps(told, ensure_ascii=False) if told else ""


def read(row: Cells, values: Mapping[str, Any]) -> Told | None:
    """What the row tells beyond the lines in `values`; None when it does not state it, or is refused."""
    if not row.has(COLUMN):
        return None
    lines = {
        "need": brief_lines.titles_in(values["needs"]),
        "offer": brief_lines.titles_in(values["offers"]),
    }
    try:
        told = [_read(one, lines) for one in _listed(row.cells[COLUMN])]
        if len({_order(one) for one in told}) < len(told):
            raise _Wrong("tells twice of the same line")
    except _Wrong as wrong:
        row.refuse(COLUMN, str(wrong))
        return None
    return sorted((one for one in told if len(one) > 2), key=_order)


def _listed(given: Any) -> list[Any]:
    if isinstance(given, str) and given.strip():
        try:
            given = json.loads(given)
        except (ValueError, RecursionError):
            raise _Wrong("must be a list in JSON, as exports have it") from None
    if given in (None, "") or (isinstance(given, str) and not given.strip()):
        return []
    if not isinstance(given, list) or len(given) > _MOST:
        raise _Wrong(f"must be a list of at most {_MOST} needs and offers")
    return given


def _read(given: Any, lines: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    if not isinstance(given, dict) or not given.keys() <= _KNOWN:
        raise _Wrong("must be objects with " + ", ".join(sorted(_KNOWN)))
    side, title = given.get("side"), given.get("title")
    if not isinstance(title, str) or not isinstance(side, str) or title not in lines.get(side, ()):
        raise _Wrong("has a side and title that are no line of needs or offers")
    inner = Cells(given)
    found = {**_details(inner), "wishes": _wishes(given.get("wishes"))}
    if inner.errors:
        raise _Wrong(": ".join(inner.errors[0]))
    return {"side": side, "title": title, **{name: value for name, value in found.items() if value}}


def _details(inner: Cells) -> dict[str, Any]:
    segment, until = inner.line("segment", 60), inner.line("valid_until", 10)
    if segment and segment not in SEGMENTS:
        inner.refuse("segment", "is no place in the value chain that we know")
    technologies, kinds = inner.words("technologies"), inner.words("partnership_kinds")
    if not all(map(is_technology, technologies)):
        inner.refuse("technologies", "has a code we do not know")
    if not set(kinds) <= set(PartnershipKind):
        inner.refuse("partnership_kinds", "has a word we do not know")
    if until:
        _date(until)
    return {
        "detail": inner.text("detail", _LONGEST_DETAIL),
        **{name: _term(inner, name, terms) for name, terms in _TERMS.items()},
        "technologies": technologies,
        "partnership_kinds": kinds,
        "segment": segment,
        "trl": inner.number("trl", 1, 9),
        "valid_until": until,
    }


def _term(inner: Cells, name: str, terms: type[StrEnum]) -> str:
    word = inner.line(name, 40)
    if word and word not in set(terms):
        inner.refuse(name, "must be " + ", ".join(terms))
    return word


def _date(text: str) -> date:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        found = date.min
    # Forms take two years; none of what they took is refused.
    if len(text) != 10 or not 2000 <= found.year <= clock.now().year + 3:
        raise _Wrong("valid_until: must be a date like 2027-03-31, within two years")
    return found


def _wishes(given: Any) -> list[dict[str, str]]:
    if given is None:
        return []
    if not isinstance(given, list) or len(given) > _MOST_WISHES:
        raise _Wrong("wishes: must be a list")
    found = {}
    for one in given:
        if not isinstance(one, dict) or one.keys() != {"aspect", "weight", "value"}:
            raise _Wrong("wishes: must be objects with aspect, weight and value")
        aspect, weight, value = one["aspect"], one["weight"], one["value"]
        if not _is_wish(aspect, weight, value) or (aspect, value) in found:
            raise _Wrong("wishes: has one that we do not know, or the same twice")
        found[aspect, value] = weight
    return [
        _wish(*wish) for wish in sorted((aspect, weight, value) for (aspect, value), weight in found.items())
    ]


def _is_wish(aspect: Any, weight: Any, value: Any) -> bool:
    if not all(isinstance(word, str) for word in (aspect, weight, value)):
        return False
    if aspect not in set(Aspect) or weight not in set(Weight):
        return False
    match Aspect(aspect):
        case Aspect.STATE:
            return any(spellings.region_of(country, value) == value for country in Country)
        case Aspect.TECHNOLOGY:
            return is_technology(value)
        case Aspect.CERTIFICATION:
            return value in CERTIFICATIONS
        case Aspect.TRL:
            return value in set("123456789")
        case terms:
            return value in set(_TERMS_OF_WISHES[terms])


def write(told: Mapping[int, Told]) -> None:
    """Give the lines of these organizations the details that were told of them, and no others."""
    if not told:
        return
    wanted = {(number, *_order(one)): one for number, ones in told.items() for one in ones}
    names = (_brief.c.id, _brief.c.organization_id, _brief.c.side, _brief.c.title)
    standing = sa.select(*names).where(
        _brief.c.organization_id.in_(list(told)), _brief.c.ended_at.is_(None), _brief.c.expired_at.is_(None)
    )
    rows = {
        id_: wanted.get((number, side.value, title), {})
        for id_, number, side, title in db.session.execute(standing).all()
    }
    _write_details(rows)
    _write_wishes(rows)
    # Records in the session do not know what was written beside them.
    for known in db.session.identity_map.values():
        if isinstance(known, Brief):
            db.session.expire(known)


def _write_details(rows: Mapping[int, Mapping[str, Any]]) -> None:
    if not rows:
        return
    binds: dict[str, Any] = {name: sa.bindparam(f"b_{name}") for name in _EMPTY}
    statement = sa.update(_brief).where(_brief.c.id == sa.bindparam("b_id"))
    statement = statement.values(**binds, version=_brief.c.version + 1, updated_at=clock.now())
    db.session.connection().execute(
        statement, [{"b_id": id_, **_as_columns({**_EMPTY, **one})} for id_, one in rows.items()]
    )


def _as_columns(one: Mapping[str, Any]) -> dict[str, Any]:
    found = {f"b_{name}": one[name] for name in _EMPTY}
    for name, terms in _TERMS.items():
        found[f"b_{name}"] = terms(one[name]) if one[name] else None
    until = one["valid_until"]
    return {**found, "b_valid_until": date.fromisoformat(until) if until else None}


def _write_wishes(rows: Mapping[int, Mapping[str, Any]]) -> None:
    db.session.execute(
        sa.delete(BriefWish).where(BriefWish.brief_id.in_(list(rows))),
        execution_options={"synchronize_session": False},
    )
    wishes = [
        {
            "brief_id": id_,
            "aspect": Aspect(wish["aspect"]),
            "value": wish["value"],
            "weight": Weight(wish["weight"]),
        }
        for id_, one in rows.items()
        for wish in one.get("wishes", ())
    ]
    if wishes:
        db.session.execute(sa.insert(BriefWish), wishes)
