"""Parts of a page that are the same for everybody are rendered once, and never shown when they are out of date."""

from markupsafe import Markup

from app.db import db
from app.directory.kept import MOST_CHARACTERS, Kept
from app.organizations.models import Organization, ProfileState


def test_a_part_is_rendered_once_until_it_is_made_of_something_else() -> None:
    kept, rendered = Kept(), []

    def render() -> Markup:
        rendered.append(1)
        return Markup("%d") % len(rendered)

    parts = [kept.part(made_of, render) for made_of in ("a", "a", "b", "a")]
    assert parts == ["1", "1", "2", "1"]


def test_what_was_asked_for_longest_ago_is_forgotten_and_what_is_huge_is_not_kept() -> None:
    kept = Kept(most=2)
    for made_of in ("a", "b", "a", "c"):
        kept.part(made_of, lambda: Markup("old"))
    huge = Markup("x") * (MOST_CHARACTERS + 1)
    kept.part("d", lambda: huge)
    assert [kept.part(made_of, lambda: Markup("new")) for made_of in ("a", "d", "b")] == ["old", "new", "new"]


def test_a_changed_text_is_read_at_once_in_each_language_and_who_left_is_gone(app, client, world) -> None:
    made = [world.organization(name=name, summary="Old words") for name in ("Alpha", "Beta")]
    english, hindi = {"Accept-Language": "en"}, {"Accept-Language": "hi"}
    first = [client.get("/organizations", headers=headers).text for headers in (english, hindi, english)]
    assert [page.count("Old words") for page in first] == [2, 2, 2]
    assert ["भारत" in page for page in first] == [False, True, False]
    with app.app_context():
        alpha, beta = (db.session.get_one(Organization, one.id) for one in made)
        # Nothing tells the directory of it: only the rows themselves do.
        alpha.summary = "New words"
        beta.state = ProfileState.DRAFT
        db.session.commit()
    page = client.get("/organizations", headers=english).text
    assert "New words" in page
    assert "Old words" not in page
    assert "Beta" not in page
