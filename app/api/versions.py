"""If-Match: a change names the version it was made over."""

from __future__ import annotations

import re

from flask import request
from flask_babel import gettext as _

from app.api.problems import Problem, behind, invalid

_TAG = re.compile(r'"([0-9]{1,9})"', re.ASCII)


def seen(present: int) -> int:
    """The version named, when it is the present one; any will do for ``*``. Raises `Problem`."""
    sent = request.headers.get("If-Match", "").strip()
    if not sent:
        raise Problem(
            428, _("Send If-Match with the ETag of what you read, so that you overwrite nobody's change.")
        )
    if sent == "*":
        return present
    tag = _TAG.fullmatch(sent)
    if tag is None:
        raise invalid([("If-Match", 'must be an ETag like "3", or *')])
    if int(tag[1]) != present:
        raise behind()
    return present
