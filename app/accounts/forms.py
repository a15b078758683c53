"""What a person may enter about themselves."""

from __future__ import annotations

from functools import cache
from typing import Any
from zoneinfo import available_timezones

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms import BooleanField, EmailField, PasswordField, SelectField, StringField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]
from wtforms.validators import DataRequired, InputRequired, Length, ValidationError

from app.accounts import addresses, passwords
from app.accounts.models import User
from app.forms import BaseForm

# Hindi in its own script, for those who look for it on an English page.
LOCALES = {"en_IN": _("English (India)"), "en_US": _("English (United States)"), "hi": "हिन्दी"}
_INDIA = {"Asia/Kolkata": _("India")}
_UNITED_STATES = {
    "America/New_York": _("Eastern: New York"),
    "America/Chicago": _("Central: Chicago"),
    "America/Denver": _("Mountain: Denver"),
    "America/Phoenix": _("Mountain without summer time: Phoenix"),
    "America/Los_Angeles": _("Pacific: Los Angeles"),
    "America/Anchorage": _("Alaska: Anchorage"),
    "Pacific/Honolulu": _("Hawaii: Honolulu"),
    "America/Puerto_Rico": _("Atlantic: Puerto Rico"),
    "Pacific/Guam": _("Chamorro: Guam"),
}
_REGIONS = ("Africa", "America", "Antarctica", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific")


@cache
def _other_zones() -> tuple[tuple[str, str], ...]:
    others = available_timezones() - set(_INDIA) - set(_UNITED_STATES)
    named = (name for name in others if name.split("/")[0] in _REGIONS)
    return (*((name, name.replace("_", " ")) for name in sorted(named)), ("UTC", "UTC"))


def time_zone_choices() -> list[SelectChoice]:
    """The corridor's zones first, then all others."""
    groups = {
        gettext("India"): _INDIA,
        gettext("United States"): _UNITED_STATES,
        gettext("Other places"): dict(_other_zones()),
    }
    return [
        SelectChoice(zone, str(words), optgroup=group)
        for group, zones in groups.items()
        for zone, words in zones.items()
    ]


def locale_choices() -> list[SelectChoice]:
    return [SelectChoice(locale, str(words)) for locale, words in LOCALES.items()]


class SecretField(PasswordField):
    """A password is taken as typed: its spaces and invisible characters are part of it."""

    data: Any

    def __init__(self, *args: Any, filters: Any = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)


def is_address(_form: BaseForm, field: Any) -> None:
    """Refuse what mail cannot be sent to, and bring the rest into the form that is kept."""
    try:
        field.data = addresses.normalized(field.data)
    except ValueError:
        raise ValidationError(_("Give an e-mail address like name@example.org.")) from None


def is_one_line(_form: BaseForm, field: Any) -> None:
    if any(character in field.data for character in "\r\n\t"):
        raise ValidationError(_("Write this on one line."))


def _name() -> Any:
    checks = [
        DataRequired(_("Give your name.")),
        Length(max=120, message=_("A name has at most 120 characters.")),
        is_one_line,
    ]
    return StringField(_("Your name"), checks)


def _address(label: Any) -> Any:
    return EmailField(label, [DataRequired(_("Give an e-mail address.")), is_address])


def _locale() -> Any:
    return SelectField(_("Language"), choices=locale_choices)


class PersonalForm(BaseForm):
    """A form that knows whom it is about."""

    def __init__(self, user: User, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.user = user


class NewPasswordForm(PersonalForm):
    """Choose a password."""

    password = SecretField(
        _("New password"),
        [
            InputRequired(_("Choose a password.")),
            Length(passwords.SHORTEST, passwords.LONGEST, _("Use between 12 and 200 characters.")),
        ],
        description=_("At least 12 characters. A few words in a row are easy to keep in mind."),
    )

    def validate_password(self, field: Any) -> None:
        if passwords.has_few_characters(field.data):
            raise ValidationError(_("Use more different characters."))
        if passwords.is_common(field.data):
            raise ValidationError(_("This is one of the passwords that are tried first. Choose another one."))
        if passwords.is_about(field.data, self.user.name, self.user.email):
            raise ValidationError(_("This is too close to your name or address. Choose another one."))


class ResetForm(NewPasswordForm):
    """A new password, by a mailed link."""


class RegisterForm(BaseForm):
    """No password here: it is chosen once the address has proved to be theirs."""

    name = _name()
    email = _address(_("E-mail"))


class ConfirmForm(NewPasswordForm):
    time_zone: Any = SelectField(_("Time zone"), choices=time_zone_choices)
    locale = _locale()


class SignInForm(BaseForm):
    """Any text may be tried; whether it is an address is not for this form to say."""

    email: Any = EmailField(_("E-mail"), [InputRequired(_("Give your e-mail address."))])
    password = SecretField(_("Password"), [InputRequired(_("Give your password."))])


class ForgotForm(BaseForm):
    email = _address(_("E-mail"))


class SettingsForm(BaseForm):
    name = _name()
    locale = _locale()
    time_zone: Any = SelectField(
        _("Time zone"),
        choices=time_zone_choices,
        description=_("Meeting times follow it, and so does the hour of your weekly letter."),
    )
    wants_digest = BooleanField(_("Send me the weekly letter"))
    wants_match_mail = BooleanField(_("Write to me when a match waits for our answer"))
    wants_contact_mail = BooleanField(_("Write to me about introductions, meetings and results"))


class CurrentPasswordForm(PersonalForm):
    """Asks a signed-in person for their password once more."""

    current_password = SecretField(_("Your password now"), [InputRequired(_("Give your password."))])

    def validate_current_password(self, field: Any) -> None:
        if not passwords.is_right(self.user.password_hash, field.data):
            raise ValidationError(_("This is not your password."))


class ChangePasswordForm(CurrentPasswordForm, NewPasswordForm):
    """The password now, and the next one."""


class ChangeEmailForm(CurrentPasswordForm):
    email = _address(_("New e-mail"))


_LASTS = (("30", _("30 days")), ("90", _("90 days")), ("365", _("One year")))


class ApiTokenForm(CurrentPasswordForm):
    """A token for a program; the password is asked so that nobody makes one at a screen left open."""

    name = StringField(
        _("What is it for?"),
        [
            InputRequired(_("Name the program that uses it.")),
            Length(max=80, message=_("Use at most %(max)d characters.")),
        ],
        description=_("For example: nightly export to our own database"),
    )
    days: Any = SelectField(
        _("Works for"),
        choices=[SelectChoice(days, words) for days, words in _LASTS],
        default="90",
    )


class LanguageForm(BaseForm):
    locale = _locale()
