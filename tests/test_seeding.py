"""Streams: equal keys give equal draws, and each part of the key counts."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from spiral_monolith_neat_numpy.seeding import Purpose, mix64, run_seed, stream, stream_key

WORDS = st.integers(0, 2**64 - 1)
COUNTS = st.integers(0, 2**31)
PURPOSES = st.sampled_from(Purpose)


def unmix64(value: int) -> int:
    """Undo ``mix64``: its shifts and its odd factors, last first."""
    mask = 2**64 - 1
    value ^= (value >> 31) ^ (value >> 62)
    value = value * pow(0x94D049BB133111EB, -1, 2**64) & mask
    value ^= (value >> 27) ^ (value >> 54)
    value = value * pow(0xBF58476D1CE4E5B9, -1, 2**64) & mask
    return value ^ (value >> 30) ^ (value >> 60)


def test_mix64_gives_the_published_splitmix64_numbers() -> None:
    gamma = 0x9E3779B97F4A7C15
    drawn = [mix64(1234567 + i * gamma) for i in (1, 2, 3)]
    assert drawn == [6457827717110365317, 3203168211198807973, 9817491932198370423]


@given(WORDS)
def test_mix64_loses_nothing(value: int) -> None:
    assert unmix64(mix64(value)) == value


@given(WORDS, PURPOSES, COUNTS, COUNTS)
def test_equal_keys_give_equal_draws(
    seed: int, purpose: Purpose, generation: int, genome: int
) -> None:
    first = stream(seed, purpose, generation, genome).random(4)
    again = stream(seed, purpose, generation, genome).random(4)
    np.testing.assert_array_equal(first, again)


@given(WORDS, WORDS, PURPOSES, PURPOSES, COUNTS, COUNTS, COUNTS, COUNTS)
def test_each_part_of_the_key_gives_another_stream(
    seed: int,
    other_seed: int,
    purpose: Purpose,
    other_purpose: Purpose,
    generation: int,
    other_generation: int,
    genome: int,
    other_genome: int,
) -> None:
    assume(seed != other_seed and purpose != other_purpose)
    assume(generation != other_generation and genome != other_genome)
    keys = {
        stream_key(seed, purpose, generation, genome),
        stream_key(other_seed, purpose, generation, genome),
        stream_key(seed, other_purpose, generation, genome),
        stream_key(seed, purpose, other_generation, genome),
        stream_key(seed, purpose, generation, other_genome),
    }
    assert len(keys) == 5


def test_generation_and_genome_do_not_stand_for_one_another() -> None:
    keys = {stream_key(0, Purpose.INHERIT, a, b) for a in range(40) for b in range(40)}
    assert len(keys) == 1600


@pytest.mark.parametrize("kind", [np.int64, np.int32, np.uint64])
def test_key_from_numpy_integers_is_the_key_from_plain_ones(kind: type[np.integer]) -> None:
    drawn = stream_key(kind(5), Purpose.FITNESS, kind(6), kind(7))  # type: ignore[arg-type]
    assert drawn == stream_key(5, Purpose.FITNESS, 6, 7)


def test_streams_of_neighbours_are_unrelated() -> None:
    n_streams, n_draws = 200, 50
    draws = np.array(
        [stream(0, Purpose.DATA, genome=g).standard_normal(n_draws) for g in range(n_streams)]
    )
    # Under independence a correlation of two rows has standard deviation 1/sqrt(50) = 0.14.
    neighbours = [np.corrcoef(draws[i], draws[i + 1])[0, 1] for i in range(n_streams - 1)]
    assert abs(float(np.mean(neighbours))) < 4 * 0.14 / np.sqrt(n_streams)


def test_purposes_have_numbers_of_their_own() -> None:
    assert len({int(purpose) for purpose in Purpose}) == len(Purpose.__members__)


def test_no_seed_is_a_fresh_one() -> None:
    seeds = {run_seed(None) for _ in range(8)}
    assert len(seeds) == 8
    assert all(0 <= seed < 2**63 for seed in seeds)


def test_generator_gives_its_next_draw() -> None:
    first, second = (np.random.default_rng(3) for _ in range(2))
    assert run_seed(first) == run_seed(second)
    assert run_seed(first) != run_seed(np.random.default_rng(3))


@pytest.mark.parametrize("seed", [0, 42, 2**64 - 1, np.int32(7), np.uint64(2**63)])
def test_seed_stands_for_itself(seed: object) -> None:
    found = run_seed(seed)
    assert type(found) is int
    assert found == seed


@pytest.mark.parametrize("seed", [-1, 2**64])
def test_seed_out_of_range_is_refused(seed: int) -> None:
    with pytest.raises(ValueError, match=r"^rng must be a seed from 0 to 2\*\*64 - 1, got "):
        run_seed(seed)


@pytest.mark.parametrize("rng", [1.0, "42", True, np.random.RandomState(0), [1]])
def test_what_is_no_seed_is_a_type_error(rng: object) -> None:
    with pytest.raises(TypeError, match="^rng must be a Generator, a seed or None, got "):
        run_seed(rng)
