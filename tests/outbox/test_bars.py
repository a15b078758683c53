"""Numbers of a letter as a picture that goes with it."""

from __future__ import annotations

import struct
from email import message_from_bytes, policy

import pytest

from app import clock
from app.outbox import bars
from app.outbox.message import message
from app.outbox.models import Email, MailCategory


def letter_with(html: str) -> Email:
    return Email(
        key="digest:1:2026-W48",
        category=MailCategory.DIGEST,
        to_address="asha@example.org",
        to_name="",
        subject="Week",
        text="Week",
        html=html,
        message_id="<1@example.org>",
        created_at=clock.now(),
    )


def test_a_letter_carries_the_picture_its_html_shows_and_stays_readable_without_it() -> None:
    html = f'<p>Week</p><img src="{bars.address([2, 0, 12, 5])}" alt="2, 0, 12 and 5">'
    sent = message_from_bytes(bytes(message(letter_with(html), "a@b.org")), policy=policy.default)
    [picture] = [part for part in sent.walk() if part.get_content_type() == "image/png"]
    assert picture["Content-ID"].strip("<>") in html
    assert picture.get_content_disposition() == "inline"
    assert sent.get_body(("plain",)).get_content().strip() == "Week"
    assert "cid:" in sent.get_body(("html",)).get_content()
    assert "cid:" not in bars.shown_in(html)


def test_a_letter_without_numbers_has_no_picture() -> None:
    sent = message(letter_with('<p>src="cid:bars.1@elsewhere.example"</p>'), "a@b.org")
    assert not [part for part in sent.walk() if part.get_content_maintype() == "image"]


@pytest.mark.parametrize("numbers", [(0, 0, 0, 0), (2, 0, 12, 5), (bars.MOST, 1, 0, 4_567)])
def test_pictures_are_small_and_the_same_for_the_same_numbers(numbers) -> None:
    picture = bars.png(numbers)
    bars.png.cache_clear()
    assert bars.png(numbers) == picture
    assert len(picture) <= 10_240
    assert struct.unpack(">II", picture[16:24]) == (2 * bars.WIDTH, 2 * bars.HEIGHT)
