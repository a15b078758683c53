"""Files as streams of records: whatever is in them, a broken row is told and the rest is read."""

from __future__ import annotations

import io
import json
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.organizations import records
from app.organizations.schemas import RowRefused, link_of, profile_of

HEADER = b"id,name,tags\n"


def read(content: bytes, name: str = "rows.csv"):
    return list(records.read(io.BytesIO(content), name))


def cells(content: bytes, name: str = "rows.csv"):
    return [record.cells for record in read(content, name) if not record.problem]


def problems(content: bytes, name: str = "rows.csv"):
    return [(record.line, record.problem[1]) for record in read(content, name) if record.problem]


def test_the_mark_at_the_start_does_not_spoil_the_first_column() -> None:
    assert cells(b"\xef\xbb\xbfid,name\n1,a\n") == [{"id": "1", "name": "a"}]
    assert cells(b'\xef\xbb\xbf{"id": "1"}\n', "rows.jsonl") == [{"id": "1"}]


@pytest.mark.parametrize("delimiter", [b",", b";", b"\t"])
@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_delimiters_and_line_ends_are_recognized(delimiter, end) -> None:
    content = end.join([delimiter.join([b"id", b"name"]), delimiter.join([b"1", b"a"]), b""])
    assert cells(content) == [{"id": "1", "name": "a"}]


def test_the_kind_of_file_is_told_by_its_ending_or_its_first_character() -> None:
    assert cells(b'{"id": "1"}\n', "rows") == [{"id": "1"}]
    assert cells(b"id\n1\n", "rows.txt") == [{"id": "1"}]
    assert problems(b"id\n", "rows.jsonl")


def test_header_names_may_be_in_capitals_and_with_blanks() -> None:
    assert cells(b"ID,Founded Year\n1,2000\n") == [{"id": "1", "founded_year": "2000"}]


def test_quoted_cells_may_hold_delimiters_quotes_and_line_breaks() -> None:
    content = HEADER + b'1,"a, ""b""\nc\n\nd",x\n2,e,y\n'
    assert cells(content) == [
        {"id": "1", "name": 'a, "b"\nc\n\nd', "tags": "x"},
        {"id": "2", "name": "e", "tags": "y"},
    ]
    assert [record.line for record in read(content)] == [2, 6]


def test_a_stray_quote_costs_only_its_own_line() -> None:
    content = HEADER + b'1,"a,x\n2,b,y\n3,"c, d",z\n4,"e,x\n5,f,y\n'
    assert [row["id"] for row in cells(content)] == ["2", "3", "5"]
    assert [line for line, _ in problems(content)] == [2, 5]


def test_text_behind_a_closing_quote_is_told() -> None:
    assert problems(HEADER + b'1,"a" b,x\n2,c,y\n')[0][0] == 2
    assert [row["id"] for row in cells(HEADER + b'1,"a" b,x\n2,c,y\n')] == ["2"]


def test_ragged_rows_are_told_with_both_counts() -> None:
    content = HEADER + b"1,a\n2,b,y\n3,c,z,w\n"
    assert problems(content) == [
        (2, "has 2 columns where the header has 3"),
        (4, "has 4 columns where the header has 3"),
    ]
    assert [row["id"] for row in cells(content)] == ["2"]


def test_a_column_twice_in_the_header_is_refused_only_where_its_values_differ() -> None:
    content = b"id,name,name\n1,a,a\n2,a,b\n"
    assert cells(content) == [{"id": "1", "name": "a"}]
    assert read(content)[1].problem == ("name", "stands twice in the header, with two values here")


@pytest.mark.parametrize(("encoding", "text"), [("cp1252", "Café"), ("gbk", "中文")])
def test_a_row_in_another_encoding_is_told_and_never_garbled(encoding, text) -> None:
    content = HEADER + f"1,{text},x\n".encode(encoding) + "2,Café 中文,y\n".encode()
    assert [row["name"] for row in cells(content)] == ["Café 中文"]
    ((line, reason),) = problems(content)
    assert line == 2
    assert "is not UTF-8: byte 0x" in reason


@pytest.mark.parametrize(
    "content", ["id,name\n1,é\n".encode("utf-16"), b"\x1f\x8b\x08\x00\xff\xfe\n", b"id,\0\n"]
)
def test_a_file_that_is_no_text_is_unreadable_as_a_whole(content) -> None:
    with pytest.raises(records.UnreadableFile, match="UTF-8"):
        read(content)


def test_an_unclosed_quote_in_the_header_makes_the_file_unreadable() -> None:
    with pytest.raises(records.UnreadableFile, match="quote"):
        read(b'id,"name\n1,a\n')


