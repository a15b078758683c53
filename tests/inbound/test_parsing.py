"""Whatever strangers send becomes bounded plain words, and nothing raises."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.inbound import parsing, plain
from tests.inbound.conftest import answer

HEAD = b"From: a@example.org\r\nMessage-ID: <1@example.org>\r\nSubject: Hi\r\n"


def nested(depth: int) -> bytes:
    """Multiparts in multiparts."""
    opening = b"".join(
        b"Content-Type: multipart/mixed; boundary=%d\r\n\r\n--%d\r\n" % (n, n) for n in range(depth)
    )
    return HEAD + opening + b"\r\nhello\r\n"


def forwarded(depth: int) -> bytes:
    return HEAD + b"Content-Type: message/rfc822\r\n\r\n" * depth + b"hello\r\n"


BOMBS = {
    "nested": nested(30_000),
    "just allowed nesting, and lines": nested(29) + b"\r\n" * 1_000_000,
    "forwarded": forwarded(30_000),
    "headers": HEAD + b"X-A: b\r\n" * 200_000 + b"\r\nhello",
    "one long header": HEAD + b"Subject: " + b"=?utf-8?q?" * 200_000 + b"\r\n\r\nhello",
    "long from": b"From: " + b"a<" * 500_000 + b"\r\n\r\nhello",
    "from of comments": b"From: " + b"(" * 500_000 + b"\r\n\r\nhello",
    "parts": HEAD + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + b"--b\r\n\r\nx\r\n" * 200_000,
    "ten megabytes": HEAD + b"\r\n" + b"word " * 2_000_000,
    "html in html": HEAD + b"Content-Type: text/html\r\n\r\n" + b"<div>" * 200_000 + b"hello",
    "table in table": HEAD + b"Content-Type: text/html\r\n\r\n" + b"<table><tr><td>" * 20_000 + b"hello",
    "slow charset": HEAD + b"Content-Type: text/plain; charset=punycode\r\n\r\n" + b"a" * 900_000 + b"-9",
    "boundary parameter": HEAD + b"Content-Type: multipart/mixed; " + b"a*0*=''b; " * 50_000 + b"\r\n\r\nx",
    "references": HEAD + b"References: " + b"<a@b> " * 200_000 + b"\r\n\r\nhello",
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_a_short_letter_or_a_fault(name) -> None:
    letter = parsing.read(BOMBS[name])
    assert len(letter.text) <= plain.LONGEST_TEXT
    assert len(letter.subject) <= 250


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\x00" * 100,
        b"\xff\xfe\r\n\r\n",
        b"From\r\n",
        b"From: \xff@\xfe\r\n\r\n\xff",
        b"From: =?x?b?!!!?= <a@b.org>\r\nSubject: =?utf-8?b?//\r\n\r\n",
        b"From: a@b.org\r\nContent-Type: multipart/mixed\r\n\r\nno boundary",
        b'From: a@b.org\r\nContent-Type: text/plain; charset="\x00"\r\n\r\nhello',
        b"From: a@b.org\r\nContent-Transfer-Encoding: base64\r\n\r\n!!!!",
        b"From: a@b.org\r\nContent-Transfer-Encoding: uuencode\r\n\r\nbegin 0\r\n\xff",
        b"From: [\r\nTo: [\r\nDate: 99999999999999999999\r\nMessage-ID: [\r\n\r\n",
        b"From: a@b.org\r\nSubject: \xed\xa0\x80\r\nContent-Type: text/plain; charset=utf-16\r\n\r\n\x00\xd8",
        b"Content-Type: message/delivery-status\r\n\r\n\r\n\r\n",
        b"Content-Type: multipart/report; boundary=b\r\n\r\n--b\r\nContent-Type: message/rfc822\r\n\r\n--b--",
    ],
)
def test_broken_mail_is_read_as_far_as_it_goes(raw) -> None:
    letter = parsing.read(raw)
    assert "\x00" not in letter.text + letter.subject + letter.from_address + letter.message_id
    (letter.text + letter.subject).encode()


@settings(max_examples=150, deadline=None)
@given(
    seed=st.integers(0, 2**32),
    head=st.sampled_from(["text/html", "multipart/mixed; boundary=b", "multipart/report; boundary=b"]),
)
def test_damaged_mail_raises_nothing(seed, head) -> None:
    chance = random.Random(seed)
    raw = bytearray(
        HEAD + f"Content-Type: {head}\r\n\r\n--b\r\n".encode() + answer().as_bytes() + b"\r\n--b--\r\n"
    )
    for _ in range(chance.randint(1, 30)):
        raw[chance.randrange(len(raw))] = chance.choice(b'\x00\xff\r\n:<>"=?;b-@ \x80')
    letter = parsing.read(bytes(raw))
    (letter.text + letter.subject + letter.from_address).encode()


@pytest.mark.parametrize(
    ("given_from", "found"),
    [
        ("Asha Rao <Asha@Example.org>", "asha@example.org"),
        ('"Rao, Asha" <asha@example.org>', "asha@example.org"),
        ("asha@example.org, eve@example.org", ""),
        ('"asha@example.org" <eve@evil.example>', "eve@evil.example"),
        ("asha@example.org <eve@evil.example>", ""),
        ("Asha", ""),
        ("", ""),
    ],
)
def test_the_sender_is_one_clear_address_or_none(given_from, found) -> None:
    raw = f"From: {given_from}\r\n\r\nhello".encode()
    assert parsing.read(raw).from_address == found
    twice = f"From: asha@example.org\r\nFrom: {given_from}\r\n\r\nhello".encode()
    assert parsing.read(twice).from_address == ""


def test_words_come_from_the_plain_part_else_from_the_page_and_files_are_counted() -> None:
    letter = answer()
    letter.add_alternative("<p>Tuesday <b>suits</b></p>", subtype="html")
    letter.add_attachment(b"%PDF", maintype="application", subtype="pdf", filename="a.pdf")
    found = parsing.read(letter.as_bytes())
    assert (found.text, found.files) == ("Tuesday suits us.", 1)
    page = answer()
    page.set_content("<style>p{}</style><p>Tuesday <b>suits</b></p><script>1</script>", subtype="html")
    assert parsing.read(page.as_bytes()).text == "Tuesday suits"


def test_encoded_words_and_charsets_are_read() -> None:
    letter = answer(Subject="नमस्ते, Zoë")
    letter.set_content("धन्यवाद ₹", charset="utf-8")
    found = parsing.read(letter.as_bytes())
    assert (found.subject, found.text) == ("नमस्ते, Zoë", "धन्यवाद ₹")
    latin = HEAD + b"Content-Type: text/plain; charset=windows-1252\r\n\r\n\x93quoted\x94"
    assert parsing.read(latin).text == "“quoted”"


@pytest.mark.parametrize(
    ("name", "value", "is_automatic"),
    [
        ("Auto_Submitted", "auto-replied", True),
        ("Auto_Submitted", "no", False),
        ("Precedence", "bulk", True),
        ("List_Id", "<x.example.org>", True),
        ("X_Autoreply", "yes", True),
        ("X_Mailer", "Outlook", False),
    ],
)
def test_what_programs_write_is_told_from_what_people_write(name, value, is_automatic) -> None:
    assert parsing.read(answer(**{name: value}).as_bytes()).is_automatic is is_automatic


def test_only_our_own_servers_word_on_the_sender_is_believed() -> None:
    raw = answer().as_bytes()
    own = b"Authentication-Results: mx.sangam.example; spf=pass (x) smtp.mailfrom=a; dkim=fail; dkim=pass; dmarc=pass\n"
    forged = b"Authentication-Results: mx.sangam.example; dmarc=pass\n"
    other = b"Authentication-Results: evil.example; dmarc=pass\n"
    assert parsing.read(own + raw, "mx.sangam.example").verdicts == {
        "spf": "pass",
        "dkim": "pass",
        "dmarc": "pass",
    }
    assert parsing.read(other + forged + raw, "mx.sangam.example").verdicts == {}
    assert parsing.read(own + raw, "").verdicts == {}
