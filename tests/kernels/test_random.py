"""Random draws inside kernels: they agree with ``seeding``, with the twin, and with chance."""

import math
from statistics import NormalDist

import numba as nb
import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from tests import reference

from spiral_monolith_neat_numpy import seeding
from spiral_monolith_neat_numpy.arrays import FloatArray, KeyArray
from spiral_monolith_neat_numpy.kernels.random import (
    EDGE,
    HEIGHT,
    draw_below,
    draw_bits,
    draw_cauchy,
    draw_normal,
    draw_uniform,
    mix64,
    sin_cos,
    start_stream,
)

WORDS = st.integers(0, 2**64 - 1)
COUNTS = st.integers(0, 2**62)
PURPOSES = st.sampled_from(seeding.Purpose)


def make_stream(seed: int, purpose: int = 1, generation: int = 0, genome: int = 0) -> KeyArray:
    started = np.full(3, 99, dtype=np.uint64)
    start_stream(np.uint64(seed), purpose, generation, genome, started)
    return started


@nb.njit
def fill_uniform(stream: KeyArray, out_values: FloatArray) -> None:
    for i in range(out_values.size):
        out_values[i] = draw_uniform(stream)


@nb.njit
def fill_normal(stream: KeyArray, out_values: FloatArray) -> None:
    for i in range(out_values.size):
        out_values[i] = draw_normal(stream)


@nb.njit
def fill_cauchy(stream: KeyArray, out_values: FloatArray) -> None:
    for i in range(out_values.size):
        out_values[i] = draw_cauchy(stream)


@nb.njit
def fill_sin_cos(turns: FloatArray, out_values: FloatArray) -> None:
    for i in range(turns.size):
        out_values[i, 0], out_values[i, 1] = sin_cos(turns[i])


def chi_square(counts: np.ndarray) -> float:
    expected = counts.sum() / counts.size
    return float(((counts - expected) ** 2 / expected).sum())


def test_mix64_gives_the_published_splitmix64_numbers() -> None:
    gamma = 0x9E3779B97F4A7C15
    drawn = [int(mix64(np.uint64((1234567 + i * gamma) % 2**64))) for i in (1, 2, 3)]
    assert drawn == [6457827717110365317, 3203168211198807973, 9817491932198370423]


@given(WORDS)
def test_mix64_agrees_with_seeding(value: int) -> None:
    assert int(mix64(np.uint64(value))) == seeding.mix64(value)


@given(WORDS, PURPOSES, COUNTS, COUNTS)
def test_stream_starts_on_the_key_that_seeding_gives(
    seed: int, purpose: seeding.Purpose, generation: int, genome: int
) -> None:
    started = make_stream(seed, int(purpose), generation, genome)
    key = seeding.stream_key(seed, purpose, generation, genome)
    assert (int(started[0]), int(started[1])) == key
    assert started[2] == 0


@given(WORDS, PURPOSES, COUNTS, COUNTS)
def test_each_part_of_the_key_gives_another_stream(
    seed: int, purpose: seeding.Purpose, generation: int, genome: int
) -> None:
    keys = [
        make_stream(seed, int(purpose), generation, genome),
        make_stream((seed + 1) % 2**64, int(purpose), generation, genome),
        make_stream(seed, int(purpose) + 1, generation, genome),
        make_stream(seed, int(purpose), generation + 1, genome),
        make_stream(seed, int(purpose), generation, genome + 1),
    ]
    first_draws = {int(draw_bits(key)) for key in keys}
    assert len(first_draws) == 5


@given(WORDS, WORDS, WORDS, st.integers(0, 20))
def test_bits_equal_the_twin_and_are_counted(
    key_a: int, key_b: int, start: int, n_draws: int
) -> None:
    stream = np.array([key_a, key_b, start], dtype=np.uint64)
    drawn = [int(draw_bits(stream)) for _ in range(n_draws)]
    assert drawn == reference.random_bits(key_a, key_b, start, n_draws)
    assert int(stream[2]) == (start + n_draws) % 2**64
    assert (int(stream[0]), int(stream[1])) == (key_a, key_b)


