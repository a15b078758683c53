"""What a manager or an owner may say of a listing."""

from __future__ import annotations

from flask_babel import lazy_gettext as _
from wtforms import TextAreaField
from wtforms.validators import Length

from app.forms import BaseForm

MOST_COMMENT = 2000


class SubmitForm(BaseForm):
    """What was changed since the profile was returned."""

    note = TextAreaField(
        _("What did you change?"),
        [Length(max=MOST_COMMENT, message=_("Use at most %(max)d characters."))],
        render_kw={"rows": 3},
    )
