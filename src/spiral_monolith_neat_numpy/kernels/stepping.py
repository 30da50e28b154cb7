"""Run compiled genomes one sample at a time from Python, with as few arguments as can be.

Each argument of a compiled function costs about 50 ns at the border to Python, and each array
that it returns some 500, so a program is one array of words of 64 bits:

- numbers of nodes n, inputs, outputs, nodes that run, recurrent edges, edges (int64);
- inputs, outputs, values of the nodes (n), biases (n), weights (one per edge) (float64);
- order (n), inputs (n), outputs (n), activations (n), starts (n + 1), sources (one per edge), as
  in ``program.Program`` (int64).

Programs of several genomes lie end to end.
"""

import math

import numpy as np

from spiral_monolith_neat_numpy.arrays import FloatArray, IntArray
from spiral_monolith_neat_numpy.kernels.exact import activated
from spiral_monolith_neat_numpy.kernels.jit import exact_kernel, fragment, instant_kernel
from spiral_monolith_neat_numpy.kernels.layout import Genomes
from spiral_monolith_neat_numpy.kernels.program import Program, compile_program, make_room

N_NODES, N_INPUTS, N_OUTPUTS, N_ORDERED, N_RECURRENT, N_EDGES, HEADER = range(7)


@fragment
def _pack(
    program: Program, counts: tuple[int, int, int, int], n: int, out_real: FloatArray
) -> None:
    """Write a program with ``n`` nodes, and a state of rest."""
    n_inputs, n_outputs, n_ordered, n_recurrent = counts
    n_edges = program.start[n]
    whole = out_real.view(np.int64)
    whole[N_NODES] = n
    whole[N_INPUTS] = n_inputs
    whole[N_OUTPUTS] = n_outputs
    whole[N_ORDERED] = n_ordered
    whole[N_RECURRENT] = n_recurrent
    whole[N_EDGES] = n_edges
    value = HEADER + n_inputs + n_outputs
    order = value + 2 * n + n_edges
    for i in range(HEADER, value):
        out_real[i] = 0.0
    for v in range(n):
        out_real[value + v] = 0.0
        out_real[value + n + v] = program.bias[v]
        # Entries past the counts mean nothing.
        whole[order + v] = program.order[v] if v < n_ordered else 0
        whole[order + n + v] = program.input[v] if v < n_inputs else 0
        whole[order + 2 * n + v] = program.output[v] if v < n_outputs else 0
        whole[order + 3 * n + v] = program.activation[v]
        whole[order + 4 * n + v] = program.start[v]
    whole[order + 5 * n] = n_edges
    for k in range(n_edges):
        out_real[value + 2 * n + k] = program.weight[k]
        whole[order + 5 * n + 1 + k] = program.source[k]


@exact_kernel
def pack_program(genomes: Genomes, g: int) -> tuple[FloatArray, int, int]:
    """Compile and pack one genome.

    Args:
        genomes: packed genes; disabled edges do not count.
        g: the genome.

    Returns:
        The program as float64, and its numbers of inputs and outputs. It is empty if there is
        no network: an enabled edge starts or ends nowhere or leads into an input.
    """
    room = make_room(genomes, g, g + 1)
    counts = compile_program(genomes, g, room.work, room.program)
    size = 0
    n = genomes.node_offset[g + 1] - genomes.node_offset[g]
    if counts[0] >= 0:
        size = HEADER + counts[0] + counts[1] + 7 * n + 1 + 2 * room.program.start[n]
    real = np.empty(size)
    if counts[0] >= 0:
        _pack(room.program, counts, n, real)
    return real, counts[0], counts[1]


@fragment
def _activate(real: FloatArray, whole: IntArray, first: int) -> bool:
    """Run one activation of the program that begins at ``first``."""
    n, n_inputs, n_outputs = whole[first], whole[first + N_INPUTS], whole[first + N_OUTPUTS]
    start = first + HEADER
    values = start + n_inputs + n_outputs
    weights = values + 2 * n
    order = weights + whole[first + N_EDGES]
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
                total += real[weights + k] * real[values + source]
            real[values + node] = activated(whole[order + 3 * n + node], total)
        for i in range(n_outputs):
            real[start + n_inputs + i] = real[values + whole[order + 2 * n + i]]
    return is_finite


@instant_kernel
def activate_packed(real: FloatArray) -> bool:
    """Run one activation from the inputs in a program to the outputs there.

    Args:
        real: the program; outputs and values of the nodes are overwritten.

    Returns:
        False, and nothing was done, if an input is NaN or infinite.
    """
    return _activate(real, real.view(np.int64), 0)


@instant_kernel
def activate_each(
    offset: IntArray, X: FloatArray, real: FloatArray, out_outputs: FloatArray
) -> int:
    """Run one activation of every genome, each on a sample of its own.

    Args:
        offset: ``(n + 1,)`` int64, where each program begins.
        X: ``(n, n_inputs)`` float64; a row with NaN or infinity is left out.
        real: the programs; outputs and values of the nodes are overwritten.
        out_outputs: ``(n, n_outputs)`` float64; NaN in a row that is left out.

    Returns:
        The first row that was left out, or -1.
    """
    left_out = -1
    whole = real.view(np.int64)
    for g in range(X.shape[0]):
        start = offset[g] + HEADER
        for i in range(X.shape[1]):
            real[start + i] = X[g, i]
        done = _activate(real, whole, offset[g])
        if not done and left_out < 0:
            left_out = g
        for i in range(out_outputs.shape[1]):
            out_outputs[g, i] = real[start + X.shape[1] + i] if done else math.nan
    return left_out
