"""What steps that ask for amounts have in common."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _
from wtforms.validators import ValidationError

from app.money import amount_words
from app.organizations import fields
from app.organizations.models import Organization
from app.organizations.step_forms import StepForm


class DetailForm(StepForm):
    """The step that differs by kind. `AMOUNTS` has each amount and the field of its currency; empty: always rupees."""

    AMOUNTS: dict[str, str] = {}
    # Lists that are typed one a line.
    LINES: frozenset[str] = frozenset()
    FOLDED_TITLE = _("More, if you like")
    FOLDED_LANGUAGE = ""

    @classmethod
    def saved(cls, organization: Organization) -> dict[str, Any]:
        amounts = {
            name: amount_words(
                getattr(organization, name), getattr(organization, currency) if currency else "INR"
            )
            for name, currency in cls.AMOUNTS.items()
        }
        lines = {name: "\n".join(getattr(organization, name) or []) for name in cls.LINES}
        return {**super().saved(organization), **amounts, **lines}

    def validate(self, extra_validators: Any = None) -> bool:
        present = self.AMOUNTS.keys() & self._fields.keys()
        extra = {**(extra_validators or {}), **{name: [_in_one_currency] for name in present}}
        return super().validate(extra)

    def values(self) -> dict[str, Any]:
        found = super().values()
        for name in self.AMOUNTS.keys() & found.keys():
            found[name], currency = self[name].minor, self.AMOUNTS[name]
            if currency and found[name] is not None and not found.get(currency):
                found[currency] = self[name].currency
        for name in self.LINES & found.keys():
            found[name] = (found[name] or "").splitlines()
        return found


def _in_one_currency(form: Any, field: fields.AmountField) -> None:
    """An amount names its currency, or it is chosen; never two different ones."""
    if field.minor is None:
        return
    chosen_in = form.AMOUNTS[field.name]
    chosen = (form[chosen_in].data or None) if chosen_in else "INR"
    if field.currency and chosen and field.currency != chosen:
        raise ValidationError(
            _("The amount names another currency than the one chosen above.")
            if chosen_in
            else _("Give this amount in rupees.")
        )
    if not (field.currency or chosen):
        raise ValidationError(_("Choose the currency above."))


def in_order(low: fields.AmountField, high: fields.AmountField, message: Any) -> None:
    """Raise `ValidationError` when the first amount is above the second, or in another currency."""
    if low.minor is None or high.minor is None:
        return
    if low.currency and high.currency and low.currency != high.currency:
        raise ValidationError(_("Both amounts need the same currency."))
    if low.minor > high.minor:
        raise ValidationError(message)
