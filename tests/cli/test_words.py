"""Numbers in words."""

import pytest

from spiral_monolith_neat_numpy.cli.words import score_words


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, "-"),
        (0.0, "0.0000"),
        (0.98171, "0.9817"),
        (-0.5, "-0.5000"),
        (1.63e-06, "1.63e-06"),
        (-2e-12, "-2e-12"),
        (2504.48, "2,504.5"),
        (2.5e99, "2.5e+99"),
    ],
)
def test_a_score_keeps_digits_that_say_something(value: float | None, words: str) -> None:
    assert score_words(value) == words
