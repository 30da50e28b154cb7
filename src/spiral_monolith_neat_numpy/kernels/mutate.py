"""Mutation of weights, biases and activations, in place on one of many packed genomes."""

import math
from typing import NamedTuple

from spiral_monolith_neat_numpy.arrays import CodeArray, FloatArray, KeyArray
from spiral_monolith_neat_numpy.kernels.jit import fragment, kernel
from spiral_monolith_neat_numpy.kernels.layout import HIDDEN, INPUT, NodeArrays
from spiral_monolith_neat_numpy.kernels.random import (
    draw_below,
    draw_cauchy,
    draw_normal,
    draw_uniform,
)

MOST_SCALE = 1e3  # and at least its inverse: a genome's own factor on its moves
_ROOT_3 = math.sqrt(3.0)


class Noise(NamedTuple):
    """How weights and biases move.

    Attributes:
        p_mutate: probability per genome that its weights do.
        p_replace: probability per weight, of those, of a new one.
        sigma: scale of a move, in units of weight: standard deviation, or half the width at
            half height of Cauchy's distribution.
        cauchy: whether moves are drawn from that instead of a normal distribution.
        adaptation: spread of the logarithm of the change of a genome's own factor; 0: none.
        initial_sigma: standard deviation of a new weight.
        uniform: whether new weights are uniform instead of normal.
        clip: limit of absolute values.
        p_bias: probability per node that its bias moves.
        bias_sigma: scale of that move, as ``sigma``.
        p_activation: probability per hidden node of an activation drawn anew.
    """

    p_mutate: float
    p_replace: float
    sigma: float
    cauchy: bool
    adaptation: float
    initial_sigma: float
    uniform: bool
    clip: float
    p_bias: float
    bias_sigma: float
    p_activation: float


@kernel
def clipped(value: float, limit: float) -> float:
    """Return ``value`` held to [-limit, limit]; NaN stays NaN."""
    if value > limit:
        return limit
    if value < -limit:
        return -limit
    return value


@fragment
def moved(value: float, sigma: float, cauchy: bool, clip: float, stream: KeyArray) -> float:
    """Return a parameter moved by a draw of scale ``sigma``, within the clip."""
    draw = draw_cauchy(stream) if cauchy else draw_normal(stream)
    return clipped(value + sigma * draw, clip)


@kernel
def draw_weight(noise: Noise, stream: KeyArray) -> float:
    """Return a new weight within the clip."""
    unit = _ROOT_3 * (2.0 * draw_uniform(stream) - 1.0) if noise.uniform else draw_normal(stream)
    return clipped(noise.initial_sigma * unit, noise.clip)


@kernel
def mutate_scale(scale: float, adaptation: float, stream: KeyArray) -> float:
    """Return a child's factor on its moves (Schwefel 1981: the logarithm moves normally)."""
    if adaptation == 0.0:
        return scale
    new = scale * math.exp(adaptation * draw_normal(stream))
    return min(max(new, 1.0 / MOST_SCALE), MOST_SCALE)


@fragment
def mutate_weights(
    first: int, last: int, noise: Noise, scale: float, stream: KeyArray, out_weight: FloatArray
) -> None:
    """Mutate all weights of a genome, or none.

    Args:
        first: its first edge.
        last: one past its last edge.
        noise: how.
        scale: the genome's factor on moves.
        stream: ``(3,)`` uint64, the genome's own.
        out_weight: float64 weights of all genomes, changed in place.
    """
    sigma = noise.sigma * scale
    end = last if draw_uniform(stream) < noise.p_mutate else first
    for e in range(first, end):
        if draw_uniform(stream) < noise.p_replace:
            out_weight[e] = draw_weight(noise, stream)
        else:
            out_weight[e] = moved(out_weight[e], sigma, noise.cauchy, noise.clip, stream)


@fragment
def mutate_nodes(
    first: int,
    last: int,
    noise: Noise,
    scale: float,
    options: CodeArray,
    stream: KeyArray,
    out_nodes: NodeArrays,
) -> None:
    """Move the biases of hidden and output nodes, redraw the activations of hidden ones.

    Args:
        first: the genome's first node.
        last: one past its last node.
        noise: how often and how far.
        scale: the genome's factor on moves.
        options: ``(k,)`` int8 activation codes to draw from, k >= 1.
        stream: ``(3,)`` uint64, the genome's own.
        out_nodes: nodes of all genomes, changed in place.
    """
    sigma = noise.bias_sigma * scale
    for v in range(first, last):
        if out_nodes.kind[v] != INPUT and draw_uniform(stream) < noise.p_bias:
            out_nodes.bias[v] = moved(out_nodes.bias[v], sigma, noise.cauchy, noise.clip, stream)
        if out_nodes.kind[v] == HIDDEN and draw_uniform(stream) < noise.p_activation:
            out_nodes.activation[v] = options[draw_below(stream, options.size)]