@given(WORDS, WORDS)
def test_uniform_equals_the_twin_and_stays_below_one(key_a: int, key_b: int) -> None:
    stream = np.array([key_a, key_b, 0], dtype=np.uint64)
    drawn = [draw_uniform(stream) for _ in range(5)]
    assert drawn == reference.random_uniforms(key_a, key_b, 5)
    assert all(0.0 <= value < 1.0 for value in drawn)


@given(WORDS, WORDS, st.integers(1, 2**40))
def test_below_equals_the_twin_and_stays_below_n(key_a: int, key_b: int, n: int) -> None:
    stream = np.array([key_a, key_b, 0], dtype=np.uint64)
    drawn = [draw_below(stream, n) for _ in range(5)]
    assert drawn == [math.floor(u * n) for u in reference.random_uniforms(key_a, key_b, 5)]
    assert all(0 <= value < n for value in drawn)


@given(WORDS, WORDS)
def test_normal_equals_the_twin(key_a: int, key_b: int) -> None:
    stream, twin = np.array([key_a, key_b, 0], dtype=np.uint64), reference.Draws(key_a, key_b)
    drawn, expected = np.empty(200), [twin.normal() for _ in range(200)]
    fill_normal(stream, drawn)
    np.testing.assert_allclose(drawn, expected, rtol=1e-12, atol=0.0)
    assert stream[2] == twin.count


def test_normal_of_rare_ways_equals_the_twin() -> None:
    started = make_stream(5)
    key_a, key_b = int(started[0]), int(started[1])
    bits = reference.random_bits(key_a, key_b, 0, 60_000)
    edges = reference.ZIGGURAT
    rare = [
        i for i, b in enumerate(bits) if b // 2**11 / 2**53 * edges[b % 256] > edges[b % 256 + 1]
    ]
    tail = [i for i in rare if bits[i] % 256 == 0]
    assert len(rare) > 500
    assert len(tail) > 5
    for start in rare[:500] + tail:
        stream, twin = (
            np.array([key_a, key_b, start], np.uint64),
            reference.Draws(key_a, key_b, start),
        )
        assert draw_normal(stream) == pytest.approx(twin.normal(), rel=1e-12)
        assert stream[2] == twin.count


def test_layers_are_of_equal_area_and_end_at_the_top() -> None:
    np.testing.assert_allclose(EDGE, reference.ZIGGURAT, rtol=1e-9, atol=1e-12)
    areas = EDGE[1:-1] * (HEIGHT[2:] - HEIGHT[1:-1])
    np.testing.assert_allclose(areas, areas[0], rtol=1e-9)
    assert EDGE[0] * HEIGHT[1] == pytest.approx(areas[0], rel=1e-12)


@given(WORDS, WORDS)
def test_cauchy_equals_the_twin(key_a: int, key_b: int) -> None:
    stream = np.array([key_a, key_b, 0], dtype=np.uint64)
    drawn = [draw_cauchy(stream) for _ in range(3)]
    uniforms = reference.random_uniforms(key_a, key_b, 3)
    assume(min(uniforms) > 1e-9)  # nearer to the pole, rounding of pi decides
    expected = [reference.cauchy_quantile(u) for u in uniforms]
    np.testing.assert_allclose(drawn, expected, rtol=1e-6, atol=1e-12)


def test_normal_and_cauchy_are_finite_on_a_draw_of_zero() -> None:
    zeros = np.zeros(3, dtype=np.uint64)  # the one key whose first draw is 0
    assert draw_uniform(zeros.copy()) == 0.0
    assert math.isfinite(draw_normal(zeros.copy()))
    assert -math.inf < draw_cauchy(zeros.copy()) < -1e15


def to_nearest(turns: FloatArray) -> FloatArray:
    """Twin of ``sin_cos``: from the first eighth of a turn, where pi's rounding hardly shows."""
    whole = np.rint(8.0 * turns).astype(int)
    rest = math.pi * (2.0 * turns - whole / 4.0)
    near = np.stack([np.sin(rest), np.cos(rest)], axis=1)
    root = math.sqrt(0.5)
    table = np.array([0.0, root, 1.0, root, 0.0, -root, -1.0, -root])
    sine, cosine = table[whole % 8], table[(whole + 2) % 8]
    return np.stack(
        [sine * near[:, 1] + cosine * near[:, 0], cosine * near[:, 1] - sine * near[:, 0]], axis=1
    )


