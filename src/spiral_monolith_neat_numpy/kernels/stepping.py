"""Run a compiled genome one sample at a time from Python, with as few arguments as can be.

Each argument of a compiled function costs about 50 ns at the border to Python, so all of a
program lies in one array of integers and one of floats:

- integers: numbers of nodes n, inputs, outputs, nodes that run; order (n), inputs (n), outputs
  (n), activations (n), starts (n + 1), sources (one per edge), as in ``program.Program``;
- floats: inputs, outputs, values of the nodes (n), biases (n), weights (one per edge).
"""

import math

from spiral_monolith_neat_numpy.arrays import FloatArray, IntArray
from spiral_monolith_neat_numpy.kernels.exact import activated
from spiral_monolith_neat_numpy.kernels.jit import exact_kernel, instant_kernel
from spiral_monolith_neat_numpy.kernels.layout import Genomes
from spiral_monolith_neat_numpy.kernels.program import Room, compile_program

N_NODES, N_INPUTS, N_OUTPUTS, N_ORDERED, HEADER = range(5)


@exact_kernel
def compile_one(genomes: Genomes, g: int, out_room: Room) -> tuple[int, int, int, int]:
    """Compile one genome (see ``program.compile_program``)."""
    return compile_program(genomes, g, out_room.work, out_room.program)


@instant_kernel
def activate_packed(whole: IntArray, real: FloatArray) -> bool:
    """Run one activation from the inputs in ``real`` to the outputs there.

    Args:
        whole: the integers.
        real: the floats; outputs and values of the nodes are overwritten.

    Returns:
        False, and nothing was done, if an input is NaN or infinite.
    """
    n, n_inputs, n_outputs = whole[N_NODES], whole[N_INPUTS], whole[N_OUTPUTS]
    inputs, outputs = HEADER + n, HEADER + 2 * n
    activation, start = HEADER + 3 * n, HEADER + 4 * n
    source = HEADER + 5 * n + 1
    values = n_inputs + n_outputs
    bias, weight = values + n, values + 2 * n
    for i in range(n_inputs):
        if not math.isfinite(real[i]):
            return False
    for i in range(n_inputs):
        real[values + whole[inputs + i]] = real[i]
    for at in range(whole[N_ORDERED]):
        node = whole[HEADER + at]
        total = real[bias + node]
        for k in range(whole[start + node], whole[start + node + 1]):
            total += real[weight + k] * real[values + whole[source + k]]
        real[values + node] = activated(whole[activation + node], total)
    for i in range(n_outputs):
        real[n_inputs + i] = real[values + whole[outputs + i]]
    return True
