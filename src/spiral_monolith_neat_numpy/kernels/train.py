"""Train one network by gradient: full batch or minibatch Adam in one compiled call."""

import math

import numpy as np

from spiral_monolith_neat_numpy.arrays import Float32Array, FloatArray, IntArray, KeyArray
from spiral_monolith_neat_numpy.kernels.adam import adam_update, take_gradient
from spiral_monolith_neat_numpy.kernels.batch import make_scratch, run_batch
from spiral_monolith_neat_numpy.kernels.jit import fragment, kernel
from spiral_monolith_neat_numpy.kernels.moves import copy_lanes, gather, scatter
from spiral_monolith_neat_numpy.kernels.random import draw_below
from spiral_monolith_neat_numpy.kernels.registers import LANES, handle
from spiral_monolith_neat_numpy.kernels.wiring import Samples, TrainingPlan, Wiring


@fragment
def room_for(samples: Samples, n: int) -> Samples:
    """Return zeroed samples like ``samples``, ``n`` of them and ``LANES`` more columns."""
    width = n + LANES
    return Samples(
        np.zeros((samples.features.shape[0], width), dtype=np.float32),
        np.zeros((samples.targets.shape[0], width), dtype=np.float32),
        np.zeros((1, width), dtype=np.float32)[0],
    )


@fragment
def shuffle_samples(
    stream: KeyArray, samples: Samples, order: IntArray, out_samples: Samples
) -> None:
    """Shuffle ``order`` (Fisher & Yates) and lay the samples out in it.

    Args:
        stream: ``(3,)`` uint64 random stream.
        samples: the samples.
        order: ``(n,)`` int64 numbers of samples, read and written.
        out_samples: at least n wide; the first n columns are written.
    """
    n, width, out_width = order.size, samples.weight.size, out_samples.weight.size
    for k in range(n - 1, 0, -1):
        other = draw_below(stream, k + 1)
        order[k], order[other] = order[other], order[k]
    numbers = handle(order)
    features, out_features = handle(samples.features), handle(out_samples.features)
    for row in range(samples.features.shape[0]):
        gather(features, row * width, numbers, n, out_features, row * out_width)
    targets, out_targets = handle(samples.targets), handle(out_samples.targets)
    for row in range(samples.targets.shape[0]):
        gather(targets, row * width, numbers, n, out_targets, row * out_width)
    gather(handle(samples.weight), 0, numbers, n, handle(out_samples.weight), 0)


@fragment
def is_look_due(plan: TrainingPlan, step: int) -> bool:
    """Return whether the validation samples are run before update ``step``, from 0."""
    return step == plan.steps or (plan.validate_every > 0 and step % plan.validate_every == 0)


@fragment
def is_better(loss: float, accuracy: float, best: FloatArray) -> bool:
    """Return whether the accuracy is higher, or equal and the loss lower.

    A loss that is a number is better than NaN, whatever the accuracy.

    Args:
        loss: mean loss.
        accuracy: share of hits; 0 throughout where there are none to count.
        best: ``(2,)`` float64 loss and accuracy to beat.
    """
    if math.isnan(loss) or math.isnan(best[0]):
        return not math.isnan(loss)
    return bool(accuracy > best[1] or (accuracy == best[1] and loss < best[0]))


@kernel
def train(
    wiring: Wiring,
    plan: TrainingPlan,
    training: Samples,
    validation: Samples,
    order: IntArray,
    stream: KeyArray,
    weight: Float32Array,
    bias: Float32Array,
    out_loss: FloatArray,
    out_score: FloatArray,
) -> None:
    """Train a network in place.

    An update whose gradient is not finite is left out.

    Args:
        wiring: the network.
        plan: how to train.
        training: samples that give the gradient.
        validation: samples that choose the best parameters seen, those at the start
            included, when ``plan.validate_every`` > 0; see ``is_better``.
        order: ``(n,)`` int64 numbers of the training samples that minibatches are made of,
            shuffled in place; empty: every update takes all samples.
        stream: ``(3,)`` uint64 random stream for the order of minibatches.
        weight: ``(n_edges,)`` float32 in the order by target; read and written.
        bias: ``(n_nodes,)`` float32; read and written.
        out_loss: ``(steps,)`` float64 mean training loss before each update, or empty.
        out_score: ``(2,)`` float64 validation loss and accuracy of the parameters kept.
    """
    n_edges, n_nodes = weight.size, bias.size
    # Weights by source, then biases, each from the start of a row.
    n_weight_rows = -(-n_edges // LANES)
    n_rows = n_weight_rows + -(-n_nodes // LANES)
    first_bias = n_weight_rows * LANES
    parameter = np.zeros((n_rows, LANES), dtype=np.float32)
    best = np.zeros((n_rows, LANES), dtype=np.float32)
    gradient = np.zeros((n_rows, LANES), dtype=np.float32)
    mean = np.zeros((n_rows, LANES), dtype=np.float32)
    square = np.zeros((n_rows, LANES), dtype=np.float32)
    scratch = make_scratch(n_nodes, wiring.n_outputs, n_rows * LANES)
    for k in range(n_edges):
        parameter[k // LANES, k % LANES] = weight[wiring.out_edge[k]]
    for k in range(n_nodes):
        parameter[n_weight_rows + k // LANES, k % LANES] = bias[k]
    batches, n_samples, batch_size = training, training.weight.size, training.weight.size
    if order.size > 0:
        n_samples, batch_size = order.size, plan.batch_size
        batches = room_for(training, n_samples)
    first, last = 0, n_samples
    for turn in range(2 * plan.steps + 1):  # by turns a look at the validation and an update
        step, learn = turn // 2, turn % 2 == 1
        if not learn and not is_look_due(plan, step):
            continue
        if learn:
            first = last if last < n_samples else 0
            last = min(first + batch_size, n_samples)
            if first == 0 and order.size > 0:
                shuffle_samples(stream, training, order, batches)
        samples = batches if learn else validation
        begin, end = (first, last) if learn else (0, validation.weight.size)
        loss, total_weight, hits = run_batch(
            wiring, weight, parameter, first_bias, plan.loss, samples, begin, end, learn, scratch
        )
        if not learn:
            if step == 0 or plan.validate_every == 0 or is_better(loss, hits, out_score):
                out_score[0], out_score[1] = loss, hits
                for row in range(n_rows):
                    copy_lanes(handle(parameter), row * LANES, handle(best), row)
            continue
        scale = 1.0 / max(total_weight, 1e-30)
        if step < out_loss.size:
            out_loss[step] = loss * scale
        norm = take_gradient(scale, scratch.partial, gradient)
        if math.isfinite(norm):
            factor = plan.grad_clip / norm if norm > plan.grad_clip else 1.0
            adam_update(plan, step + 1, n_weight_rows, factor, gradient, mean, square, parameter)
            scatter(handle(parameter), handle(wiring.out_edge), n_edges, handle(weight))
    scatter(handle(best), handle(wiring.out_edge), n_edges, handle(weight))
    for k in range(n_nodes):
        bias[k] = best[n_weight_rows + k // LANES, k % LANES]
