"""Train one network by gradient: full batch or minibatch Adam in one compiled call."""

import math
from typing import NamedTuple

import numpy as np

from spiral_monolith_neat_numpy.arrays import AnyArray, Float32Array, FloatArray, KeyArray
from spiral_monolith_neat_numpy.kernels.activations import activate_with_slope
from spiral_monolith_neat_numpy.kernels.forward import copy_block, score
from spiral_monolith_neat_numpy.kernels.jit import kernel
from spiral_monolith_neat_numpy.kernels.loss import block_loss
from spiral_monolith_neat_numpy.kernels.random import draw_below
from spiral_monolith_neat_numpy.kernels.simd import (
    FOLD,
    LANES,
    add_folded,
    handle,
    pull_back,
    weighted_sum,
)
from spiral_monolith_neat_numpy.kernels.wiring import Samples, TrainingPlan, Wiring

_BETA1, _BETA2, _EPSILON = np.float32(0.9), np.float32(0.999), np.float32(1e-8)
_ONE, _ZERO = np.float32(1.0), np.float32(0.0)


@kernel
def adam_update(
    plan: TrainingPlan,
    step: int,
    decay: float,
    gradient: Float32Array,
    mean: Float32Array,
    square: Float32Array,
    out_parameter: Float32Array,
) -> None:
    """Move parameters by one Adam step (Kingma & Ba 2015, algorithm 1), decay and clip them."""
    rate = np.float32(
        plan.learning_rate * math.sqrt(1.0 - 0.999 ** (step + 1)) / (1.0 - 0.9 ** (step + 1))
    )
    keep = np.float32(1.0 - plan.learning_rate * decay)
    limit = np.float32(plan.weight_clip)
    # Algorithm 1 with the bias corrections folded into the rate, and so into epsilon.
    epsilon = np.float32(_EPSILON * math.sqrt(1.0 - 0.999 ** (step + 1)))
    for k in range(gradient.size):
        g = gradient[k]
        mean[k] = _BETA1 * mean[k] + (_ONE - _BETA1) * g
        square[k] = _BETA2 * square[k] + (_ONE - _BETA2) * g * g
        moved = keep * out_parameter[k] - rate * mean[k] / (np.sqrt(square[k]) + epsilon)
        moved = limit if moved > limit else moved
        out_parameter[k] = -limit if moved < -limit else moved


@kernel
def clip_norm(limit: float, edge_gradient: Float32Array, bias_gradient: Float32Array) -> None:
    """Scale both gradients down so that their joint Euclidean norm is at most ``limit``."""
    total = 0.0
    for k in range(edge_gradient.size):
        total += edge_gradient[k] * edge_gradient[k]
    for k in range(bias_gradient.size):
        total += bias_gradient[k] * bias_gradient[k]
    norm = math.sqrt(total)
    if norm > limit:
        factor = np.float32(limit / norm)
        for k in range(edge_gradient.size):
            edge_gradient[k] *= factor
        for k in range(bias_gradient.size):
            bias_gradient[k] *= factor


@kernel
def _shuffle(stream: KeyArray, order: AnyArray) -> None:
    """Shuffle in place (Fisher & Yates)."""
    for k in range(order.size - 1, 0, -1):
        other = draw_below(stream, k + 1)
        order[k], order[other] = order[other], order[k]


@kernel
def gather_block(
    samples: Samples,
    order: AnyArray,
    first: int,
    last: int,
    values: Float32Array,
    targets: Float32Array,
    block_weight: Float32Array,
) -> None:
    """Copy the samples order[first] .. order[last - 1] into a block, weight 0 on the rest."""
    for k in range(LANES):
        sample = order[first + k] if first + k < last else order[first]
        block_weight[0, k] = samples.weight[sample] if first + k < last else _ZERO
        for feature in range(samples.features.shape[0]):
            values[feature, k] = samples.features[feature, sample]
        for output in range(targets.shape[0]):
            targets[output, k] = samples.targets[output, sample]


