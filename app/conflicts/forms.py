"""What may be typed about conflicts of interest."""

from __future__ import annotations

from collections.abc import Iterable

from flask_babel import lazy_gettext as _
from wtforms import BooleanField, HiddenField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]
from wtforms.validators import DataRequired, InputRequired, Length
from wtforms.widgets import CheckboxInput

from app.conflicts import words
from app.conflicts.models import LONGEST_REASON, Basis
from app.forms import BaseForm

_SHORT = Length(max=LONGEST_REASON, message=_("Use at most %(max)d characters."))


class SearchForm(BaseForm):
    """A name to look for."""

    class Meta(BaseForm.Meta):
        csrf = False

    q = StringField(_("Name of the organization"), [Length(max=200)])


class DeclareForm(BaseForm):
    """Organizations, and what ties the person to them."""

    organizations = SelectMultipleField(
        _("Which of these?"),
        [DataRequired(_("Choose at least one organization."))],
        coerce=int,
        option_widget=CheckboxInput(),
    )
    basis = SelectField(
        _("What ties you to it?"),
        choices=[
            SelectChoice(basis.value, text)
            for basis, text in words.BASES.items()
            if basis is not Basis.RECUSAL
        ],
    )
    reason = StringField(
        _("In a few words, if you like"),
        [_SHORT],
        description=_("Program leads and administrators can read it."),
    )

    def offering(self, found: Iterable[tuple[int, str]]) -> DeclareForm:
        """The same with these organizations to choose from."""
        self.organizations.choices = [SelectChoice(id_, name) for id_, name in found]
        return self


class StatementForm(BaseForm):
    """The word that nothing is missing."""

    is_complete = BooleanField(
        _("My declarations are complete. When something changes I declare it before I open a case."),
        [InputRequired(_("Check the box if it is so."))],
    )
    then = HiddenField()


class RecuseForm(BaseForm):
    """From whom, and why."""

    organizations = SelectMultipleField(
        _("Who is it about?"),
        [DataRequired(_("Choose at least one organization."))],
        coerce=int,
        option_widget=CheckboxInput(),
    )
    reason = TextAreaField(
        _("Why do you step aside?"),
        [DataRequired(_("Say why you step aside.")), _SHORT],
        description=_("Program leads and administrators can read it; the organizations cannot."),
        render_kw={"rows": 2},
    )

    def about(self, sides: list[tuple[int, str]]) -> RecuseForm:
        """The same with the sides of a case; the only one is chosen already."""
        self.organizations.choices = [SelectChoice(id_, name) for id_, name in sides]
        if len(sides) == 1 and not self.is_submitted():
            self.organizations.data = [sides[0][0]]
        return self
