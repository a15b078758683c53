"""Mail signed with a key of the settings, and what happens when the key is none."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.outbox import delivery
from app.outbox.envelope import bounced_id
from app.outbox.models import MailState
from app.outbox.signing import signer_for
from config import Settings, SettingsError
from tests.outbox import signatures

# Made for the tests; signs nothing anywhere.
KEY = Path(__file__).with_name("dkim.pem")


def test_a_signed_mail_is_genuine_until_one_letter_is_another(write, sink, mail_to, deliver, app) -> None:
    mail_to(f"smtp://127.0.0.1:{sink.port}", dkim_key=str(KEY))
    write(to_name="Zoë", text="One\n\n.two  \n\n\n", unsubscribe_url="https://sangam.example/u/" + "k" * 60)
    deliver()
    (raw,) = sink.raw
    _, record = signer_for(app.config["SETTINGS"]).record()
    assert signatures.is_genuine(raw, record)
    assert {"list-unsubscribe", "list-unsubscribe-post", "from", "auto-submitted"} <= set(
        signatures.signed_headers(raw)
    )
    assert signatures.signed_headers(raw).count("list-unsubscribe-post") == 2, "another one may be added"
    for old, new in (
        (b"One", b"Two"),
        (b"One-Click", b"Two-Click"),
        (b"Zo", b"Xo"),
        (b"\r\nTo:", b"\r\nCc:"),
    ):
        assert not signatures.is_genuine(raw.replace(old, new, 1), record), old


def test_the_envelope_tells_which_mail_comes_back(write, sink, deliver, app, monkeypatch) -> None:
    senders = []

    async def note(server, session, envelope, address, _options) -> str:
        envelope.mail_from = address
        senders.append(address)
        return "250 OK"

    monkeypatch.setattr(sink, "handle_MAIL", note, raising=False)
    email = write()
    deliver()
    local, _, host = senders[0].rpartition("@")
    assert (bounced_id(local, app.config["SECRET_KEY"]), host) == (email.id, "sangam.example")
    assert bounced_id(local.upper(), app.config["SECRET_KEY"]) == email.id
    assert bounced_id(local, "another secret") is None
    assert (
        bounced_id(local[:-1] + "0" if local[-1] != "0" else local[:-1] + "1", app.config["SECRET_KEY"])
        is None
    )


@pytest.mark.parametrize(
    "key", ["/nowhere/dkim.pem", "-----BEGIN PRIVATE KEY-----\nx\n-----END PRIVATE KEY-----"]
)
def test_with_a_key_that_is_none_mail_waits_instead_of_going_unsigned(
    write, sink, mail_to, deliver, row, key, monkeypatch
) -> None:
    monkeypatch.setattr(delivery, "LONGEST_PAUSE", 0.0)
    mail_to(f"smtp://127.0.0.1:{sink.port}", dkim_key=key)
    email = write()
    deliver()
    assert (row(email).state, row(email).attempts) == (MailState.WAITING, 0)
    with pytest.raises(SettingsError, match="DKIM_KEY"):
        signer_for(Settings(dkim_key=key))


def test_the_key_may_stand_in_the_setting_itself() -> None:
    by_path = signer_for(Settings(dkim_key=str(KEY)))
    for text in (KEY.read_text(), KEY.read_text().replace("\n", "\\n")):
        assert signer_for(Settings(dkim_key=text)).record() == by_path.record()


def test_the_command_prints_the_record_for_the_name_server(app, mail_to) -> None:
    runner = app.test_cli_runner()
    assert runner.invoke(args=["mail", "key"]).exit_code == 1
    mail_to("smtp://127.0.0.1:1", dkim_key=str(KEY))
    said = runner.invoke(args=["mail", "key"]).output
    assert said.startswith('sangam._domainkey.sangam.example. IN TXT ( "v=DKIM1; k=rsa; p=MII')
