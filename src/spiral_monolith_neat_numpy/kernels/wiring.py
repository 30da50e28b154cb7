"""The few named bundles of arrays that the network kernels take."""

from typing import NamedTuple

from spiral_monolith_neat_numpy.arrays import AnyArray, CodeArray, Float32Array


class Wiring(NamedTuple):
    """A feed-forward network's shape: nodes in running order, edges by target and by source.

    Inputs come first, then hidden nodes in topological order, then outputs. ``in_*`` lists
    edges grouped by target, ``out_*`` the same edges grouped by source.

    Attributes:
        n_inputs: number of input nodes.
        n_outputs: number of output nodes.
        activation: ``(n_nodes,)`` int8 codes.
        in_start: ``(n_nodes + 1,)`` int32; edges into node i are in_start[i] .. in_start[i+1].
        in_source: ``(n_edges,)`` int32 source node of each edge.
        out_start: ``(n_nodes + 1,)`` int32, as ``in_start`` for edges that leave a node.
        out_target: ``(n_edges,)`` int32 target node of each edge.
        out_edge: ``(n_edges,)`` int32 place of each edge in the order by target.
    """

    n_inputs: int
    n_outputs: int
    activation: CodeArray
    in_start: AnyArray
    in_source: AnyArray
    out_start: AnyArray
    out_target: AnyArray
    out_edge: AnyArray


class Samples(NamedTuple):
    """Samples along the contiguous axis, padded to whole blocks of ``simd.LANES``.

    Attributes:
        features: ``(n_features, n_padded)`` float32.
        targets: ``(n_outputs, n_padded)`` float32: one-hot classes, 0 or 1, or values.
        weight: ``(n_padded,)`` float32, sums to 1, 0 on the padding.
    """

    features: Float32Array
    targets: Float32Array
    weight: Float32Array


class TrainingPlan(NamedTuple):
    """How to train: Adam (Kingma & Ba 2015) with decoupled l2 (Loshchilov & Hutter 2019).

    Attributes:
        loss: 1 softmax cross-entropy, 2 logistic cross-entropy, 3 half squared error.
        steps: number of updates.
        learning_rate: Adam's step size.
        l2: decay of weights per step, times the learning rate; biases do not decay.
        grad_clip: limit of the gradient's Euclidean norm.
        weight_clip: limit of |weight| and |bias|.
        batch_size: samples per update; 0: all of them.
        validate_every: updates between looks at the validation samples; 0: never, the last
            parameters are kept instead of the best.
    """

    loss: int
    steps: int
    learning_rate: float
    l2: float
    grad_clip: float
    weight_clip: float
    batch_size: int
    validate_every: int
