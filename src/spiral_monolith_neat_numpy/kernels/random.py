"""Random draws inside kernels, keyed and counted (see ``seeding``).

A stream is a ``(3,)`` uint64 array: two words of key and the number of the next draw.
Draw i is mix(mix(key0 + i * gamma) + key1), SplitMix64's mixer (Steele et al. 2014) twice.
"""

import math

import numpy as np

from spiral_monolith_neat_numpy.arrays import FloatArray, KeyArray
from spiral_monolith_neat_numpy.kernels.jit import exact_kernel, fragment, kernel
from spiral_monolith_neat_numpy.kernels.trigonometry import sin_cos_near_0

_GAMMA = np.uint64(0x9E3779B97F4A7C15)
_MIX_A = np.uint64(0xBF58476D1CE4E5B9)
_MIX_B = np.uint64(0x94D049BB133111EB)
_S27 = np.uint64(27)
_S30 = np.uint64(30)
_S31 = np.uint64(31)
_S11 = np.uint64(11)
_ONE = np.uint64(1)
_THREE = np.uint64(3)
_UNIT = 1.0 / 9007199254740992.0  # 2**-53
_QUARTER_TURN = 0.5 * math.pi
_LEAST_SINE = 1e-17  # of a draw of 0; the next one has 3e-16
_LAYER_BITS = np.uint64(255)
_SIGN_BIT = np.uint64(256)
_WIDEST = 3.6541528853610088  # where 256 layers under exp(-x**2 / 2) come out even


def _layers() -> tuple[FloatArray, FloatArray]:
    """Return the right edges of layers of equal area, the widest first, and the curve there.

    The first one stands for the widest layer and the tail beyond it, as if both were a box.
    """
    area = _WIDEST * math.exp(-0.5 * _WIDEST**2)
    area += math.sqrt(0.5 * math.pi) * math.erfc(_WIDEST / math.sqrt(2.0))
    edge = [area / math.exp(-0.5 * _WIDEST**2), _WIDEST]
    while len(edge) < 256:
        edge.append(math.sqrt(-2.0 * math.log(area / edge[-1] + math.exp(-0.5 * edge[-1] ** 2))))
    edge.append(0.0)
    return np.array(edge), np.array([math.exp(-0.5 * x * x) for x in edge])


EDGE, HEIGHT = _layers()


@kernel
def mix64(value: np.uint64) -> np.uint64:
    """Return SplitMix64's finalizer of a uint64."""
    value = (value ^ (value >> _S30)) * _MIX_A
    value = (value ^ (value >> _S27)) * _MIX_B
    return value ^ (value >> _S31)


@kernel
def start_stream(
    seed: np.uint64, purpose: int, generation: int, genome: int, out_stream: KeyArray
) -> None:
    """Set ``out_stream`` to the first draw of that stream; twin of ``seeding.stream_key``."""
    first = mix64(seed + _GAMMA * np.uint64(purpose))
    second = mix64(first ^ mix64(np.uint64(generation) + _GAMMA))
    item = np.uint64(genome)
    out_stream[0] = mix64(second + item * _GAMMA)
    out_stream[1] = mix64(first + _THREE * second + item)
    out_stream[2] = np.uint64(0)


@kernel
def draw_bits(stream: KeyArray) -> np.uint64:
    """Return the next 64 random bits and count the draw."""
    bits = mix64(mix64(stream[0] + stream[2] * _GAMMA) + stream[1])
    stream[2] = stream[2] + _ONE
    return bits


@kernel
def draw_uniform(stream: KeyArray) -> float:
    """Return a float64 uniform on [0, 1) with 53 random bits."""
    return float(draw_bits(stream) >> _S11) * _UNIT


@fragment
def draw_below(stream: KeyArray, n: int) -> int:
    """Return an integer uniform on 0 .. n - 1, n >= 1 (bias below n / 2**53)."""
    return min(int(draw_uniform(stream) * n), n - 1)


@exact_kernel
def sin_cos(turns: float) -> tuple[float, float]:
    """Return sine and cosine of 2 pi ``turns``, for turns from 0 to 1, to 7e-16."""
    quarters = int(4.0 * turns + 0.5)
    s, c = sin_cos_near_0((4.0 * turns - quarters) * _QUARTER_TURN)
    odd = float(quarters & 1)  # by arithmetic: half of all branches would be guessed wrong
    sine = (1.0 - (quarters & 2)) * (odd * c + (1.0 - odd) * s)
    cosine = (1.0 - ((quarters + 1) & 2)) * (odd * s + (1.0 - odd) * c)
    return sine, cosine


@exact_kernel
def cauchy_of(uniform: float) -> float:
    """Return a standard Cauchy number by inversion: tan(pi (u - 1/2)), always finite."""
    sine, cosine = sin_cos(0.5 * uniform)
    return -cosine / max(sine, _LEAST_SINE)


@exact_kernel
def _beyond(x: float, layer: np.uint64, stream: KeyArray) -> float:
    """Return a half-normal number, from a place in a layer that may lie outside the curve."""
    while x >= EDGE[layer + _ONE]:
        if layer == 0:
            return _tail(stream)
        low, high = HEIGHT[layer], HEIGHT[layer + _ONE]
        if low + draw_uniform(stream) * (high - low) < math.exp(-0.5 * x * x):
            return x
        bits = draw_bits(stream)
        layer = bits & _LAYER_BITS
        x = float(bits >> _S11) * _UNIT * EDGE[layer]
    return x


@exact_kernel
def _tail(stream: KeyArray) -> float:
    """Return a half-normal number beyond the widest layer (Marsaglia 1964)."""
    while True:
        past = -math.log(1.0 - draw_uniform(stream)) / _WIDEST
        if -2.0 * math.log(1.0 - draw_uniform(stream)) >= past * past:
            return past + _WIDEST


@fragment
def draw_normal(stream: KeyArray) -> float:
    """Return a standard normal float64 (ziggurat of 256 layers, Marsaglia & Tsang 2000).

    One draw gives the layer, the sign and 53 bits of the place in the layer (Doornik 2005); in
    98 of 100 cases that is all.
    """
    bits = draw_bits(stream)
    layer = bits & _LAYER_BITS
    x: float = float(bits >> _S11) * _UNIT * EDGE[layer]
    if x >= EDGE[layer + _ONE]:
        x = _beyond(x, layer, stream)
    return x if bits & _SIGN_BIT else -x


@fragment
def draw_cauchy(stream: KeyArray) -> float:
    """Return a standard Cauchy float64."""
    return cauchy_of(draw_uniform(stream))
