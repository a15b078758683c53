"""Answering the mail answers the conversation; whatever else comes to its address does no harm."""

from __future__ import annotations

from email import message_from_bytes

import sqlalchemy as sa

from app.conversations import taking, tokens
from app.db import db
from app.inbound.models import InboundState
from app.organizations.models import Membership
from app.outbox.message import message

QUOTE = "\n\nOn Mon, 23 Nov 2026 at 09:12, Sangam <no-reply@sangam.example> wrote:\n> Hello\n> there\n"


def first_letter(talk):
    talk.write(talk.pair.asha, "Could you test 300 wafers?")
    return talk.letters()[-1]


def test_an_answer_to_the_mail_lands_in_the_thread_without_its_quote(talk) -> None:
    letter = first_letter(talk)
    taken = talk.answer(letter, f"Yes, in March.{QUOTE}")
    assert taken.state is InboundState.TAKEN
    _, said = talk.messages()
    assert said.text == "Yes, in March."
    assert (said.author_id, said.organization_id) == (talk.pair.bo.id, talk.pair.us.id)
    back = talk.letters()[-1]
    assert back.to_address == talk.pair.asha.email
    assert talk.answer(back, "Thank you.").state is InboundState.TAKEN
    assert [one.text for one in talk.messages()][-1] == "Thank you."


def test_letters_of_one_conversation_hang_together(talk) -> None:
    first = first_letter(talk)
    talk.write(talk.pair.asha, "Or 200?")
    second = talk.letters()[-1]
    assert second.in_reply_to == first.message_id
    sent = message_from_bytes(
        message(second, "Sangam <no-reply@sangam.example>", "sangam.example").as_bytes()
    )
    assert sent["In-Reply-To"] == first.message_id
    assert sent["Reply-To"] == second.reply_to


def test_somebody_elses_address_is_refused_and_the_person_told_once(talk) -> None:
    letter = first_letter(talk)
    for text in ("Send money", "Send more money"):
        refused = talk.answer(letter, text, sender="thief@example.net")
        assert refused.state is InboundState.REFUSED
    assert len(talk.messages()) == 1
    [told] = talk.letters("message-not-taken")
    assert told.to_address == talk.pair.bo.email


def test_a_made_up_address_is_refused_and_nobody_told(talk) -> None:
    letter = first_letter(talk)
    thread = talk.messages()[0].thread_id
    for local in (f"thread+{thread}.{talk.pair.bo.id}.{'0' * 24}", f"thread+{thread}.1"):
        mail = letter.__class__(reply_to=f"{local}@{letter.reply_to.rpartition('@')[2]}", subject="x")
        mail.to_address, mail.message_id = talk.pair.bo.email, "<x@example.org>"
        assert talk.answer(mail, f"Hello {local}").state is InboundState.REFUSED
    assert len(talk.messages()) == 1
    assert talk.letters("message-not-taken") == []


def test_an_answer_of_a_program_is_not_posted(talk) -> None:
    letter = first_letter(talk)
    refused = talk.answer(letter, "I am away until Monday.", Auto_Submitted="auto-replied")
    assert refused.state is InboundState.REFUSED
    assert len(talk.messages()) == 1
    assert talk.letters("message-not-taken") == []


def test_our_own_mail_that_comes_back_is_not_posted(talk) -> None:
    letter = first_letter(talk)
    raw = message(letter, "Sangam <no-reply@sangam.example>", "sangam.example").as_bytes()
    assert talk.bring(raw, letter.reply_to, letter.to_address).state is not InboundState.TAKEN
    assert len(talk.messages()) == 1


def test_a_mail_that_is_delivered_twice_is_posted_once(talk) -> None:
    letter = first_letter(talk)
    for _ in range(2):
        talk.answer(letter, "Yes.")
    assert [one.text for one in talk.messages()] == ["Could you test 300 wafers?", "Yes."]


def test_a_mail_with_nothing_new_is_refused_with_a_word_to_its_writer(talk) -> None:
    refused = talk.answer(first_letter(talk), QUOTE)
    assert refused.state is InboundState.REFUSED
    [told] = talk.letters("message-not-taken")
    assert "nothing new" in told.text


def test_ten_megabytes_do_no_harm(talk) -> None:
    letter = first_letter(talk)
    refused = talk.answer(letter, "wafer " * 1_700_000)
    assert refused.state is InboundState.REFUSED
    assert len(talk.messages()) == 1


def test_a_mail_that_cannot_be_posted_keeps_no_later_one_back(talk, monkeypatch) -> None:
    letter = first_letter(talk)
    with monkeypatch.context() as broken:
        broken.setattr(taking.cutting, "cut", lambda _text: 1 / 0)
        assert talk.answer(letter, "Yes.").refused_because == "an error, which the log tells"
    assert talk.answer(letter, "Yes, again.").state is InboundState.TAKEN


def test_who_has_left_the_organization_writes_no_more(talk) -> None:
    letter = first_letter(talk)
    with talk.app.app_context():
        db.session.execute(sa.delete(Membership).where(Membership.user_id == talk.pair.bo.id))
        db.session.commit()
    assert talk.answer(letter, "Yes.").refused_because == "no longer one of its organizations"


def test_behind_a_closed_door_an_answer_is_refused_and_its_writer_told(talk) -> None:
    letter = first_letter(talk)
    talk.pair.browser(talk.pair.asha).post(f"{talk.url}/close")
    assert talk.answer(letter, "Yes.").state is InboundState.REFUSED
    assert "closed" in talk.letters("message-not-taken")[0].text


def test_the_address_survives_being_written_in_capitals_and_no_change() -> None:
    local = tokens.local_part(12, 34, "secret")
    assert len(local) <= 57
    assert tokens.read(local.upper(), "secret") == (12, 34)
    assert tokens.read(local[:-1] + ("0" if local[-1] != "0" else "1"), "secret") is None
    assert tokens.read(local, "another") is None
