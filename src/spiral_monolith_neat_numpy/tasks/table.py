"""CSV files as text: header, cells and the line that each row came from.

What the cells mean (numbers, categories, missing values) is decided in ``columns``.
"""

import csv
import io
import os
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np

from spiral_monolith_neat_numpy.arrays import IntArray
from spiral_monolith_neat_numpy.errors import DataError

DELIMITERS = (",", ";", "\t")

_SNIFFED_ROWS = 20
_LISTED = 20
_LONGEST = 60


@dataclass(frozen=True, eq=False)
class Table:
    """Named columns of text.

    Attributes:
        source: what the messages call it, a file name.
        header: unique, non-empty column names.
        rows: cells without surrounding blanks, each row as long as the header.
        lines: ``(n,)`` int64, the line of the file on which each row starts, from 1.
    """

    source: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    lines: IntArray

    def cells(self, name: str) -> list[str]:
        """Return the cells of a column.

        Raises:
            DataError: there is no such column; the message lists the columns.
        """
        if name not in self.header:
            raise DataError(
                f"{self.source} must have a column {name!r}; its columns are {listed(self.header)}"
            )
        position = self.header.index(name)
        return [row[position] for row in self.rows]

    @classmethod
    def from_rows(
        cls, header: Sequence[str], rows: Sequence[Sequence[object]], source: str = "the rows"
    ) -> "Table":
        """Make a table of Python values; None is a missing value, and lines count from 1.

        Raises:
            DataError: a bad header, no rows, or a row of another length than the header.

        Example:
            >>> Table.from_rows(["size", "colour"], [[1.5, "red"], [None, "blue"]]).cells("size")
            ['1.5', '']
        """
        texts = (["" if cell is None else str(cell).strip() for cell in row] for row in rows)
        return _checked(source, list(header), enumerate(texts, start=1))


def read_table(path: str | os.PathLike[str]) -> Table:
    """Read a CSV file in UTF-8, with a header line.

    Fields are separated by comma, semicolon or tab, whichever splits the first lines most
    evenly into more than one field; they may be quoted with ``"``. A byte order mark,
    Windows line ends and blank lines are passed over.

    Args:
        path: the file.

    Raises:
        DataError: the file cannot be read, is not UTF-8 text, is empty, has no header or
            no rows, repeats or omits a column's name, or has a row of another length. The
            message gives the line.
    """
    source = file_name(path)
    try:
        raw = Path(path).read_bytes()
    except OSError as error:
        raise DataError(f"{path} must be a readable CSV file: {error.strerror}") from error
    except ValueError as error:  # a path that no file can have
        raise DataError(f"{str(path)!r} must be the path of a CSV file: {error}") from error
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DataError(
            f"{source} must be a CSV file in UTF-8, got byte 0x{error.object[error.start]:02x} "
            f"in line {error.object.count(10, 0, error.start) + 1}"
        ) from error
    if "\0" in text:
        raise DataError(f"{source} must be a CSV file, got a null byte: it is not text")
    records = _records(source, text, _sniff(text))
    _, header = next((record for record in records if any(record[1])), (0, []))
    # A line of blanks is one empty field: a missing value where there is one column.
    blank = None if len(header) == 1 else [""]
    filled = (record for record in records if record[1] != blank)
    return _checked(source, header, filled)


def file_name(path: str | os.PathLike[str]) -> str:
    """Return a file's name as text that can be written and drawn: "?" stands for odd bytes."""
    return Path(path).name.encode(errors="replace").decode()


def shown(text: str) -> str:
    """Return ``text`` quoted for a message, cut when long."""
    return repr(text if len(text) <= _LONGEST else text[: _LONGEST - 3] + "...")


def listed(names: Sequence[str]) -> str:
    """Return names quoted for a message, the first of them when there are many."""
    words = ", ".join(shown(name) for name in names[:_LISTED])
    more = len(names) - _LISTED
    return f"{words} and {more} more" if more > 0 else words


def _records(source: str, text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Yield (first line, stripped fields) of each record that is not blank."""
    lines = io.StringIO(text, newline="")
    reader = csv.reader(lines, delimiter=delimiter, skipinitialspace=True, strict=True)
    line = 1
    try:
        for record in reader:
            if record:
                yield line, [field.strip() for field in record]
            line = reader.line_num + 1
    except csv.Error as error:
        raise DataError(
            f"{source} must be a CSV file, but line {line} cannot be read: {error}"
        ) from error


def _sniff(text: str) -> str:
    """Return the delimiter that splits the first lines most evenly, then into most fields."""
    best, best_score = DELIMITERS[0], (0.0, 0)
    for delimiter in DELIMITERS:
        widths = _first_widths(text, delimiter)
        if widths and widths[0] > 1:
            even = sum(width == widths[0] for width in widths) / len(widths)
            if (even, widths[0]) > best_score:
                best, best_score = delimiter, (even, widths[0])
    return best


def _first_widths(text: str, delimiter: str) -> list[int]:
    widths: list[int] = []
    try:
        for _, record in islice(_records("", text, delimiter), _SNIFFED_ROWS):
            widths.append(len(record))
    except DataError:
        # Reading reports the error, with its line, once the delimiter is chosen.
        return widths
    return widths


def _checked(source: str, header: list[str], records: Iterable[tuple[int, list[str]]]) -> Table:
    """Return the table of a header and of records with their lines."""
    _check_header(source, header)
    rows, lines = [], []
    for line, record in records:
        if len(record) != len(header):
            raise DataError(
                f"{source} must have {len(header)} fields in every row, like its header, "
                f"got {len(record)} in line {line}"
            )
        rows.append(tuple(record))
        lines.append(line)
    if not rows:
        raise DataError(f"{source} must have rows of data, got a header only")
    return Table(source, tuple(header), tuple(rows), np.array(lines, dtype=np.int64))


def _check_header(source: str, header: list[str]) -> None:
    if not any(header):
        raise DataError(f"{source} must have a header and rows of data, got an empty file")
    if "" in header:
        raise DataError(
            f"{source} must name every column in its header, "
            f"column {header.index('') + 1} of {len(header)} has no name"
        )
    repeated = [name for name, count in Counter(header).items() if count > 1]
    if repeated:
        raise DataError(
            f"{source} must name each column once, its header repeats {listed(repeated)}"
        )
    numbered = header == [str(i) for i in range(len(header))]  # as pandas writes by default
    if not numbered and all(_is_number(name) for name in header):
        raise DataError(
            f"{source} must start with a line of column names, got only numbers: {listed(header)}"
        )


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
