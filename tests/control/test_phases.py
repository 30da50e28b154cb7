"""Phased search by hand, and that it always turns round."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spiral_monolith_neat_numpy.control.phases import PhasedSearch


def phases(
    complexities: list[float], scores: list[float], room: float = 5.0, patience: int = 2
) -> list[str]:
    search = PhasedSearch()
    pairs = enumerate(zip(complexities, scores, strict=True))
    return [search.update(c, best, g, room, patience)[0] for g, (c, best) in pairs]


def test_it_grows_until_it_is_above_the_ceiling_and_stalls() -> None:
    grown = [3.0, 6.0, 9.0, 12.0, 12.0, 12.0]
    assert phases(grown, [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]) == ["c"] * 6  # it gains
    assert phases([3.0] * 6, [1.0] * 6) == ["c"] * 6  # it is small
    assert phases(grown, [1.0, 2.0, 3.0, 3.0, 3.0, 3.0]) == ["c"] * 4 + ["s"] * 2


def test_it_shrinks_until_that_ends_and_sets_a_new_ceiling() -> None:
    search = PhasedSearch()
    found = []
    for generation, complexity in enumerate([3.0, 9.0, 9.0, 8.0, 7.0, 7.0, 7.5, 8.0]):
        search.update(complexity, 1.0, generation, 5.0, 2)
        found.append((search.phase[0], search.ceiling))
    assert found[:2] == [("c", 8.0)] * 2
    assert found[2:6] == [("s", 8.0)] * 4
    assert found[6:] == [("c", 12.5)] * 2


def test_after_a_turn_it_waits_again_for_a_stall() -> None:
    complexities = [3.0, 9.0, 9.0, 9.0, 9.0, 20.0, 20.0, 20.0, 20.0]
    assert phases(complexities, [1.0] * 9) == ["c", "c", "s", "s", "c", "c", "c", "s", "s"]


@given(
    complexities=st.lists(st.floats(0.0, 1e6), min_size=1, max_size=80),
    patience=st.integers(1, 5),
    room=st.floats(0.0, 100.0),
)
def test_shrinking_ends_unless_it_goes_on_to_fall(
    complexities: list[float], patience: int, room: float
) -> None:
    found = phases(complexities, [1.0] * len(complexities), room, patience)
    since = 0
    for generation in range(1, len(found)):
        if found[generation] != found[generation - 1]:
            since = generation
        fell = complexities[generation] < min(complexities[since:generation], default=1e9)
        if found[generation] == "s" and fell:
            since = generation
        assert found[generation] == "c" or generation - since <= patience


def test_bad_values_are_named() -> None:
    for arguments, name in (
        ((-1.0, 1.0, 0, 1.0, 1), "complexity"),
        ((1.0, 1.0, 0, -1.0, 1), "room"),
        ((1.0, 1.0, 0, 1.0, 0), "patience"),
        ((1.0, 1.0, -1, 1.0, 1), "generation"),
    ):
        with pytest.raises(ValueError, match=f"{name} must be"):
            PhasedSearch().update(*arguments)
