"""What an experiment is told is checked at once."""

import pytest

from spiral_monolith_neat_numpy.experiment.config import ExperimentConfig


@pytest.mark.parametrize(
    ("name", "value", "wanted"),
    [
        ("gens", 0, ">= 1"),
        ("pop", 1, ">= 2"),
        ("steps", -1, ">= 0"),
        ("seed", -1, r"in \[0, 9223372036854775807\]"),
        ("workers", 0, ">= 1"),
    ],
)
def test_number_out_of_range_is_named(name: str, value: int, wanted: str) -> None:
    with pytest.raises(ValueError, match=f"^{name} must be {wanted}, got {value}$"):
        ExperimentConfig("xor", **{name: value})  # type: ignore[arg-type]


def test_least_numbers_are_taken() -> None:
    ExperimentConfig("xor", gens=1, pop=2, steps=0, seed=0, workers=1)


def test_part_of_a_generation_is_none() -> None:
    with pytest.raises(TypeError, match="gens must be a whole number"):
        ExperimentConfig("xor", gens=1.5)  # type: ignore[arg-type]
