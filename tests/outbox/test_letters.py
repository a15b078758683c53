"""Every kind of mail: how it looks is written down, and what mail servers look at is right."""

from __future__ import annotations

import re
from collections.abc import Iterator
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default

import pytest

from app.outbox.models import Email, MailCategory
from app.outbox.signing import SIGNED
from tests.outbox import letters, signatures

HEADER_CHECKS = (
    "one From, of the domain that signs",
    "one To, the recipient",
    "Date is when it was written",
    "Message-ID is the row's, under our host",
    "Subject is one line with words",
    "text and html in 7 bits, no line too long",
    "List-Id as RFC 2919 has it",
    "unsubscribe by one click, but for account mail",
    "Auto-Submitted, and marks against loops",
    "genuine, with every one of these signed",
)


@pytest.fixture(scope="module")
def written() -> Iterator[dict[str, Email]]:
    with letters.own_app() as app, letters.written_all(app) as found:
        yield found


def parsed(raw: bytes) -> EmailMessage:
    letter = BytesParser(policy=default).parsebytes(raw)
    assert isinstance(letter, EmailMessage)
    return letter


def test_every_kind_of_mail_has_a_letter_here() -> None:
    missing = letters.kinds() - set(letters.LETTERS)
    assert not missing, "write one of this kind in tests/outbox/letters.py"


@pytest.mark.parametrize("kind", sorted(letters.LETTERS))
def test_a_letter_looks_as_written_down(kind, written) -> None:
    email = written[kind]
    for path, words in zip(letters.files_of(kind), (email.text, email.html), strict=True):
        is_same = path.exists() and path.read_text() == letters.settled(words)
        assert is_same, (
            f"{path.name} is another: python -m tests.outbox.letters --renew, and look at the difference"
        )


@pytest.mark.parametrize("kind", sorted(letters.LETTERS))
def test_the_ten_header_checks_hold(kind, written) -> None:
    email = written[kind]
    raw = letters.signed(email)
    letter = parsed(raw)
    bodies = {form: letter.get_body((form,)).get_content() for form in ("plain", "html")}
    is_account = email.category is MailCategory.ACCOUNT
    unsubscribing = (letter["List-Unsubscribe"], letter["List-Unsubscribe-Post"])
    by_click = re.fullmatch(r"<https://sangam\.example/\S+>", unsubscribing[0] or "") is not None
    present = {name.lower() for name in letter} & set(SIGNED)
    holds = (
        [a.domain for a in letter["From"].addresses] == ["sangam.example"],
        [a.addr_spec for a in letter["To"].addresses] == [email.to_address],
        letter["Date"].datetime == email.created_at.replace(microsecond=0),
        re.fullmatch(r"<[\w-]{20,}@sangam\.example>", email.message_id) is not None
        and letter["Message-ID"] == email.message_id,
        bool(str(letter["Subject"]).strip()) and "\n" not in str(letter["Subject"]),
        all(text.strip() for text in bodies.values())
        and raw.isascii()
        and max(map(len, raw.split(b"\r\n"))) < 998,
        re.fullmatch(r"<[a-z0-9.-]+\.sangam\.example>", letter["List-Id"]) is not None,
        unsubscribing == (None, None)
        if is_account
        else by_click and unsubscribing[1] == "List-Unsubscribe=One-Click",
        (letter["Auto-Submitted"], letter["X-Sangam-Loop"]) == ("auto-generated", "sangam.example"),
        signatures.is_genuine(raw, letters.signer().record()[1])
        and present <= set(signatures.signed_headers(raw)),
    )
    assert [check for check, held in zip(HEADER_CHECKS, holds, strict=True) if not held] == []


@pytest.mark.parametrize("kind", sorted(letters.LETTERS))
def test_a_letter_asks_nothing_of_the_outside_and_reads_without_its_html(kind, written) -> None:
    email = written[kind]
    assert not re.findall(r"<(?:link|script|iframe|form)\b[^>]*", email.html)
    for image in re.findall(r"<img\b[^>]*", email.html):
        assert 'src="data:' in image or 'src="cid:' in image, "an image from outside tells who opens it"
        assert "alt=" in image
    assert "@import" not in email.html
    assert not re.search(r"</?[a-z]+\d?(?: [^<>@]*)?>", email.text), "markup in the text"
    assert "&#" not in email.text
    assert "&amp;" not in email.text
    for url in re.findall(r'href="(https://[^"]+)"', email.html):
        assert url.replace("&amp;", "&") in email.text, "what one can do by html, one can do by text"


def test_hindi_letters_say_so() -> None:
    with letters.own_app() as app, letters.written_all(app, locale="hi") as found:
        for email in found.values():
            assert 'lang="hi"' in email.html
            parsed(letters.signed(email))
