"""What a person enters to send a file."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _
from flask_wtf.file import FileField, FileRequired
from werkzeug.datastructures import FileStorage
from wtforms import StringField
from wtforms.validators import Length, ValidationError

from app.forms import BaseForm

ENDINGS = (".csv", ".tsv", ".xlsx", ".jsonl", ".ndjson", ".json")


class UploadForm(BaseForm):
    """A file of organizations."""

    file = FileField(_("File"), [FileRequired(_("Choose a file."))])
    source = StringField(
        _("Where the rows come from"),
        [Length(max=80, message=_("Use at most %(max)d characters."))],
        description=_("For rows that do not say it themselves. May stay empty."),
    )

    def validate_file(self, field: Any) -> None:
        """Known by its ending; what is in it is looked at when it is read."""
        name = (field.data.filename or "").lower() if isinstance(field.data, FileStorage) else ""
        if name.endswith((".xls", ".xlsm", ".xlsb", ".ods")):
            raise ValidationError(_("Save the workbook as XLSX or CSV, and send that file."))
        if name and not name.endswith(ENDINGS):
            raise ValidationError(_("Send a CSV, XLSX or JSON Lines file."))
