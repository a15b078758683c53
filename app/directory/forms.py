"""What may be typed about a saved search."""

from __future__ import annotations

from flask_babel import lazy_gettext as _
from wtforms import BooleanField, HiddenField, StringField
from wtforms.validators import DataRequired, Length

from app.forms import BaseForm

LONGEST_NAME = 80
LONGEST_QUERY = 4000


class ChangeForm(BaseForm):
    """The name of a saved search, and whether its new hits are told."""

    name = StringField(
        _("Name"),
        [
            DataRequired(_("Give the search a name.")),
            Length(max=LONGEST_NAME, message=_("Use at most %(max)d characters.")),
        ],
    )
    notify = BooleanField(_("Tell me of new ones in the weekly letter"))


class SaveForm(ChangeForm):
    """A search as it stands in the address, and a name for it."""

    query = HiddenField(
        validators=[Length(max=LONGEST_QUERY, message=_("This search is too long to be kept."))]
    )
