"""Texts of templates come out of the catalog as Jinja's own way would give them."""

import pytest
from flask import Flask, render_template_string
from flask_babel import force_locale, gettext, lazy_gettext

from app.speech import QuickBabel, number


@pytest.fixture
def speaking() -> Flask:
    app = Flask("app")
    QuickBabel().init_app(app, default_locale="en_IN")
    return app


@pytest.mark.parametrize(
    ("template", "said"),
    [
        ("{{ _('50%%') }}", "50%"),
        ("{{ _('For %(name)s', name=name) }}", "For &lt;b&gt;"),
        ("{{ _('<b>bold</b>') }}", "<b>bold</b>"),
        ("{% trans %}<b>{{ name }}</b>{% endtrans %}", "<b>&lt;b&gt;</b>"),
        ("{{ ngettext('one', '%(num)s of %(name)s', 2, name=name) }}", "2 of &lt;b&gt;"),
        ("{% trans n=1 %}one{% pluralize %}{{ n }}{% endtrans %}", "one"),
        ("{% autoescape false %}{{ _('For %(name)s', name=name) }}{% endautoescape %}", "For <b>"),
    ],
)
def test_what_is_put_into_a_text_is_escaped_where_the_template_is(
    speaking: Flask, template: str, said: str
) -> None:
    with speaking.test_request_context():
        assert render_template_string(template, name="<b>") == said


def test_another_language_is_spoken_as_soon_as_it_is_chosen(speaking: Flask) -> None:
    lazy = lazy_gettext("Directory")
    with speaking.test_request_context():
        english = gettext("Directory"), str(lazy), render_template_string("{{ _('Directory') }}")
        with force_locale("hi"):
            hindi = gettext("Directory"), str(lazy), render_template_string("{{ _('Directory') }}")
        again = gettext("Directory"), str(lazy), render_template_string("{{ _('Directory') }}")
    assert english == again == ("Directory",) * 3
    assert set(hindi) != {"Directory"}
    assert len(set(hindi)) == 1


def test_numbers_are_grouped_as_their_language_does(speaking: Flask) -> None:
    with speaking.test_request_context():
        indian = number(1234567)
        with force_locale("en_US"):
            american = number(1234567)
    assert (indian, american) == ("12,34,567", "1,234,567")
