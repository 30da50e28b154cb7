"""Counter-based random streams: one seed, one result, in whatever order work finishes.

A stream is keyed by (run seed, purpose, generation, genome); the draw number is the
counter. Two equal keys give equal draws on every back-end. Kernels derive the same keys
in ``kernels/random.py`` and mix their own draws from them; Python code gets NumPy's
Philox (Salmon et al. 2011, SC'11) on the same key.
"""

import secrets
from enum import IntEnum

import numpy as np

_MASK = (1 << 64) - 1
_GAMMA = 0x9E3779B97F4A7C15  # 2**64 / golden ratio, odd (Steele et al. 2014, SplitMix64)


class Purpose(IntEnum):
    """What a stream of random numbers is for; part of its key."""

    FIRST_POPULATION = 1
    PARENTS = 2
    INHERIT = 3
    STRUCTURE = 4
    FITNESS = 5
    BATCHES = 6
    NOISE = 7
    SPLIT = 8
    DATA = 9
    SPECIES = 10
    CONTROL = 11
    REGENERATION = 12
    REFIT = 13
    SEXES = 14


def mix64(value: int) -> int:
    """Return SplitMix64's finalizer of ``value`` (a bijection on 64 bits)."""
    value &= _MASK
    value = ((value ^ (value >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
    value = ((value ^ (value >> 27)) * 0x94D049BB133111EB) & _MASK
    return value ^ (value >> 31)


def stream_key(
    seed: int, purpose: Purpose, generation: int = 0, genome: int = 0
) -> tuple[int, int]:
    """Return the 128-bit key of a stream as two 64-bit words.

    Args:
        seed: seed of the run, any integer from 0 to 2**64 - 1.
        purpose: what the numbers are for.
        generation: generation number, from 0.
        genome: genome id or index within the purpose, from 0.
    """
    item = int(genome)  # NumPy's integers would overflow where Python's grow
    first = mix64(int(seed) + _GAMMA * int(purpose))
    second = mix64(first ^ mix64(int(generation) + _GAMMA))
    return mix64(second + item * _GAMMA), mix64(first + 3 * second + item)


def stream(
    seed: int, purpose: Purpose, generation: int = 0, genome: int = 0
) -> np.random.Generator:
    """Return a NumPy Generator on the stream with that key (see ``stream_key``).

    Examples:
        >>> a = stream(42, Purpose.DATA, genome=7)
        >>> b = stream(42, Purpose.DATA, genome=7)
        >>> bool(a.random() == b.random())
        True
    """
    key = np.array(stream_key(seed, purpose, generation, genome), dtype=np.uint64)
    return np.random.Generator(np.random.Philox(key=key))


def run_seed(rng: object) -> int:
    """Return the 64-bit seed that stands for ``rng``.

    Args:
        rng: a seed from 0 to 2**64 - 1, a Generator (one draw is taken from it), or
            None for a seed from the operating system.

    Raises:
        TypeError: anything else.
        ValueError: a seed out of range.
    """
    if rng is None:
        return secrets.randbits(63)
    if isinstance(rng, np.random.Generator):
        return int(rng.integers(0, 1 << 63))
    if isinstance(rng, (int, np.integer)) and not isinstance(rng, bool):
        if not 0 <= rng <= _MASK:
            raise ValueError(f"rng must be a seed from 0 to 2**64 - 1, got {rng}")
        return int(rng)
    raise TypeError(f"rng must be a Generator, a seed or None, got {rng!r}")
