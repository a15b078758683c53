"""What people enter to begin a team, or to ask one more in."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import SelectField, SelectMultipleField, StringField
from wtforms.validators import DataRequired, Length, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from app.conversations.models import LONGEST_TITLE
from app.conversations.teams import FEWEST, MOST
from app.forms import BaseForm
from app.organizations.models import Organization


class TeamForm(BaseForm):
    title: Any = StringField(
        _("What it is about"),
        [
            DataRequired(_("Name what this is about.")),
            Length(max=LONGEST_TITLE, message=_("Use at most %(most)s characters.", most=LONGEST_TITLE)),
        ],
        render_kw={"maxlength": LONGEST_TITLE},
    )
    partners: Any = SelectMultipleField(
        _("Whom to ask"), coerce=int, widget=ListWidget(prefix_label=False), option_widget=CheckboxInput()
    )

    def offer(self, partners: Iterable[Organization]) -> None:
        """Who may be asked."""
        self.partners.choices = [(one.id, one.name) for one in partners]

    def validate_partners(self, field: Any) -> None:
        if not FEWEST <= len(set(field.data or ())) + 1 <= MOST:
            raise ValidationError(_("Choose two or three partners."))


class InviteForm(BaseForm):
    partner: Any = SelectField(_("Ask one more"), coerce=int)

    def offer(self, partners: Iterable[Organization]) -> None:
        """Who may be asked."""
        self.partner.choices = [(one.id, one.name) for one in partners]
