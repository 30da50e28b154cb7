"""Run compiled genomes one sample at a time from Python, with as few arguments as can be.

Each argument of a compiled function costs about 50 ns at the border to Python, so all of a
program lies in one array of integers and one of floats:

- integers: numbers of nodes n, inputs, outputs, nodes that run, recurrent edges; order (n),
  inputs (n), outputs (n), activations (n), starts (n + 1), sources (one per edge), as in
  ``program.Program``;
- floats: inputs, outputs, values of the nodes (n), biases (n), weights (one per edge).

Programs of several genomes lie end to end.
"""

import math

import numpy as np

from spiral_monolith_neat_numpy.arrays import FloatArray, IntArray
from spiral_monolith_neat_numpy.kernels.exact import activated
from spiral_monolith_neat_numpy.kernels.jit import exact_kernel, fragment, instant_kernel
from spiral_monolith_neat_numpy.kernels.layout import Genomes
from spiral_monolith_neat_numpy.kernels.program import Program, compile_program, make_room

N_NODES, N_INPUTS, N_OUTPUTS, N_ORDERED, N_RECURRENT, HEADER = range(6)


@fragment
def _pack(
    program: Program,
    counts: tuple[int, int, int, int],
    n: int,
    first_whole: int,
    first_real: int,
    out_whole: IntArray,
    out_real: FloatArray,
) -> None:
    """Write a program with ``n`` nodes, and a state of rest."""
    n_inputs, n_outputs, n_ordered, n_recurrent = counts
    n_edges = program.start[n]
    out_whole[first_whole + N_NODES] = n
    out_whole[first_whole + N_INPUTS] = n_inputs
    out_whole[first_whole + N_OUTPUTS] = n_outputs
    out_whole[first_whole + N_ORDERED] = n_ordered
    out_whole[first_whole + N_RECURRENT] = n_recurrent
    order = first_whole + HEADER
    value = first_real + n_inputs + n_outputs
    for i in range(first_real, value):
        out_real[i] = 0.0
    for v in range(n):
        # Entries past the counts mean nothing.
        out_whole[order + v] = program.order[v] if v < n_ordered else 0
        out_whole[order + n + v] = program.input[v] if v < n_inputs else 0
        out_whole[order + 2 * n + v] = program.output[v] if v < n_outputs else 0
        out_whole[order + 3 * n + v] = program.activation[v]
        out_whole[order + 4 * n + v] = program.start[v]
        out_real[value + v] = 0.0
        out_real[value + n + v] = program.bias[v]
    out_whole[order + 5 * n] = n_edges
    for k in range(n_edges):
        out_whole[order + 5 * n + 1 + k] = program.source[k]
        out_real[value + 2 * n + k] = program.weight[k]


@exact_kernel
def pack_program(genomes: Genomes, g: int) -> tuple[IntArray, FloatArray]:
    """Compile and pack one genome; return its integers and floats, empty if it has no network.

    Args:
        genomes: packed genes; disabled edges do not count.
        g: the genome. It has none if an enabled edge starts or ends nowhere or leads into an
            input.
    """
    room = make_room(genomes, g, g + 1)
    counts = compile_program(genomes, g, room.work, room.program)
    n_whole = n_real = 0
    n = genomes.node_offset[g + 1] - genomes.node_offset[g]
    if counts[0] >= 0:
        n_edges = room.program.start[n]
        n_whole = HEADER + 5 * n + 1 + n_edges
        n_real = counts[0] + counts[1] + 2 * n + n_edges
    whole, real = np.empty(n_whole, np.int64), np.empty(n_real)
    if counts[0] >= 0:
        _pack(room.program, counts, n, 0, 0, whole, real)
    return whole, real


@fragment
def _activate(whole: IntArray, first: int, real: FloatArray, start: int) -> bool:
    """Run one activation of the program whose integers begin at ``first``, floats at ``start``."""
    n, n_inputs, n_outputs = whole[first], whole[first + N_INPUTS], whole[first + N_OUTPUTS]
    order = first + HEADER
    values = start + n_inputs + n_outputs
    is_finite = True
    for i in range(n_inputs):
        is_finite = is_finite and math.isfinite(real[start + i])
    if is_finite:
        for i in range(n_inputs):
            real[values + whole[order + n + i]] = real[start + i]
        for at in range(whole[first + N_ORDERED]):
            node = whole[order + at]
            total = real[values + n + node]
            for k in range(whole[order + 4 * n + node], whole[order + 4 * n + node + 1]):
                source = whole[order + 5 * n + 1 + k]
                total += real[values + 2 * n + k] * real[values + source]
            real[values + node] = activated(whole[order + 3 * n + node], total)
        for i in range(n_outputs):
            real[start + n_inputs + i] = real[values + whole[order + 2 * n + i]]
    return is_finite


@instant_kernel
def activate_packed(whole: IntArray, real: FloatArray) -> bool:
    """Run one activation from the inputs in ``real`` to the outputs there.

    Args:
        whole: the integers.
        real: the floats; outputs and values of the nodes are overwritten.

    Returns:
        False, and nothing was done, if an input is NaN or infinite.
    """
    return _activate(whole, 0, real, 0)


@instant_kernel
def activate_each(
    whole_offset: IntArray,
    real_offset: IntArray,
    whole: IntArray,
    X: FloatArray,
    real: FloatArray,
    out_outputs: FloatArray,
) -> int:
    """Run one activation of every genome, each on a sample of its own.

    Args:
        whole_offset: ``(n + 1,)`` int64 from ``pack_programs``.
        real_offset: ``(n + 1,)`` int64.
        whole: the integers.
        X: ``(n, n_inputs)`` float64; a row with NaN or infinity is left out.
        real: the floats; outputs and values of the nodes are overwritten.
        out_outputs: ``(n, n_outputs)`` float64; NaN in a row that is left out.

    Returns:
        The first row that was left out, or -1.
    """
    left_out = -1
    for g in range(X.shape[0]):
        start = real_offset[g]
        for i in range(X.shape[1]):
            real[start + i] = X[g, i]
        done = _activate(whole, whole_offset[g], real, start)
        if not done and left_out < 0:
            left_out = g
        for i in range(out_outputs.shape[1]):
            out_outputs[g, i] = real[start + X.shape[1] + i] if done else math.nan
    return left_out
