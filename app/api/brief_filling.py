"""Needs and offers of programs, put into the form that people fill in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from app.api import filling, shown
from app.api.problems import invalid
from app.api.schemas import BriefChange, BriefIn, WishIn
from app.organizations import brief_forms
from app.organizations.models import Aspect, Brief, Organization

# The form has two fields for each wish; here they are one.
_NAMES = {
    f"{aspect.value}_{part}": f"wishes.{aspect.value}" for aspect in Aspect for part in ("weight", "wish")
}


def new_form(organization: Organization, body: BriefIn) -> brief_forms.BriefForm:
    """The form for a new one; raises `Problem`."""
    return _checked(organization, body.model_dump(mode="json", exclude={"wishes"}), body.wishes)


def changed_form(organization: Organization, brief: Brief, change: BriefChange) -> brief_forms.BriefForm:
    """The form as it was opened, with the changes; raises `Problem`."""
    present = shown.brief(brief).model_dump(mode="json")
    stated = change.model_dump(mode="json", include=change.model_fields_set)
    both = {**present, **stated}
    wishes = [WishIn.model_validate(one) for one in both.pop("wishes") or []]
    return _checked(
        organization, {name: both[name] for name in BriefIn.model_fields if name in both}, wishes, brief
    )


def _checked(
    organization: Organization, fields: dict[str, Any], wishes: Sequence[WishIn], brief: Brief | None = None
) -> brief_forms.BriefForm:
    values = filling.sent({**fields, **_wishes(wishes)})
    form = brief_forms.BriefForm(values, meta=filling.WITHOUT_COOKIE).fit(organization, brief)
    return filling.checked(form, _NAMES)


def _wishes(wishes: Sequence[WishIn]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    errors = []
    for at, wish in enumerate(wishes):
        aspect = wish.aspect.value
        if f"{aspect}_weight" in found:
            errors.append(
                (f"wishes.{at}", f"speaks of {aspect} once more; name it once, with all its values")
            )
        if wish.aspect in brief_forms.ONE_VALUE and len(wish.values) > 1:
            errors.append((f"wishes.{at}.values", "takes one value: the least level"))
        found |= {f"{aspect}_weight": wish.weight.value, f"{aspect}_wish": wish.values}
    if errors:
        raise invalid(errors)
    return found
