"""Each register's number: what passes, what fails, how it is stored, and what a stranger sees of it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.organizations import identifiers
from app.organizations.identifiers import Scheme, WrongIdentifier
from app.taxonomy import Country

PASSES = [
    (Scheme.CIN, "U72200KA2013PTC097389", "U72200KA2013PTC097389"),
    (Scheme.CIN, " l17110mh1973plc019786 ", "L17110MH1973PLC019786"),
    (Scheme.LLPIN, "AAB-1234", "AAB1234"),
    (Scheme.LLPIN, "aab1234", "AAB1234"),
    (Scheme.PAN, "AAPFU0939F", "AAPFU0939F"),
    (Scheme.GSTIN, "27AAPFU0939F1ZV", "27AAPFU0939F1ZV"),
    (Scheme.GSTIN, "27 aapfu 0939f 1zv", "27AAPFU0939F1ZV"),
    (Scheme.UDYAM, "UDYAM-KA-03-0012345", "UDYAM-KA-03-0012345"),
    (Scheme.UDYAM, "udyamka030012345", "UDYAM-KA-03-0012345"),
    (Scheme.UDYAM, "UDYAM–KA–03–0012345", "UDYAM-KA-03-0012345"),
    (Scheme.DPIIT, "DIPP12345", "DIPP12345"),
    (Scheme.UEI, "JF1LK3GHSDE5", "JF1LK3GHSDE5"),
    (Scheme.CAGE, "1abc5", "1ABC5"),
    (Scheme.EIN, "91-1144442", "911144442"),
    (Scheme.EIN, "911144442", "911144442"),
    (Scheme.LEI, "213800KUD8LAJWSQ9D15", "213800KUD8LAJWSQ9D15"),
]
FAILS = [
    (Scheme.CIN, "X72200KA2013PTC097389"),
    (Scheme.CIN, "U72200KA2013PTC09738"),
    (Scheme.LLPIN, "AB1234"),
    (Scheme.PAN, "ABCDE1234F"),
    (Scheme.PAN, "AAPFU0939"),
    (Scheme.GSTIN, "19ABCDE1234F1Z5"),
    (Scheme.GSTIN, "27AAPFU0939F1ZX"),
    (Scheme.UDYAM, "UDYAM-KA-3-0012345"),
    (Scheme.DPIIT, "D1"),
    (Scheme.UEI, "0F1LK3GHSDE5"),
    (Scheme.UEI, "JF1LK3GHSDO5"),
    (Scheme.UEI, "A123456789BC"),
    (Scheme.CAGE, "1ABI5"),
    (Scheme.EIN, "07-1144442"),
    (Scheme.EIN, "9111444"),
    (Scheme.LEI, "213800KUD8LAJWSQ9D16"),
    (Scheme.LEI, "213800KUD8LAJWSQ9D1A"),
    (Scheme.EIN, "९१११४४४४२"),
]


@pytest.mark.parametrize(("scheme", "typed", "stored"), PASSES)
def test_a_right_number_is_stored_in_one_form(scheme: Scheme, typed: str, stored: str) -> None:
    assert identifiers.normalized(scheme, typed) == stored


@pytest.mark.parametrize(("scheme", "typed"), FAILS)
def test_a_wrong_number_is_refused_with_the_name_of_its_scheme(scheme: Scheme, typed: str) -> None:
    with pytest.raises(WrongIdentifier) as refused:
        identifiers.normalized(scheme, typed)
    assert refused.value.args


@given(scheme=st.sampled_from(Scheme), typed=st.text(max_size=60))
def test_whatever_is_typed_is_stored_in_a_form_that_stays_the_same_or_is_refused(
    scheme: Scheme, typed: str
) -> None:
    try:
        stored = identifiers.normalized(scheme, typed)
    except WrongIdentifier:
        return
    assert identifiers.normalized(scheme, stored) == stored
    assert len(stored) <= identifiers.LONGEST


def test_a_masked_number_keeps_its_length_and_two_characters() -> None:
    assert identifiers.masked("AAPFU0939F") == "••••••••9F"


def test_each_country_has_its_own_schemes_and_both_have_the_lei() -> None:
    india, us = (set(identifiers.schemes_of(country)) for country in Country)
    assert india & us == {Scheme.LEI}
    assert india | us == set(Scheme)