def test_a_field_of_ten_megabytes_is_told_and_the_next_row_read() -> None:
    huge = b"x" * 10_000_000
    for name, content in (
        ("rows.csv", HEADER + b"1," + huge + b',x\n2,"' + huge + b'",x\n3,c,z\n'),
        ("rows.jsonl", b'{"id": "' + huge + b'"}\n{"id": "2", "name": 3}\n{"id": "3"}\n'),
    ):
        assert cells(content, name)[-1]["id"] == "3"
        assert problems(content, name)[0][1] == "is longer than any row can be"


def test_a_long_but_possible_field_passes_the_csv_reader() -> None:
    text = "पानी \"=\" 'x'\n" * 1_500
    row = b"".join(records.csv_lines(["id", "name"], [["1", text]]))
    assert cells(row) == [{"id": "1", "name": text}]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b'{"id": "1", "id": "2"}', "has 'id' twice"),
        (b'{"id": "1"', "is not JSON"),
        (b"[1, 2]", "is not a JSON object"),
        (b'"text"', "is not a JSON object"),
        (b"{" + b'"a":{' * 100_000, "too deeply nested"),
        (b'{"seats": ' + b"9" * 5_000 + b"}", "a number that is too long"),
        (b'{"name": "a\0b"}', "is not JSON"),
        (b'{"name": "\xff"}', "is not UTF-8: byte 0xFF at character 11"),
    ],
)
def test_a_broken_json_line_is_told_and_the_next_one_read(line, reason) -> None:
    content = line + b'\n\n{"id": "3"}\n'
    ((number, found),) = problems(content, "rows.jsonl")
    assert (number, reason in found) == (1, True), found
    assert cells(content, "rows.jsonl") == [{"id": "3"}]


def test_the_other_json_numbers_reach_the_row_check() -> None:
    for number in (b"NaN", b"Infinity", b"1e999", b"-0", b"9223372036854775808"):
        (row,) = cells(b'{"id": "1", "team_size": ' + number + b"}", "rows.jsonl")
        assert "team_size" in row


def test_an_empty_file_has_no_rows() -> None:
    assert read(b"") == read(b"\n\n") == read(b"", "rows.jsonl") == read(HEADER) == []


FORMULAS = [
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    " =1",
    "'=1",
    "''=1",
    "＝1",
    "=cmd|' /C calc'!A0",
]


@pytest.mark.parametrize("cell", FORMULAS)
def test_formulas_are_text_for_a_spreadsheet_and_come_back_exactly(cell) -> None:
    assert records.neutralized(cell).startswith("'")
    assert records.restored(records.neutralized(cell)) == cell


@pytest.mark.parametrize("cell", ["", "a=1", "'quoted'", "O'Neill", "₹5", "नमस्ते"])
def test_other_text_is_not_touched(cell) -> None:
    assert records.neutralized(cell) == records.restored(cell) == cell


@given(st.text(st.characters(codec="utf-8")))
def test_neutralizing_is_undone_exactly_for_every_text(cell) -> None:
    assert records.restored(records.neutralized(cell)) == cell
    assert not records.neutralized(cell).startswith(("=", "+", "-", "@", "\t", "\r"))


@given(st.lists(st.lists(st.text(st.characters(codec="utf-8")), min_size=2, max_size=2), max_size=8))
def test_what_is_written_as_csv_is_read_back_exactly(rows) -> None:
    named = [[f"n{number}", *row] for number, row in enumerate(rows)]
    content = b"".join(records.csv_lines(["id", "a", "b"], named))
    assert [list(row.values()) for row in cells(content)] == named


def check_crashes_never(content: bytes, name: str) -> None:
    """Anything but the two refusals fails the test."""
    with suppress(records.UnreadableFile):
        for record in records.read(io.BytesIO(content), name):
            assert record.line > 0
            for check in (profile_of, link_of):
                with suppress(RowRefused):
                    check(record.cells)


pieces = st.sampled_from(
    [
        b'"',
        b'""',
        b",",
        b";",
        b"\t",
        b"\n",
        b"\r",
        b"\0",
        b"\xff",
        b"\xef\xbb\xbf",
        b"id,name,kind,country\n",
        b"IN",
        b"a",
    ]
)


@settings(max_examples=400, deadline=None)
@given(st.one_of(st.binary(max_size=400), st.lists(pieces, max_size=60).map(b"".join)))
def test_no_bytes_make_the_reader_crash(content) -> None:
    for name in ("rows.csv", "rows.jsonl", "rows"):
        check_crashes_never(content, name)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner),
    max_leaves=5,
)
columns = st.sampled_from(
    [
        "id",
        "name",
        "kind",
        "country",
        "founded_year",
        "team_size",
        "tags",
        "level",
        "stage",
        "website",
        "ticket_min",
        "cheque_range",
        "stages",
        "region",
        "is_raising",
        "summary",
        "technologies",
        "invests_in",
        "date",
    ]
)


@settings(max_examples=400, deadline=None)
@given(st.dictionaries(columns, json_values))
def test_no_json_object_makes_the_row_check_crash(row) -> None:
    check_crashes_never(json.dumps(row).encode(), "rows.jsonl")
