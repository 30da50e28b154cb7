"""One pass over a batch of samples: loss, hits and, while learning, the gradient."""

from typing import Any, NamedTuple

import numpy as np

from spiral_monolith_neat_numpy.arrays import Float32Array
from spiral_monolith_neat_numpy.kernels.activations import activate_with_slope
from spiral_monolith_neat_numpy.kernels.jit import fragment
from spiral_monolith_neat_numpy.kernels.loss import (
    LOGISTIC,
    SOFTMAX,
    logistic_hits,
    logistic_loss,
    softmax_hits,
    softmax_loss,
    squared_loss,
)
from spiral_monolith_neat_numpy.kernels.moves import copy_lanes, copy_some_lanes
from spiral_monolith_neat_numpy.kernels.registers import FOLD, LANES, handle
from spiral_monolith_neat_numpy.kernels.simd import add_folded, pull_back, weighted_sum
from spiral_monolith_neat_numpy.kernels.wiring import Samples, Wiring


class Scratch(NamedTuple):
    """Working memory of one training call.

    Attributes:
        values: ``(n_nodes, LANES)`` float32 outputs of the nodes in one block.
        delta: ``(n_nodes, LANES)`` float32 slopes, then derivatives by the sums.
        targets: ``(n_outputs, LANES)`` float32.
        block_weight: ``(1, LANES)`` float32 sample weights.
        partial: ``(n_parameters, FOLD)`` float32 partial sums of the gradient.
    """

    values: Float32Array
    delta: Float32Array
    targets: Float32Array
    block_weight: Float32Array
    partial: Float32Array


@fragment
def make_scratch(n_nodes: int, n_outputs: int, n_parameters: int) -> Scratch:
    """Return zeroed working memory for a network of that size."""
    return Scratch(
        np.zeros((n_nodes, LANES), dtype=np.float32),
        np.zeros((n_nodes, LANES), dtype=np.float32),
        np.zeros((n_outputs, LANES), dtype=np.float32),
        np.zeros((1, LANES), dtype=np.float32),
        np.zeros((n_parameters, FOLD), dtype=np.float32),
    )


@fragment
def block_loss(
    loss: int,
    first_output: int,
    n_outputs: int,
    values: Any,
    targets: Any,
    block_weight: Any,
    out_delta: Any,
) -> float:
    """Return the weighted loss of a block and write its derivatives by the logits.

    Args:
        loss: 1 softmax cross-entropy, 2 logistic cross-entropy, 3 half squared error, the
            last two summed over outputs.
        first_output: row of the first output.
        n_outputs: number of outputs.
        values: handle of ``(n_nodes, LANES)`` float32 with the logits in the output rows.
        targets: handle of ``(n_outputs, LANES)`` float32.
        block_weight: handle of ``(1, LANES)`` float32.
        out_delta: handle of ``(n_nodes, LANES)`` float32; the output rows are written.
    """
    if loss == SOFTMAX:
        total = softmax_loss(values, first_output, targets, n_outputs, block_weight, out_delta)
        return float(total)
    total = 0.0
    for output in range(n_outputs):
        row = first_output + output
        if loss == LOGISTIC:
            total += logistic_loss(values, row, targets, output, block_weight, out_delta)
        else:
            total += squared_loss(values, row, targets, output, block_weight, out_delta)
    return total


@fragment
def block_hits(
    loss: int, first_output: int, n_outputs: int, values: Any, targets: Any, block_weight: Any
) -> float:
    """Return the weight of the samples that are classified rightly.

    Softmax: the largest logit (the first of equals) is the target's. Logistic: each
    output on the right side of 0 counts an equal part. Squared error: 0. Arguments are
    those of ``block_loss``.
    """
    total = 0.0
    if loss == SOFTMAX:
        total += softmax_hits(values, first_output, targets, n_outputs, block_weight)
    elif loss == LOGISTIC:
        for output in range(n_outputs):
            row = first_output + output
            total += logistic_hits(values, row, targets, output, block_weight) / n_outputs
    return total


@fragment
def run_batch(
    wiring: Wiring,
    weight: Float32Array,
    parameter: Float32Array,
    first_bias: int,
    loss: int,
    samples: Samples,
    first: int,
    last: int,
    learn: bool,
    scratch: Scratch,
) -> tuple[float, float, float]:
    """Run the samples first .. last - 1; sum up their loss and their gradient or hits.

    Args:
        wiring: the network.
        weight: ``(n_edges,)`` float32 weights in the order by target.
        parameter: ``(n_parameters / LANES, LANES)`` float32, from one row to the next: weights
            by source, then biases.
        first_bias: place of the first node's bias in ``parameter``.
        loss: code of the loss (see ``block_loss``).
        samples: samples; up to ``LANES - 1`` columns after the last are read too.
        first: first sample.
        last: one past the last sample.
        learn: True: the partial sums in ``scratch`` grow by the gradient; False: hits.
        scratch: working memory; ``partial`` is in the order of ``parameter``.

    Returns:
        Summed loss, summed weight, and the summed weight of the samples classified rightly
        (see ``block_hits``; 0 while learning).
    """
    # Local names once: each access through a bundle of arrays counts references.
    activation, in_start, out_start = wiring.activation, wiring.in_start, wiring.out_start
    n_nodes, n_inputs, n_outputs = activation.size, wiring.n_inputs, wiring.n_outputs
    first_output = n_nodes - n_outputs
    values, deltas, partial = handle(scratch.values), handle(scratch.delta), handle(scratch.partial)
    targets, weights = handle(scratch.targets), handle(scratch.block_weight)
    source, weight_in = handle(wiring.in_source), handle(weight)
    target, weight_out = handle(wiring.out_target), handle(parameter)
    features, wanted = handle(samples.features), handle(samples.targets)
    sample_weight, width = handle(samples.weight), samples.weight.size
    total = total_weight = hits = 0.0
    for begin in range(first, last, LANES):
        for row in range(n_inputs):
            copy_lanes(features, row * width + begin, values, row)
        for row in range(n_outputs):
            copy_lanes(wanted, row * width + begin, targets, row)
        total_weight += copy_some_lanes(sample_weight, begin, last - begin, weights, 0)
        for node in range(n_inputs, n_nodes):
            place = first_bias + node
            bias = parameter[place // LANES, place % LANES]
            weighted_sum(values, source, weight_in, in_start[node], in_start[node + 1], bias, node)
            if node < first_output:
                activate_with_slope(activation[node], node, values, deltas)
        total += block_loss(loss, first_output, n_outputs, values, targets, weights, deltas)
        if not learn:
            hits += block_hits(loss, first_output, n_outputs, values, targets, weights)
            continue
        for node in range(first_output - 1, -1, -1):
            start, stop = out_start[node], out_start[node + 1]
            if start < stop:
                pull_back(values, deltas, target, weight_out, start, stop, node, partial)
        for node in range(n_inputs, n_nodes):
            add_folded(deltas, node, partial, first_bias + node)
    return total, total_weight, hits
