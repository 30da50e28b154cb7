"""Mutation of weights, biases and activations, in place on packed genomes."""

from spiral_monolith_neat_numpy.arrays import BoolArray, CodeArray, FloatArray, IntArray, KeyArray
from spiral_monolith_neat_numpy.kernels.jit import kernel
from spiral_monolith_neat_numpy.kernels.layout import HIDDEN, INPUT
from spiral_monolith_neat_numpy.kernels.random import draw_below, draw_normal, draw_uniform


@kernel
def clipped(value: float, limit: float) -> float:
    """Return ``value`` held to [-limit, limit]; NaN stays NaN."""
    if value > limit:
        return limit
    if value < -limit:
        return -limit
    return value


@kernel
def mutate_weights(
    edge_offset: IntArray,
    spared: BoolArray,
    p_mutate: float,
    p_replace: float,
    sigma: float,
    initial_sigma: float,
    clip: float,
    streams: KeyArray,
    out_weight: FloatArray,
) -> None:
    """Mutate all weights of a genome, or none.

    Args:
        edge_offset: ``(n + 1,)`` int64, first edge of each genome.
        spared: ``(n,)`` bool; these genomes stay as they are.
        p_mutate: probability per genome.
        p_replace: probability per weight of a new one from N(0, initial_sigma); the others
            are moved by N(0, sigma).
        sigma: standard deviation of a move, in units of weight.
        initial_sigma: standard deviation of a new weight.
        clip: limit of the absolute value after the change.
        streams: ``(n, 3)`` uint64, one stream per genome.
        out_weight: float64 weights of all genomes, changed in place.
    """
    for genome in range(spared.size):
        stream = streams[genome]
        if spared[genome] or draw_uniform(stream) >= p_mutate:
            continue
        for e in range(edge_offset[genome], edge_offset[genome + 1]):
            if draw_uniform(stream) < p_replace:
                moved = initial_sigma * draw_normal(stream)
            else:
                moved = out_weight[e] + sigma * draw_normal(stream)
            out_weight[e] = clipped(moved, clip)


@kernel
def mutate_nodes(
    node_offset: IntArray,
    spared: BoolArray,
    node_kind: CodeArray,
    p_bias: float,
    bias_sigma: float,
    clip: float,
    p_activation: float,
    options: CodeArray,
    streams: KeyArray,
    out_bias: FloatArray,
    out_activation: CodeArray,
) -> None:
    """Move the biases of hidden and output nodes, redraw the activations of hidden ones.

    Args:
        node_offset: ``(n + 1,)`` int64, first node of each genome.
        spared: ``(n,)`` bool; these genomes stay as they are.
        node_kind: int8 kinds of all nodes.
        p_bias: probability per node that its bias is moved by N(0, bias_sigma).
        bias_sigma: standard deviation of a move.
        clip: limit of the absolute bias after the change.
        p_activation: probability per hidden node of an activation drawn anew.
        options: ``(k,)`` int8 activation codes to draw from, k >= 1.
        streams: ``(n, 3)`` uint64, one stream per genome.
        out_bias: float64 biases of all nodes, changed in place.
        out_activation: int8 activations of all nodes, changed in place.
    """
    for genome in range(spared.size):
        if spared[genome]:
            continue
        stream = streams[genome]
        for v in range(node_offset[genome], node_offset[genome + 1]):
            if node_kind[v] == INPUT:
                continue
            if draw_uniform(stream) < p_bias:
                out_bias[v] = clipped(out_bias[v] + bias_sigma * draw_normal(stream), clip)
            if node_kind[v] == HIDDEN and draw_uniform(stream) < p_activation:
                out_activation[v] = options[draw_below(stream, options.size)]
