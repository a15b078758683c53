"""Fields that profile forms share: one line, one entry a line, a term, several terms, an address, an amount."""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import StrEnum
from typing import Any
from urllib.parse import quote, urlsplit

from flask_babel import lazy_gettext as _
from wtforms import DateField, IntegerField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]
from wtforms.validators import Length, NumberRange, Optional, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget, TextInput

from app.money import parse_amount
from app.taxonomy import labels

_HOST = re.compile(r"(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]")
_NOT_IN_ADDRESS = re.compile(r"[\x00-\x20\x7f\"<>\\^`{|}]")


def one_line(value: Any) -> Any:
    """Text without line breaks and runs of blanks."""
    return " ".join(value.split()) if isinstance(value, str) else value


def options(pairs: Iterable[tuple[str, Any]]) -> list[SelectChoice]:
    """Choices as (value, label), in the form WTForms wants."""
    return [SelectChoice(value, label) for value, label in pairs]


def line(label: Any, most: int, *validators: Any, **more: Any) -> StringField:
    """Short text on one line."""
    checks = [*validators, Length(max=most, message=_("Use at most %(max)d characters."))]
    return StringField(label, checks, filters=[one_line], **more)


def text(label: Any, most: int, *, rows: int = 4, **more: Any) -> TextAreaField:
    """Longer text."""
    checks = [Length(max=most, message=_("Use at most %(max)d characters."))]
    return TextAreaField(label, checks, filters=[_plain_breaks], render_kw={"rows": rows}, **more)


def entries(label: Any, most: int, longest: int, *, rows: int = 4, **more: Any) -> TextAreaField:
    """One entry a line."""
    checks = [_Entries(most, longest)]
    return TextAreaField(label, checks, filters=[_tidy_lines], render_kw={"rows": rows}, **more)


def term(label: Any, terms: type[StrEnum], **more: Any) -> SelectField:
    """One term of a vocabulary, or none."""
    return SelectField(
        label,
        choices=options([("", _("Not chosen")), *labels(terms)]),
        coerce=lambda value: terms(value) if value else None,
        **more,
    )


def whole(label: Any, *validators: Any, **more: Any) -> IntegerField:
    """A whole number, in a plain text box: browsers hand back nothing of a wrong number otherwise."""
    return _WholeField(label, validators, widget=TextInput(), render_kw={"inputmode": "numeric"}, **more)


def count(label: Any, most: int, **more: Any) -> IntegerField:
    """How many, from none to `most`."""
    bounds = NumberRange(0, most, _("Give a number between %(min)s and %(max)s."))
    return whole(label, Optional(), bounds, **more)


def day(label: Any, **more: Any) -> DateField:
    """A calendar day, or none."""
    return DateField(label, [Optional()], **more)


def currency(label: Any, **more: Any) -> SelectField:
    """Rupees or dollars, or not chosen."""
    pairs = [("", _("Not chosen")), ("INR", _("Indian rupee (₹)")), ("USD", _("US dollar ($)"))]
    return SelectField(label, [Optional()], choices=options(pairs), **more)


def several(label: Any, choices: Iterable[tuple[str, Any]], *validators: Any, **more: Any) -> Any:
    """Checkboxes."""
    return SelectMultipleField(
        label,
        [_known, *validators],
        choices=options(choices),
        validate_choice=False,
        option_widget=CheckboxInput(),
        widget=ListWidget(prefix_label=False),
        **more,
    )


def _known(_form: Any, field: Any) -> None:
    known = {choice.value for choice in field.choices}
    field.data = list(dict.fromkeys(field.data or []))
    if not known.issuperset(field.data):
        raise ValidationError(_("One of the choices is not known. Choose again."))


def _plain_breaks(value: Any) -> Any:
    return value.replace("\r\n", "\n").replace("\r", "\n") if isinstance(value, str) else value


def _tidy_lines(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    return "\n".join(dict.fromkeys(filter(None, map(one_line, value.splitlines()))))


class _Entries:
    """At most so many lines, each at most so long."""

    def __init__(self, most: int, longest: int) -> None:
        self.most, self.longest = most, longest

    def __call__(self, _form: Any, field: Any) -> None:
        lines = (field.data or "").splitlines()
        if len(lines) > self.most:
            raise ValidationError(_("Give at most %(most)s lines.", most=self.most))
        for number, entry in enumerate(lines, start=1):
            if len(entry) > self.longest:
                raise ValidationError(
                    _("Line %(n)s is longer than %(most)s characters.", n=number, most=self.longest)
                )


class _WholeField(IntegerField):
    """Says in plain words what it wants."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        # Templates choose a field's look by this name.
        self.type = "IntegerField"

    def process_formdata(self, valuelist: list[Any]) -> None:
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError(_("Give a whole number, for example 85.")) from None


class WebsiteField(StringField):
    """An http(s) address; the host is kept in punycode, so that a look-alike shows."""

    def __init__(self, label: Any, **more: Any) -> None:
        super().__init__(label, [Optional(), self._check], render_kw={"inputmode": "url"}, **more)

    @staticmethod
    def _check(_form: Any, field: Any) -> None:
        try:
            field.data = website(field.data)
        except ValueError:
            raise ValidationError(_("Give an address like https://example.org.")) from None


def website(typed: str) -> str:
    """The normal form of a web address; raises `ValueError` for what is none."""
    address = typed if re.match(r"[a-z][a-z0-9+.-]*:(?!\d)", typed, re.I) else f"https://{typed}"
    parts = urlsplit(address)
    if len(typed) > 300 or _NOT_IN_ADDRESS.search(typed) or parts.scheme not in {"http", "https"}:
        raise ValueError(typed[:40])
    host = (parts.hostname or "").encode("idna").decode()
    if "@" in parts.netloc or not _HOST.fullmatch(host) or parts.port == 0:
        raise ValueError(typed[:40])
    port = f":{parts.port}" if parts.port else ""
    rest = quote(parts.path, safe="/%:@!$&'()*+,;=~-._") if parts.path != "/" else ""
    query = "?" + quote(parts.query, safe="/%:@!$&'()*+,;=~-._?") if parts.query else ""
    found = f"{parts.scheme}://{host}{port}{rest}{query}"
    if len(found) > 500:
        raise ValueError(typed[:40])
    return found


class AmountField(StringField):
    """Money in words or figures; `minor` is the amount in minor units, `currency` what was written with it."""

    minor: int | None = None
    currency: str | None = None

    def __init__(self, label: Any, **more: Any) -> None:
        super().__init__(label, [self._check], **more)

    @staticmethod
    def _check(_form: Any, field: Any) -> None:
        if not field.data:
            return
        try:
            field.minor, field.currency = parse_amount(field.data)
        except ValueError:
            raise ValidationError(_("Give an amount like 50 lakh, 1.5 crore, 250k or 2M.")) from None
