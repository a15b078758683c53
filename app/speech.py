"""Texts and numbers in the reader's language, found quickly: a page asks for hundreds, and most of them for the same ones."""

from __future__ import annotations

from functools import lru_cache
from types import SimpleNamespace
from typing import Any

import flask_babel
from babel.support import NullTranslations, Translations
from flask import Flask, g
from flask_babel import Babel, Domain, format_decimal, get_locale
from jinja2 import pass_eval_context
from jinja2.nodes import EvalContext
from markupsafe import Markup

_globals = g._get_current_object
_MOST_TEXTS = 5000


def _context() -> SimpleNamespace | None:
    """What Flask-Babel keeps for this request; None outside one."""
    try:
        kept = _globals().__dict__
    except RuntimeError:
        return None
    found: SimpleNamespace = kept.get("_flask_babel") or kept.setdefault("_flask_babel", SimpleNamespace())
    return found


# The same as its own, which goes through Flask's proxy four times: with hundreds of texts that is a tenth of a page.
flask_babel._get_current_context = _context


class QuickDomain(Domain):
    """Flask-Babel's, but it looks for the catalog of a request once, and again only after the language was changed."""

    def get_translations(self) -> Translations | NullTranslations:
        """The catalog of the language that is spoken now."""
        context = _context()
        if context is None:
            return NullTranslations()
        kept = context.__dict__
        spoken, catalog = kept.get("spoken_catalog", (None, None))
        if catalog is None or kept.get("babel_locale") is not spoken:
            catalog = super().get_translations()
            kept["spoken_catalog"] = (get_locale(), catalog)
        return catalog

    def gettext(self, string: str, **variables: Any) -> str:
        """A text in this language, its variables put in."""
        said = self.get_translations().ugettext(string)
        return said % variables if variables else said


class QuickBabel(Babel):
    """Flask-Babel with such a domain, and with shorter ways from a template to a text."""

    def init_app(self, app: Flask, *arguments: Any, **named: Any) -> None:
        """Attach to the app."""
        super().init_app(app, *arguments, **named)
        domain = QuickDomain(domain=app.extensions["babel"].default_domain)
        self.domain_instance = domain

        @pass_eval_context
        def gettext(context: EvalContext, text: str, /, **variables: Any) -> str:
            catalog = domain.get_translations()
            if not context.autoescape:
                return str(catalog.ugettext(text)) % variables
            if variables:
                return Markup(catalog.ugettext(text)) % variables  # noqa: S704 - ours; what is put in is escaped
            return _plain(catalog, text)

        @pass_eval_context
        def ngettext(context: EvalContext, one: str, many: str, num: int, /, **variables: Any) -> str:
            said = str(domain.get_translations().ungettext(one, many, num))
            given = {"num": num, **variables}
            return Markup(said) % given if context.autoescape else said % given  # noqa: S704 - the same

        app.jinja_env.globals |= {"gettext": gettext, "_": gettext, "ngettext": ngettext}


def _plain(catalog: Translations | NullTranslations, text: str) -> Markup:
    """A text without variables, as Jinja's newstyle gettext gives it; kept, since templates hold so many and no more."""
    kept: dict[str, Markup] = catalog.__dict__.setdefault("plain_texts", {})
    said = kept.get(text)
    if said is None:
        said = Markup(catalog.ugettext(text)) % {}  # noqa: S704 - ours, from a template
        if len(kept) < _MOST_TEXTS:
            kept[text] = said
    return said


def number(value: Any) -> str:
    """A number as the reader's language writes it."""
    return _whole(str(get_locale()), value) if type(value) is int else str(format_decimal(value))


@lru_cache(maxsize=4096)
def _whole(_locale: str, value: int) -> str:
    return str(format_decimal(value))
