"""Score genomes on fixed cases, from packed genes to sums of errors in one call.

Each case is one activation from rest; ``LANES`` cases run side by side, their sums in registers.
"""

import math

import numpy as np

from spiral_monolith_neat_numpy.arrays import FloatArray
from spiral_monolith_neat_numpy.kernels.exact import activated
from spiral_monolith_neat_numpy.kernels.jit import exact_kernel, fragment
from spiral_monolith_neat_numpy.kernels.layout import Genomes
from spiral_monolith_neat_numpy.kernels.program import (
    Program,
    Room,
    compile_program,
    make_room,
)
from spiral_monolith_neat_numpy.kernels.ranges import Ranges, begin, end, finish, note, take
from spiral_monolith_neat_numpy.kernels.registers import borrowed

LANES = 4
N_SUMS = 3


@fragment
def _run_lanes(program: Program, n_ordered: int, out_values: FloatArray) -> None:
    """Run one activation of four cases, as ``program.run_once`` runs one."""
    for at in range(n_ordered):
        node = program.order[at]
        a = b = c = d = program.bias[node]
        for k in range(program.start[node], program.start[node + 1]):
            weight, source = program.weight[k], program.source[k]
            a += weight * out_values[source, 0]
            b += weight * out_values[source, 1]
            c += weight * out_values[source, 2]
            d += weight * out_values[source, 3]
        code = program.activation[node]
        out_values[node, 0] = activated(code, a)
        out_values[node, 1] = activated(code, b)
        out_values[node, 2] = activated(code, c)
        out_values[node, 3] = activated(code, d)


@fragment
def _set_inputs(
    program: Program,
    n_nodes: int,
    n_recurrent: int,
    inputs: FloatArray,
    start: int,
    out_values: FloatArray,
) -> None:
    if n_recurrent > 0:  # otherwise no value is read before it is written
        for v in range(n_nodes):
            for c in range(LANES):
                out_values[v, c] = 0.0
    for i in range(inputs.shape[0]):
        for c in range(LANES):
            out_values[program.input[i], c] = inputs[i, start + c]


@fragment
def _score_one(
    genomes: Genomes,
    g: int,
    inputs: FloatArray,
    targets: FloatArray,
    room: Room,
    values: FloatArray,
    out_sums: FloatArray,
) -> bool:
    """Score one genome; return whether it has a network of the right size."""
    program = room.program
    n_inputs, n_outputs, n_ordered, n_recurrent = compile_program(genomes, g, room.work, program)
    fits = bool(n_inputs == inputs.shape[0] and n_outputs == targets.shape[0])
    size = square = wrong = 0.0 if fits else math.nan
    n_nodes = genomes.node_offset[g + 1] - genomes.node_offset[g]
    n_cases = targets.shape[1] if fits else 0
    for start in range(0, n_cases, LANES):
        _set_inputs(program, n_nodes, n_recurrent, inputs, start, values)
        _run_lanes(program, n_ordered, values)
        for i in range(n_outputs):
            for c in range(min(LANES, n_cases - start)):
                wanted, found = targets[i, start + c], values[program.output[i], c]
                error = found - wanted
                size += abs(error)
                square += error * error
                right = found > 0.5 if wanted > 0.5 else found < 0.5
                wrong += 0.0 if right else 1.0
    out_sums[g, 0], out_sums[g, 1], out_sums[g, 2] = size, square, wrong
    return fits


@exact_kernel
def _score(
    ranges: Ranges,
    genomes: Genomes,
    inputs: FloatArray,
    targets: FloatArray,
    room: Room,
    values: FloatArray,
    out_sums: FloatArray,
) -> None:
    genomes, room, values = borrowed(genomes), borrowed(room), borrowed(values)
    inputs, targets, out_sums = borrowed(inputs), borrowed(targets), borrowed(out_sums)
    first, last = take(ranges)
    while first < last:
        for g in range(first, last):
            if not _score_one(genomes, g, inputs, targets, room, values, out_sums):
                note(ranges, g)
        finish(ranges, first, last)
        first, last = take(ranges)


@exact_kernel
def score_cases(
    ranges: Ranges,
    genomes: Genomes,
    inputs: FloatArray,
    targets: FloatArray,
    out_sums: FloatArray,
) -> None:
    """Compile and run the genomes that this thread takes on all cases.

    Args:
        ranges: of the genomes.
        genomes: packed genes.
        inputs: ``(n_inputs, n_padded)`` float64, n_padded the next multiple of ``LANES``.
        targets: ``(n_outputs, n_cases)`` float64.
        out_sums: ``(n, 3)`` float64, over all cases and outputs: sum of |error|,
            sum of squared errors, number of outputs not on their target's side of 0.5; NaN
            for a genome that has no network with so many inputs and outputs, which is noted.
    """
    begin(ranges)
    room = make_room(genomes, 0, ranges.n)
    values = np.empty((room.program.bias.size, LANES))
    _score(ranges, genomes, inputs, targets, room, values, out_sums)
    end(ranges)
