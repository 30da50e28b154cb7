"""Run a network over blocks of samples: prediction and scores.

Every row of samples is summed in the same fixed order whatever block it lies in, so a
row's result does not depend on its neighbours or on their number.
"""

import numpy as np

from spiral_monolith_neat_numpy.arrays import Float32Array, FloatArray
from spiral_monolith_neat_numpy.kernels.activations import apply_activation
from spiral_monolith_neat_numpy.kernels.jit import kernel
from spiral_monolith_neat_numpy.kernels.loss import block_hits, block_loss
from spiral_monolith_neat_numpy.kernels.simd import LANES, handle, weighted_sum
from spiral_monolith_neat_numpy.kernels.wiring import Samples, Wiring


@kernel
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
    activation, in_start, in_source = wiring.activation, wiring.in_start, wiring.in_source
    rows, source, weights = handle(values), handle(in_source), handle(weight)
    for node in range(wiring.n_inputs, activation.size):
        start, stop = in_start[node], in_start[node + 1]
        weighted_sum(rows, source, weights, start, stop, bias[node], node)
        if node < n_active:
            apply_activation(activation[node], node, rows)


@kernel
def copy_block(
    samples: Samples,
    first: int,
    values: Float32Array,
    targets: Float32Array,
    block_weight: Float32Array,
) -> None:
    """Copy samples first .. first + LANES - 1 into the input rows, targets and weights."""
    features, wanted, weight = samples.features, samples.targets, samples.weight
    for feature in range(features.shape[0]):
        for k in range(LANES):
            values[feature, k] = features[feature, first + k]
    for output in range(targets.shape[0]):
        for k in range(LANES):
            targets[output, k] = wanted[output, first + k]
    for k in range(LANES):
        block_weight[0, k] = weight[first + k]


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


@kernel
def score(
    wiring: Wiring,
    weight: Float32Array,
    bias: Float32Array,
    loss: int,
    samples: Samples,
    out_score: FloatArray,
) -> None:
    """Write (mean loss, share of samples classified rightly) to ``out_score``.

    Args:
        wiring: the network.
        weight: ``(n_edges,)`` float32 in the order by target.
        bias: ``(n_nodes,)`` float32.
        loss: code of the loss (see ``wiring.TrainingPlan``).
        samples: padded samples; both means are weighted by ``samples.weight``.
        out_score: ``(2,)`` float64; the second entry is 0 for squared error.
    """
    n_nodes = wiring.activation.size
    first_output = n_nodes - wiring.n_outputs
    values = np.zeros((n_nodes, LANES), dtype=np.float32)
    delta = np.zeros((n_nodes, LANES), dtype=np.float32)
    targets = np.zeros((wiring.n_outputs, LANES), dtype=np.float32)
    block_weight = np.zeros((1, LANES), dtype=np.float32)
    out_score[:] = 0.0
    for first in range(0, samples.weight.size, LANES):
        copy_block(samples, first, values, targets, block_weight)
        run_block(wiring, weight, bias, first_output, values)
        out_score[1] += block_hits(loss, first_output, values, targets, block_weight)
        out_score[0] += block_loss(loss, first_output, values, targets, block_weight, delta)
