"""What people may say about claims and verifications."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import DateField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional, ValidationError

from app import clock
from app.claims import services, words
from app.claims.models import LONGEST_EVIDENCE, LONGEST_NOTE, LONGEST_VALUE, Proof, Source, Subject
from app.claims.verifying import BY_PEOPLE
from app.forms import BaseForm
from app.organizations import fields
from app.organizations.models import Verification

LEVELS = range(1, 10)
LAST_DAY = date(2100, 1, 1)


class StateForm(BaseForm):
    """A claim that the profile's form does not ask for."""

    subject = SelectField(
        _("What is it about?"),
        choices=fields.options(
            [("", _("Not chosen")), *((one.value, words.SUBJECTS[one]) for one in services.STATED_HERE)]
        ),
        validators=[InputRequired(_("Choose what it is about."))],
    )
    value = StringField(
        _("What do you state?"),
        description=_(
            "A technology readiness level is a number from 1 to 9. A capacity is like “40 handlers, 2 shifts”."
        ),
        validators=[
            InputRequired(_("Type what you state.")),
            Length(max=LONGEST_VALUE, message=_("At most %(max)d characters.")),
        ],
    )

    def validate_value(self, field: Any) -> None:
        text = str(field.data or "")
        is_level = text.isascii() and text.isdigit() and len(text) == 1 and int(text) in LEVELS
        if self.subject.data == Subject.TRL and not is_level:
            raise ValidationError(_("A technology readiness level is a whole number from 1 to 9."))


class EvidenceForm(BaseForm):
    """What a claim rests on."""

    source = SelectField(
        _("What does it rest on?"),
        choices=fields.options((one.value, words.SOURCES[one]) for one in Source),
        validators=[InputRequired(_("Choose what it rests on."))],
    )
    evidence = TextAreaField(
        _("Where can it be seen?"),
        description=_(
            "A web address, or the number and issuer of a document. Program managers read it, nobody else."
        ),
        validators=[
            InputRequired(_("Say where it can be seen.")),
            Length(max=LONGEST_EVIDENCE, message=_("At most %(max)d characters.")),
        ],
    )
    valid_until = DateField(
        _("Valid until"), description=_("Leave it empty if it has no end."), validators=[Optional()]
    )

    def validate_valid_until(self, field: Any) -> None:
        if field.data is not None and not clock.now().date() <= field.data < LAST_DAY:
            raise ValidationError(_("Choose a day that is still to come."))


class _Noted(BaseForm):
    note = StringField(
        _("What did you see, and where?"),
        validators=[
            InputRequired(_("Say what you saw; the next reader relies on it.")),
            Length(max=LONGEST_NOTE, message=_("At most %(max)d characters.")),
        ],
    )


class ProofForm(_Noted):
    """What a verifier saw of one claim."""

    proof = RadioField(
        _("What did you do?"),
        choices=fields.options(
            [
                (Proof.DOCUMENT_SEEN.value, _("I saw the document")),
                (Proof.CONFIRMED.value, _("Its issuer or a register confirmed it to me")),
            ]
        ),
        validators=[InputRequired(_("Choose one."))],
    )


class LevelForm(_Noted):
    """How far a verifier checked the organization itself."""

    level = RadioField(
        _("How far did you check?"),
        choices=fields.options((one.value, words.LEVELS[one]) for one in BY_PEOPLE),
        validators=[InputRequired(_("Choose one."))],
    )

    @property
    def chosen(self) -> Verification:
        return Verification(self.level.data)
