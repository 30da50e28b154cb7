"""What an experiment is told is checked at once."""

import pytest

from spiral_monolith_neat_numpy.experiment.config import ExperimentConfig


@pytest.mark.parametrize(
    ("name", "value", "wanted"),
    [
        ("gens", 0, ">= 1"),
        ("pop", 1, r"in \[2, 10000000\]"),
        ("pop", 99_999_999_999, r"in \[2, 10000000\]"),
        ("steps", -1, r"in \[0, 10000000\]"),
        ("steps", 10**20, r"in \[0, 10000000\]"),
        ("seed", -1, r"in \[0, 9223372036854775807\]"),
        ("workers", 0, r"in \[1, 1000\]"),
    ],
)
def test_number_out_of_range_is_named(name: str, value: int, wanted: str) -> None:
    with pytest.raises(ValueError, match=f"^{name} must be {wanted}, got {value}$"):
        ExperimentConfig("xor", **{name: value})  # type: ignore[arg-type]


def test_numbers_at_the_ends_are_taken() -> None:
    ExperimentConfig("xor", gens=1, pop=2, steps=0, seed=0, workers=1)
    ExperimentConfig("xor", gens=10**9, pop=10**7, steps=10**7, seed=2**63 - 1, workers=1000)


def test_part_of_a_generation_is_none() -> None:
    with pytest.raises(TypeError, match="gens must be a whole number"):
        ExperimentConfig("xor", gens=1.5)  # type: ignore[arg-type]
