"""What people enter when they appeal or report."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import RadioField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]
from wtforms.validators import DataRequired, InputRequired, Length

from app.forms import BaseForm
from app.grievances.words import REASONS

LONGEST = 2000


def _text(label: Any, missing: Any) -> Any:
    too_long = _("Use at most %(most)s characters.", most=LONGEST)
    return TextAreaField(
        label,
        [DataRequired(missing), Length(max=LONGEST, message=too_long)],
        render_kw={"rows": 5, "maxlength": LONGEST},
    )


class ReportForm(BaseForm):
    reason: Any = RadioField(
        _("What is wrong"),
        [InputRequired(_("Choose what is wrong."))],
        choices=[SelectChoice(code.value, label) for code, label in REASONS.items()],
    )
    text = _text(_("What you have seen"), _("Write what you have seen."))


class AppealForm(BaseForm):
    text = _text(_("Why it should be looked at again"), _("Write why it should be looked at again."))
