"""Texts quoted of a partner do not tell who it is."""

from __future__ import annotations

import pytest

from app.introductions.withholding import unnamed
from app.organizations.models import Organization

ZEPHYRINE = Organization(name="Zephyrine Wafers Pvt. Ltd.", website="https://www.zephyrine.example/about")


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("Zephyrine Wafers Pvt. Ltd. needs copper", "… needs copper"),
        ("zephyrine  wafers needs copper", "… needs copper"),
        ("We at Zephyrine Wafers' plant", "We at …' plant"),
        ("See zephyrine.example for more", "See … for more"),
        ("See https://other.example/x?y=1 or www.other.example now", "See … or … now"),
        ("Write to bo@mail.example.org or call +1 (555) 010-9999.", "Write to … or call …."),
        ("300 mm wafers, 5,000 a month, since 2014-2016", "300 mm wafers, 5,000 a month, since 2014-2016"),
    ],
)
def test_names_hosts_addresses_and_phone_numbers_are_left_out(text, kept):
    assert unnamed([text], ZEPHYRINE) == [kept]


@pytest.mark.parametrize("name", ["A+ (India) [Labs]", "C*", "AB", "Ltd."])
def test_names_with_signs_or_of_few_letters_do_no_harm(name):
    assert unnamed(["plain words"], Organization(name=name)) == ["plain words"]
