"""What people enter in a conversation."""

from __future__ import annotations

import secrets
from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import HiddenField, TextAreaField
from wtforms.validators import DataRequired, Length

from app.conversations.models import LONGEST
from app.forms import BaseForm


class MessageForm(BaseForm):
    text: Any = TextAreaField(
        _("Your message"),
        [
            DataRequired(_("Write your message.")),
            Length(max=LONGEST, message=_("Use at most %(most)s characters.", most=LONGEST)),
        ],
        render_kw={"rows": 6, "maxlength": LONGEST},
    )
    form_key: Any = HiddenField(validators=[Length(max=64)], default=lambda: secrets.token_urlsafe(16))


class ReadForm(BaseForm):
    until: Any = HiddenField()

    def message_id(self) -> int:
        """The message that was the last on the page; 0 when the page did not say."""
        given = str(self.until.data or "")
        return int(given) if given.isascii() and given.isdecimal() and len(given) < 19 else 0