class Scratch(NamedTuple):
    """Working memory of one training call.

    Attributes:
        values: ``(n_nodes, LANES)`` float32 outputs of the nodes in one block.
        delta: ``(n_nodes, LANES)`` float32 slopes, then derivatives by the sums.
        targets: ``(n_outputs, LANES)`` float32.
        block_weight: ``(1, LANES)`` float32 sample weights.
        edge_partial: ``(n_edges, FOLD)`` float32 partial gradients in the order by source.
        bias_partial: ``(n_nodes, FOLD)`` float32.
    """

    values: Float32Array
    delta: Float32Array
    targets: Float32Array
    block_weight: Float32Array
    edge_partial: Float32Array
    bias_partial: Float32Array


@kernel
def make_scratch(n_nodes: int, n_outputs: int, n_edges: int) -> Scratch:
    """Return zeroed working memory for a network of that size."""
    return Scratch(
        np.zeros((n_nodes, LANES), dtype=np.float32),
        np.zeros((n_nodes, LANES), dtype=np.float32),
        np.zeros((n_outputs, LANES), dtype=np.float32),
        np.zeros((1, LANES), dtype=np.float32),
        np.zeros((n_edges, FOLD), dtype=np.float32),
        np.zeros((n_nodes, FOLD), dtype=np.float32),
    )


@kernel
def batch_gradient(
    wiring: Wiring,
    weight_in: Float32Array,
    weight_out: Float32Array,
    bias: Float32Array,
    loss: int,
    samples: Samples,
    order: AnyArray,
    first: int,
    last: int,
    scratch: Scratch,
) -> tuple[float, float]:
    """Add the gradients of a batch to the zeroed partial sums in ``scratch``.

    Args:
        wiring: the network.
        weight_in: ``(n_edges,)`` float32 in the order by target.
        weight_out: the same weights in the order by source.
        bias: ``(n_nodes,)`` float32.
        loss: code of the loss.
        samples: padded samples.
        order: ``(n,)`` int64 sample numbers, or empty for all samples as they lie.
        first: first place in ``order``; 0 with an empty one.
        last: one past the last place; the padded number of samples with an empty ``order``.
        scratch: working memory; its partial sums grow.

    Returns:
        The summed loss and the summed weight of the batch.
    """
    # Local names once: each access through a bundle of arrays counts references.
    activation, in_start, in_source = wiring.activation, wiring.in_start, wiring.in_source
    out_start, out_target = wiring.out_start, wiring.out_target
    n_nodes, n_inputs = activation.size, wiring.n_inputs
    first_output = n_nodes - wiring.n_outputs
    values, delta, targets = scratch.values, scratch.delta, scratch.targets
    block_weight = scratch.block_weight
    rows, deltas, sources = handle(values), handle(delta), handle(in_source)
    target, weights_in, weights_out = handle(out_target), handle(weight_in), handle(weight_out)
    edge_sums, bias_sums = handle(scratch.edge_partial), handle(scratch.bias_partial)
    total = total_weight = 0.0
    for begin in range(first, last, LANES):
        if order.size == 0:
            copy_block(samples, begin, values, targets, block_weight)
        else:
            gather_block(samples, order, begin, last, values, targets, block_weight)
        for node in range(n_inputs, n_nodes):
            start, stop = in_start[node], in_start[node + 1]
            weighted_sum(rows, sources, weights_in, start, stop, bias[node], node)
            if node < first_output:
                activate_with_slope(activation[node], node, rows, deltas)
        total += block_loss(loss, first_output, values, targets, block_weight, delta)
        total_weight += block_weight.sum()
        for node in range(first_output - 1, -1, -1):
            start, stop = out_start[node], out_start[node + 1]
            if start < stop:
                pull_back(rows, deltas, target, weights_out, start, stop, node, edge_sums)
        for node in range(n_inputs, n_nodes):
            add_folded(deltas, node, bias_sums)
    return total, total_weight