@pytest.mark.parametrize(
    "turns",
    [
        np.linspace(0.0, 1.0, 20_001),
        np.random.default_rng(3).random(20_000),
        np.concatenate([k / 8 + np.geomspace(1e-300, 0.06, 500) for k in range(8)]),
        np.concatenate([k / 8 - np.geomspace(1e-17, 0.06, 500) for k in range(1, 9)]),
    ],
)
def test_sine_and_cosine_are_right_to_seven_parts_in_ten_to_the_sixteen(turns: FloatArray) -> None:
    found = np.empty((turns.size, 2))
    fill_sin_cos(turns, found)
    assert abs(found - to_nearest(turns)).max() <= 7e-16
    assert abs(found).max() <= 1.0


def test_sine_and_cosine_are_exact_at_quarter_turns() -> None:
    found = np.empty((5, 2))
    fill_sin_cos(np.array([0.0, 0.25, 0.5, 0.75, 1.0]), found)
    assert found.tolist() == [[0.0, 1.0], [1.0, 0.0], [0.0, -1.0], [-1.0, 0.0], [0.0, 1.0]]
    assert sin_cos(0.5) == (0.0, -1.0)


def test_uniform_draws_are_uniform() -> None:
    values = np.empty(16_000)
    fill_uniform(make_stream(42), values)
    counts = np.histogram(values, bins=64, range=(0.0, 1.0))[0]
    assert 29.0 < chi_square(counts) < 114.0  # 63 degrees of freedom, 1 in 10,000 each side


def test_pairs_of_draws_are_uniform() -> None:
    values = np.empty(16_000)
    fill_uniform(make_stream(42), values)
    counts = np.histogram2d(values[0::2], values[1::2], bins=8, range=[[0.0, 1.0]] * 2)[0]
    assert 29.0 < chi_square(counts) < 114.0


def test_first_draws_of_neighbouring_genomes_are_uniform() -> None:
    values = np.array([draw_uniform(make_stream(42, genome=i)) for i in range(6_400)])
    counts = np.histogram(values, bins=64, range=(0.0, 1.0))[0]
    assert 29.0 < chi_square(counts) < 114.0


def test_each_bit_is_set_half_the_time() -> None:
    stream, n = make_stream(7), 6_400
    words = np.array([draw_bits(stream) for _ in range(n)], dtype=np.uint64)
    for bit in range(64):
        share = float(((words >> np.uint64(bit)) & np.uint64(1)).mean())
        assert abs(share - 0.5) < 4.5 * 0.5 / math.sqrt(n)


@pytest.mark.parametrize("n", [1, 2, 3, 10])
def test_below_reaches_every_number(n: int) -> None:
    stream = make_stream(1)
    assert {draw_below(stream, n) for _ in range(60 * n)} == set(range(n))


def test_normal_draws_are_normal() -> None:
    values = np.empty(640_000)
    fill_normal(make_stream(3), values)
    ends = [NormalDist().inv_cdf(i / 64) for i in range(1, 64)]
    counts = np.bincount(np.searchsorted(ends, values))
    assert 29.0 < chi_square(counts) < 114.0
    assert abs(values.mean()) < 4.5 / math.sqrt(values.size)
    assert abs(values.std() - 1.0) < 4.5 / math.sqrt(2 * values.size)
    beyond = 2.0 * NormalDist().cdf(-4.0) * values.size  # well into the tail
    assert abs((abs(values) > 4.0).sum() - beyond) < 4.5 * math.sqrt(beyond)


def test_cauchy_draws_have_the_cauchy_quartiles() -> None:
    values = np.empty(16_000)
    fill_cauchy(make_stream(4), values)
    np.testing.assert_allclose(np.quantile(values, [0.25, 0.5, 0.75]), [-1, 0, 1], atol=0.06)
    assert np.isfinite(values).all()
