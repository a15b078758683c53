"""A field whose choices are found by any word for them, and listed for those without JavaScript."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import SelectMultipleField
from wtforms.validators import ValidationError

from app.organizations import fields
from app.taxonomy import Term, technology_label
from app.taxonomy.finding import VOCABULARIES


class PickedField(SelectMultipleField):
    """Terms of one vocabulary: those within another term when it `has_list`, else all."""

    def __init__(self, label: Any, vocabulary: str, *, has_list: bool = False, **more: Any) -> None:
        self.vocabulary, self.has_list = vocabulary, has_list
        self.terms = {
            term.code: term for term in VOCABULARIES[vocabulary] if bool(term.within) or not has_list
        }
        choices = fields.options((code, term.label) for code, term in self.terms.items())
        super().__init__(label, [self._known], choices=choices, validate_choice=False, **more)

    @staticmethod
    def _known(_form: Any, field: Any) -> None:
        field.data = list(dict.fromkeys(field.data or []))
        if not field.terms.keys() >= set(field.data):
            raise ValidationError(_("One of the choices is not known. Choose again."))

    @property
    def chosen(self) -> list[Term]:
        """What is ticked now."""
        return [self.terms[code] for code in self.data or [] if code in self.terms]

    @property
    def groups(self) -> list[tuple[Any, list[Term]]]:
        """All that is not ticked, by the term it stands in; empty when there is no list."""
        found: dict[str, list[Term]] = {}
        for term in self.terms.values() if self.has_list else ():
            if term.code not in (self.data or []):
                found.setdefault(term.within, []).append(term)
        return [(technology_label(area), inside) for area, inside in found.items()]
