"""Answers as mail programs write them: what is new is kept to the letter, what is quoted is not."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.conversations.cutting import cut
from app.inbound import parsing

REPLIES = Path(__file__).with_name("replies")


@pytest.mark.parametrize("name", sorted(path.stem for path in REPLIES.glob("*.eml")))
def test_an_answer_is_what_its_writer_wrote(name: str) -> None:
    letter = parsing.read((REPLIES / f"{name}.eml").read_bytes())
    assert cut(letter.text) == (REPLIES / f"{name}.txt").read_text().rstrip("\n")


@pytest.mark.parametrize(
    "text",
    [
        "I wrote: we can.",
        "On reflection, yes.\nOn Tuesday too.",
        "Subject: to contract, we agree.",
        "-- but no more than two",
        "a > b, as you said",
        "Our lab head wrote:\n\nWe can test 300 wafers in March.",
        "मंत्रालय ने लिखा:\nलाइसेंस नहीं चाहिए।",
        "Part one.\n________________________\nPart two: 4 USD.",
        "Part one.\n--\nPart two: 4 USD.",
        "Please ship\nFrom: Pune\nTo: Austin\nDate: 3 March\n\nCall me before.",
        "The papers go out on Friday.\nSent via DHL, number 1234",
    ],
)
def test_words_that_look_like_a_quote_are_kept(text: str) -> None:
    assert cut(text) == text


@pytest.mark.parametrize(
    "bit", ["On ", "From: ", "> ", "On a wrote:\n", "--\n", "On " + "a " * 400 + "\n", " " * 99]
)
def test_a_hostile_text_comes_to_an_end(bit: str) -> None:
    # A pattern that goes back and forth would not come to an end here.
    assert cut("Yes.\n" + (bit * (100_000 // len(bit)))).startswith("Yes.")
