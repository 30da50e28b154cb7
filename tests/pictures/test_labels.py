"""Names fit their number and the room there is."""

import pytest

from spiral_monolith_neat_numpy.pictures.labels import checked_names, class_names, shortened


def test_missing_class_names_are_numbered() -> None:
    assert class_names((), 2) == ["class 0", "class 1"]


def test_wrong_number_of_names_is_refused() -> None:
    with pytest.raises(ValueError, match="class_names must hold 3 names, got 2"):
        class_names(["a", "b"], 3)
    with pytest.raises(ValueError, match="input_names must hold 1 names, got 2"):
        checked_names("input_names", ["a", "b"], 1)


def test_long_names_are_cut_and_line_breaks_go() -> None:
    assert shortened("a\nb") == "a b"
    assert shortened("x" * 22) == "x" * 22
    assert shortened("x" * 23) == "x" * 21 + "…"
