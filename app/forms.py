"""What every form has in common: CSRF, trimmed text, and no characters the databases cannot keep."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from flask import request
from flask_babel import get_domain, gettext
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from werkzeug.datastructures import MultiDict
from wtforms import StringField
from wtforms.validators import ValidationError

# Bidirectional overrides, zero-width and tag characters let a name look like another one.
_INVISIBLE = dict.fromkeys(
    [0x200B, 0x2060, 0xFEFF, *range(0x202A, 0x202F), *range(0x2066, 0x206A), *range(0xE0000, 0xE0080)]
)
# Control characters but tabs and ends of lines, and halves of surrogate pairs.
_UNSTORABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
# What WTForms says by itself; listed here because its own catalogs have no Hindi.
BUILT_IN = (
    _("This field is required."),
    _("Not a valid choice."),
    _("Not a valid choice"),
    _("Invalid Choice: could not coerce."),
    _("Not a valid integer value."),
    _("Not a valid decimal value."),
    _("Not a valid float value."),
    _("Not a valid date value."),
    _("Not a valid datetime value."),
    _("Not a valid time value."),
    _("Invalid input."),
    _("Invalid value, must be one of: %(values)s."),
    _("Number must be between %(min)s and %(max)s."),
    _("Number must be at least %(min)s."),
    _("Number must be at most %(max)s."),
    _("Invalid URL."),
    _("Invalid email address."),
)


def is_storable(text: str) -> bool:
    """False for NUL and other control characters and for lone surrogates, which PostgreSQL refuses."""
    return not _UNSTORABLE.search(text)


def clean(text: str) -> str:
    """Trimmed text in NFC without invisible characters that disguise a name; joiners of Indic scripts stay."""
    kept = text.translate(_INVISIBLE)
    return unicodedata.normalize("NFC", kept).strip() if is_storable(kept) else kept.strip()


def _clean_filter(value: Any) -> Any:
    return clean(value) if isinstance(value, str) else value


def storable(_form: Any, field: Any) -> None:
    """WTForms validator: refuse what a database would refuse."""
    if isinstance(field.data, str) and not is_storable(field.data):
        raise ValidationError(_("This text has characters that cannot be stored. Please type it again."))


class Catalog:
    """WTForms' own messages out of our catalog."""

    gettext = staticmethod(gettext)

    @staticmethod
    def ngettext(singular: str, plural: str, n: int) -> str:
        """The text as it stands in the catalog: WTForms puts its own numbers in."""
        return str(get_domain().get_translations().ungettext(singular, plural, n))


class BaseForm(FlaskForm):
    """Base of all forms."""

    class Meta(FlaskForm.Meta):
        def get_translations(self, form: Any) -> Catalog:
            return Catalog()

        def wrap_formdata(self, form: Any, formdata: Any) -> Any:
            """Read no JSON, which Flask-WTF would take in any shape; such a request has sent no field."""
            if formdata is not None and request and request.is_json and not request.form:
                return formdata if isinstance(formdata, MultiDict) else None
            return super().wrap_formdata(form, formdata)

        def bind_field(self, form: Any, unbound_field: Any, options: dict[str, Any]) -> Any:
            """Clean and check every text field, whatever its author remembered."""
            if issubclass(unbound_field.field_class, StringField):
                # What is given here stands in place of the field's own filters, so they have to be in it.
                own = unbound_field.kwargs.get("filters", ())
                options = {**options, "filters": [_clean_filter, *options.get("filters", ()), *own]}
            return super().bind_field(form, unbound_field, options)

    def validate(self, extra_validators: Any = None) -> bool:
        extra = {name: list(checks) for name, checks in (extra_validators or {}).items()}
        for name, field in self._fields.items():
            if isinstance(field, StringField):
                extra.setdefault(name, []).append(storable)
        return bool(super().validate(extra))
