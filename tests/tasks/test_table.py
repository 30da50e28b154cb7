"""Reading CSV files: dialects, line numbers, and one clear error for what cannot be read."""

import csv
import io
import os
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from spiral_monolith_neat_numpy.errors import DataError
from spiral_monolith_neat_numpy.tasks.table import DELIMITERS, Table, listed, read_table, shown


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("csv") / "data.csv"


def read(path: Path, content: str | bytes) -> Table:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return read_table(path)


@pytest.mark.parametrize("delimiter", DELIMITERS)
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_every_dialect_reads_the_same(path: Path, delimiter: str, end: str, mark: str) -> None:
    lines = [["size", "colour", "kind"], ["1.5", "red", "a"], ["2", "blue", "b"]]
    table = read(path, mark + end.join(delimiter.join(line) for line in lines) + end)
    assert table.source == "data.csv"
    assert table.header == ("size", "colour", "kind")
    assert table.rows == (("1.5", "red", "a"), ("2", "blue", "b"))
    assert table.lines.tolist() == [2, 3]


def test_quoted_fields_may_hold_delimiters_quotes_and_line_ends(path: Path) -> None:
    table = read(path, 'name,note\n"Smith, J","said ""no""\nand left"\nb,c\n')
    assert table.rows == (("Smith, J", 'said "no"\nand left'), ("b", "c"))
    assert table.lines.tolist() == [2, 4]


def test_blanks_around_fields_and_blank_lines_are_passed_over(path: Path) -> None:
    table = read(path, '\n a , "b"\n\n 1 , 2 \n   \n3,4\n\n')
    assert table.header == ("a", "b")
    assert table.rows == (("1", "2"), ("3", "4"))
    assert table.lines.tolist() == [4, 6]


def test_semicolons_win_over_decimal_commas(path: Path) -> None:
    table = read(path, "a;b\n1,5;2,5\n3,5;4,5\n")
    assert table.rows == (("1,5", "2,5"), ("3,5", "4,5"))


def test_one_column_needs_no_delimiter_and_keeps_its_blank_cell(path: Path) -> None:
    assert read(path, 'a\n1\n" "\n3\n').cells("a") == ["1", "", "3"]


def test_a_header_of_row_numbers_is_a_header(path: Path) -> None:
    assert read(path, "0,1\n5,6\n").rows == (("5", "6"),)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "data.csv must have a header and rows of data, got an empty file"),
        ("\n\n  \n", "data.csv must have a header and rows of data, got an empty file"),
        ("\ufeff", "got an empty file"),
        ("a,b\n", "data.csv must have rows of data, got a header only"),
        ("a,b\n1,2\n\n3\n4,5\n", "must have 2 fields in every row, .* got 1 in line 4"),
        ("a,b\n1,2\n3,4,5\n", "must have 2 fields in every row, .* got 3 in line 3"),
        ("a,,c\n1,2,3\n", "must name every column in its header, column 2 of 3 has no name"),
        ("a,b,a\n1,2,3\n", "must name each column once, its header repeats 'a'"),
        ("5.1,3.5\n4.9,3\n", "must start with a line of column names, got only numbers: '5.1'"),
        ('a,b\n1,"2\n3,4\n', "line 2 cannot be read: unexpected end of data"),
        ('a,b\n1,2\n"x"y,4\n', "line 3 cannot be read"),
        ("a,b\n" + "x" * 200_000 + ",1\n", "line 2 cannot be read: field larger than"),
        (b"a,b\n1,2\n\xff,3\n", "must be a CSV file in UTF-8, got byte 0xff in line 3"),
        ("a,b\n1,2\n".encode("utf-16"), "must be a CSV file in UTF-8, got byte 0xff in line 1"),
        (b"\xef\xbb\xbfa,b\n\xfe,3\n", "must be a CSV file in UTF-8, got byte 0xfe in line 2"),
        ("a,b\n1,\0\n", "got a null byte"),
    ],
)
def test_what_cannot_be_read_is_one_clear_error(
    path: Path, content: str | bytes, message: str
) -> None:
    with pytest.raises(DataError, match=message):
        read(path, content)


def test_a_file_that_cannot_be_opened_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"none\.csv must be a readable CSV file: No such file"):
        read_table(tmp_path / "none.csv")
    with pytest.raises(DataError, match="must be a readable CSV file: Is a directory"):
        read_table(tmp_path)
    with pytest.raises(DataError, match=r"must be the path of a CSV file: embedded null"):
        read_table("a\0b")


def test_an_unknown_column_lists_the_known_ones(path: Path) -> None:
    with pytest.raises(DataError, match=r"must have a column 'c'; its columns are 'a', 'b'"):
        read(path, "a,b\n1,2\n").cells("c")


FIELDS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=8)


@given(data=st.data(), delimiter=st.sampled_from(DELIMITERS), end=st.sampled_from(["\n", "\r\n"]))
def test_what_the_csv_module_writes_is_read_back(
    path: Path, data: st.DataObject, delimiter: str, end: str
) -> None:
    width = data.draw(st.integers(2, 4))
    header = [f"column {i}" for i in range(width)]
    row = st.lists(FIELDS, min_size=width, max_size=width)
    rows = data.draw(st.lists(row, min_size=1, max_size=4))
    written = io.StringIO(newline="")
    writer = csv.writer(written, delimiter=delimiter, lineterminator=end, quoting=csv.QUOTE_ALL)
    writer.writerows([header, *rows])
    table = read(path, written.getvalue())
    assert table.header == tuple(header)
    assert table.rows == tuple(tuple(field.strip() for field in row) for row in rows)


@given(st.one_of(st.text('ab1.,;\t\n\r" ?-', max_size=60), st.text(max_size=60)))
@example('"')
@example("a,b\n\r\n1,2")
def test_any_text_is_a_table_or_a_data_error(path: Path, text: str) -> None:
    content = text.encode("utf-8", "surrogatepass")
    try:
        table = read(path, content)
    except DataError as error:
        assert "data.csv must" in str(error)  # noqa: PT017 - either outcome is right
    else:
        assert all(len(row) == len(table.header) for row in table.rows)
        assert table.lines.size == len(table.rows) >= 1


@given(st.binary(max_size=60))
def test_any_bytes_are_a_table_or_a_data_error(path: Path, content: str | bytes) -> None:
    try:
        read(path, content)
    except DataError as error:
        assert "data.csv must" in str(error)  # noqa: PT017 - either outcome is right


def test_rows_of_values_become_a_table_of_text() -> None:
    table = Table.from_rows(["a", "b"], [[1.5, " x "], [None, float("nan")]])
    assert table.rows == (("1.5", "x"), ("", "nan"))
    with pytest.raises(DataError, match=r"the rows must have 2 fields in every row.* in line 2"):
        Table.from_rows(["a", "b"], [[1, 2], [""]])


def test_long_texts_and_lists_are_cut_in_messages() -> None:
    assert len(shown("x" * 500)) < 70
    assert listed([f"c{i}" for i in range(30)]).endswith("'c19' and 10 more")


def test_blank_lines_before_the_header_are_passed_over(path: Path) -> None:
    path.write_text("\n   \na,b\n1,2\n")
    assert read_table(path).header == ("a", "b")


def test_a_file_name_is_text_whatever_its_bytes(tmp_path: Path) -> None:
    path = tmp_path / os.fsdecode(b"fl\xff.csv")
    path.write_text("a,b\n1,2\n")
    assert read_table(path).source == "fl?.csv"
