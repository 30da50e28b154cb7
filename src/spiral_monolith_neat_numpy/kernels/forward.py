"""Run a network on rows of samples: prediction.

Every row of samples is summed in the same fixed order whatever block it lies in, so a
row's result does not depend on its neighbours or on their number.
"""

import numpy as np

from spiral_monolith_neat_numpy.arrays import Float32Array, FloatArray
from spiral_monolith_neat_numpy.kernels.activations import activate
from spiral_monolith_neat_numpy.kernels.jit import fragment, kernel
from spiral_monolith_neat_numpy.kernels.registers import LANES, handle
from spiral_monolith_neat_numpy.kernels.simd import weighted_sum
from spiral_monolith_neat_numpy.kernels.wiring import Wiring


@fragment
def run_block(
    wiring: Wiring, weight: Float32Array, bias: Float32Array, n_active: int, values: Float32Array
) -> None:
    """Compute all node rows of one block from its input rows.

    Args:
        wiring: the network.
        weight: ``(n_edges,)`` float32 in the order by target.
        bias: ``(n_nodes,)`` float32.
        n_active: nodes from this place on keep their plain sums (logits); ``n_nodes`` for none.
        values: ``(n_nodes, LANES)`` float32; input rows are read, the others written.
    """
    activation, in_start = wiring.activation, wiring.in_start
    rows, source, weights = handle(values), handle(wiring.in_source), handle(weight)
    for node in range(wiring.n_inputs, activation.size):
        start, stop = in_start[node], in_start[node + 1]
        weighted_sum(rows, source, weights, start, stop, bias[node], node)
        if node < n_active:
            activate(activation[node], node, rows)


@kernel
def run_rows(
    wiring: Wiring,
    weight: Float32Array,
    bias: Float32Array,
    plain: bool,
    rows: FloatArray,
    out_values: FloatArray,
) -> None:
    """Run the network on rows of samples.

    Args:
        wiring: the network.
        weight: ``(n_edges,)`` float32 in the order by target.
        bias: ``(n_nodes,)`` float32.
        plain: True: outputs pass their own activation; False: their sums (logits) come out.
        rows: ``(n_samples, n_inputs)`` float64.
        out_values: ``(n_samples, n_outputs)`` float64.
    """
    n_nodes = wiring.activation.size
    first_output = n_nodes - wiring.n_outputs
    n_active = n_nodes if plain else first_output
    values = np.zeros((n_nodes, LANES), dtype=np.float32)
    for first in range(0, rows.shape[0], LANES):
        n_here = min(LANES, rows.shape[0] - first)
        for k in range(n_here):
            for feature in range(wiring.n_inputs):
                values[feature, k] = rows[first + k, feature]
        run_block(wiring, weight, bias, n_active, values)
        for k in range(n_here):
            for output in range(wiring.n_outputs):
                out_values[first + k, output] = values[first_output + output, k]
