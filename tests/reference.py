"""Slow, obvious twins of the kernels, written differently, for the tests to compare with."""

import math

_WORD = 2**64
_GAMMA = 0x9E3779B97F4A7C15


def random_bits(key_a: int, key_b: int, start: int, n_draws: int) -> list[int]:
    """Twin of ``kernels.random.draw_bits`` in Python's whole numbers."""
    drawn = []
    for number in range(start, start + n_draws):
        bits = (key_a + number * _GAMMA) % _WORD
        for added in (key_b, 0):
            for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB), (31, 1)):
                bits = (bits ^ (bits // 2**shift)) * factor % _WORD
            bits = (bits + added) % _WORD
        drawn.append(bits)
    return drawn


def random_uniforms(key_a: int, key_b: int, n_draws: int) -> list[float]:
    """Twin of ``kernels.random.draw_uniform`` from the first draw on."""
    return [bits // 2**11 / 2**53 for bits in random_bits(key_a, key_b, 0, n_draws)]


def box_muller(first: float, second: float) -> float:
    """Twin of ``kernels.random.draw_normal`` (Box & Muller 1958, eq. 1)."""
    return math.sqrt(-2.0 * math.log1p(-first)) * math.cos(2.0 * math.pi * second)


def cauchy_quantile(share: float) -> float:
    """Twin of ``kernels.random.draw_cauchy``: the value below which ``share`` of it lies."""
    return -math.cos(math.pi * share) / math.sin(math.pi * share)
