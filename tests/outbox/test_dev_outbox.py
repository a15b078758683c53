"""`/dev/outbox`: mail written to files, in the browser."""

from __future__ import annotations

from pathlib import Path

import pytest

from app import create_app
from app.outbox.models import MailState
from config import Settings

PAGE = "/dev/outbox"


def names(app) -> list[str]:
    folder = Path(app.config["SETTINGS"].mail_url.removeprefix("file://"))
    return sorted(path.name for path in folder.iterdir())


def test_an_empty_outbox_says_what_to_do(client) -> None:
    page = client.get(PAGE)
    assert page.status_code == 200
    assert "No mail yet" in page.text


def test_mails_are_listed_newest_first_and_open(app, client, write, deliver, row) -> None:
    first = write(subject="The first", to_name="Asha <b>")
    write(subject="The second <script>")
    deliver()
    assert row(first).state is MailState.SENT
    text = client.get(PAGE).text
    assert text.index("The second") < text.index("The first")
    assert "<script>" not in text.split("<main")[1]
    name = names(app)[0]
    assert f"{PAGE}/{name}" in text
    shown = client.get(f"{PAGE}/{name}").text
    assert "Asha &lt;b&gt;" in shown
    assert first.message_id.strip("<>") in shown


def test_links_in_the_text_can_be_followed(app, client, write, deliver) -> None:
    write(text="Confirm: http://localhost/confirm/abc_-123\n<script>alert(1)</script>\n")
    deliver()
    shown = client.get(f"{PAGE}/{names(app)[0]}").text
    assert 'href="http://localhost/confirm/abc_-123"' in shown
    assert "<script>alert(1)" not in shown


def test_the_html_of_a_mail_is_shown_without_any_rights(app, client, write, deliver) -> None:
    write(html="<script>alert(1)</script><p>Hello</p>")
    deliver()
    page = client.get(f"{PAGE}/{names(app)[0]}/html")
    assert "<p>Hello</p>" in page.text
    policy = page.headers["Content-Security-Policy"]
    assert policy == "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox"


def test_a_mail_written_twice_is_one_file(app, client, write, deliver) -> None:
    email = write()
    deliver()
    with app.app_context():
        from app.db import db
        from app.outbox.models import Email

        again = db.session.get_one(Email, email.id)
        again.state = MailState.WAITING
        db.session.commit()
    deliver()
    assert len(names(app)) == 1


@pytest.mark.parametrize(
    "name",
    ["..%2f..%2fconfig.py", "%2e%2e%2fsecret.eml", "..", "none.eml", "a.part", ".hidden.eml", "x%00.eml"],
)
def test_no_name_leads_out_of_the_folder(app, client, write, deliver, name) -> None:
    write()
    deliver()
    folder = Path(app.config["SETTINGS"].mail_url.removeprefix("file://"))
    (folder.parent / "secret.eml").write_text("Subject: treasure\n\ntreasure")
    (folder / ".hidden.eml").write_text("Subject: hidden\n\ntreasure")
    (folder / "a.part").write_text("treasure")
    for address in (f"{PAGE}/{name}", f"{PAGE}/{name}/html"):
        page = client.get(address)
        assert page.status_code in {404, 308}
        assert "treasure" not in page.text


def test_a_broken_file_is_shown_as_far_as_it_goes(app, client) -> None:
    folder = Path(app.config["SETTINGS"].mail_url.removeprefix("file://"))
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "20261122-000000-1.eml").write_bytes(b"\xff\xfe not a mail\r\n\r\n\x00")
    assert client.get(PAGE).status_code == 200
    assert client.get(f"{PAGE}/20261122-000000-1.eml").status_code == 200


def test_where_mail_is_really_sent_there_is_no_such_page() -> None:
    app = create_app(Settings(environment="test", mail_url="smtp://127.0.0.1:25", database_url="sqlite://"))
    assert app.test_client().get(PAGE).status_code == 404


def test_a_folder_that_cannot_be_written_makes_mails_wait(write, mail_to, deliver, row, tmp_path) -> None:
    (tmp_path / "file").write_text("in the way")
    mail_to(f"file://{tmp_path}/file/outbox")
    email = write()
    deliver()
    assert (row(email).state, row(email).attempts) == (MailState.WAITING, 0)


def test_each_kind_of_mail_can_be_looked_at(client) -> None:
    assert "/dev/mails/accounts.confirm" in client.get("/dev/mails").text
    assert "Stop these letters" not in client.get("/dev/mails/accounts.confirm").text
    page = client.get("/dev/mails/accounts.confirm/html")
    assert page.headers["Content-Security-Policy"].endswith("sandbox")
    assert client.get("/dev/mails/..%2fdkim").status_code == 404
    assert client.get("/dev/mails/accounts.none").status_code == 404
