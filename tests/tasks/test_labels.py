"""Class labels keep the text as it was written first, and only equal ones are one class."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spiral_monolith_neat_numpy.tasks.columns import Column
from spiral_monolith_neat_numpy.tasks.labels import (
    as_texts,
    by_number,
    class_column,
    classes_of,
    exact_number,
)
from spiral_monolith_neat_numpy.tasks.table import Table


def labels_of(cells: list[str]) -> list[str]:
    table = Table.from_rows(["a"], [[cell] for cell in cells])
    labels: list[str] = class_column(table, "a").values.tolist()
    return labels


@pytest.mark.parametrize(
    ("cells", "labels"),
    [
        (["007", "012", "007"], ["007", "012", "007"]),
        (["1.0", "1", "2", "2.00"], ["1.0", "1.0", "2", "2"]),
        (["1", "1.0", "+1", "1e0"], ["1", "1", "1", "1"]),
        (["0", "-0", "0.0", "00"], ["0", "0", "0", "00"]),
        (["007", "7"], ["007", "7"]),
        (["9007199254740992", "9007199254740993"], ["9007199254740992", "9007199254740993"]),
        (["0.10", "0.1"], ["0.10", "0.10"]),
        (["1", "", "NA"], ["1", "", ""]),
    ],
)
def test_label_is_its_class_as_written_first(cells: list[str], labels: list[str]) -> None:
    assert labels_of(cells) == labels


@given(st.lists(st.text(min_size=1).map(str.strip).filter(bool), min_size=1, max_size=12))
def test_names_are_the_texts_and_codes_lead_to_them(texts: list[str]) -> None:
    names, codes = classes_of(Column("a", as_texts(texts)))
    assert [names[code] for code in codes] == texts
    assert len(set(names)) == len(names)


def test_numbers_are_in_order_of_size_and_texts_of_the_alphabet() -> None:
    def names(*texts: str) -> tuple[str, ...]:
        return classes_of(Column("a", as_texts(texts)))[0]

    assert names("10", "9", "007", "7", "-1") == ("-1", "007", "7", "9", "10")
    assert names("9007199254740993", "9007199254740992")[0] == "9007199254740992"
    assert names("10", "9", "a") == ("10", "9", "a")


@pytest.mark.parametrize("text", ["x", "nan", "inf", "1_000", "1e101", "1e-" + "9" * 30, ""])
def test_what_is_no_plain_number_is_text(text: str) -> None:
    assert exact_number(text) is None


def test_number_finds_its_class_where_only_one_is_that_number() -> None:
    assert by_number(["007", "12", "a"]) == {Decimal(7): 0, Decimal(12): 1}
    assert by_number(["007", "7", "8"]) == {Decimal(8): 2}