@kernel
def _sum_partials(scale: np.float32, partial: Float32Array, out_gradient: Float32Array) -> None:
    for item in range(out_gradient.size):
        total = _ZERO
        for k in range(FOLD):
            total += partial[item, k]
        out_gradient[item] = scale * total


@kernel
def train(
    wiring: Wiring,
    plan: TrainingPlan,
    training: Samples,
    validation: Samples,
    stream: KeyArray,
    weight: Float32Array,
    bias: Float32Array,
    out_loss: FloatArray,
    out_score: FloatArray,
) -> None:
    """Train a network in place.

    Args:
        wiring: the network.
        plan: how to train.
        training: samples that give the gradient.
        validation: samples that choose the best parameters seen, those at the start
            included, when ``plan.validate_every`` > 0.
        stream: ``(3,)`` uint64 random stream for the order of minibatches.
        weight: ``(n_edges,)`` float32 in the order by target; read and written.
        bias: ``(n_nodes,)`` float32; read and written.
        out_loss: ``(steps,)`` float64 mean training loss before each update, or empty.
        out_score: ``(2,)`` float64 validation loss and accuracy of the parameters kept.
    """
    n_edges = weight.size
    edge_gradient = np.zeros(n_edges, dtype=np.float32)
    bias_gradient = np.zeros(bias.size, dtype=np.float32)
    edge_mean, edge_square = np.zeros_like(edge_gradient), np.zeros_like(edge_gradient)
    bias_mean, bias_square = np.zeros_like(bias_gradient), np.zeros_like(bias_gradient)
    weight_out = np.empty_like(weight)
    for k in range(n_edges):
        weight_out[k] = weight[wiring.out_edge[k]]
    scratch = make_scratch(bias.size, wiring.n_outputs, n_edges)
    best_weight, best_bias = weight.copy(), bias.copy()
    look = np.zeros(2, dtype=np.float64)
    score(wiring, weight, bias, plan.loss, validation, out_score)
    n_samples = 0
    for k in range(training.weight.size):
        if training.weight[k] > _ZERO:
            n_samples += 1
    minibatch = 0 < plan.batch_size < n_samples
    order = np.empty(n_samples if minibatch else 0, dtype=np.int64)
    if minibatch:
        order[:] = np.nonzero(training.weight > _ZERO)[0]
    first, last = 0, training.weight.size
    for step in range(plan.steps):
        if minibatch:
            first = 0 if step == 0 or last >= n_samples else last
            if first == 0:
                _shuffle(stream, order)
            last = min(first + plan.batch_size, n_samples)
        scratch.edge_partial[:] = _ZERO
        scratch.bias_partial[:] = _ZERO
        total, total_weight = batch_gradient(
            wiring, weight, weight_out, bias, plan.loss, training, order, first, last, scratch
        )
        scale = np.float32(1.0 / max(total_weight, 1e-30))
        _sum_partials(scale, scratch.edge_partial, edge_gradient)
        _sum_partials(scale, scratch.bias_partial, bias_gradient)
        if step < out_loss.size:
            out_loss[step] = total * scale
        clip_norm(plan.grad_clip, edge_gradient, bias_gradient)
        adam_update(plan, step, plan.l2, edge_gradient, edge_mean, edge_square, weight_out)
        adam_update(plan, step, 0.0, bias_gradient, bias_mean, bias_square, bias)
        for k in range(n_edges):
            weight[wiring.out_edge[k]] = weight_out[k]
        last_step = step + 1 == plan.steps
        if plan.validate_every > 0 and (last_step or (step + 1) % plan.validate_every == 0):
            score(wiring, weight, bias, plan.loss, validation, look)
            if look[0] < out_score[0] or not math.isfinite(out_score[0]):
                out_score[:] = look
                best_weight[:] = weight
                best_bias[:] = bias
    if plan.validate_every > 0:
        weight[:] = best_weight
        bias[:] = best_bias
    else:
        score(wiring, weight, bias, plan.loss, validation, out_score)
