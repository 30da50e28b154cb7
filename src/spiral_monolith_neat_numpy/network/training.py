"""Train a genome by gradient; the trained parameters go back into its genes."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from spiral_monolith_neat_numpy.arrays import FloatArray, KeyArray
from spiral_monolith_neat_numpy.errors import check_choice, check_integer, check_number
from spiral_monolith_neat_numpy.genes.genome import Genome
from spiral_monolith_neat_numpy.genes.packed import Genes
from spiral_monolith_neat_numpy.kernels.train import train
from spiral_monolith_neat_numpy.kernels.wiring import Samples, TrainingPlan
from spiral_monolith_neat_numpy.network.network import FeedForwardNetwork, compile_genes
from spiral_monolith_neat_numpy.network.samples import (
    LOSS_CODES,
    check_classes,
    choose_head,
    pack_samples,
)
from spiral_monolith_neat_numpy.seeding import Purpose, stream_key

_NUMBERS = {"lr": True, "l2": False, "grad_clip": True, "weight_clip": True}  # 0 is refused
_WHOLE = {"steps": math.inf, "batch_size": math.inf, "validate_every": math.inf, "seed": 2**64 - 1}


def check_training(values: Mapping[str, object]) -> None:
    """Check what a training run is told, by name; other names are passed over.

    Raises:
        TypeError, ValueError: a value out of its range; the message names it.
    """
    for name, value in values.items():
        if name in _NUMBERS:
            check_number(name, value, 0.0, low_open=_NUMBERS[name])
        elif name in _WHOLE:
            check_integer(name, value, 0, _WHOLE[name])
        elif name == "head":
            check_choice(name, value, ["auto", *LOSS_CODES])


@dataclass(frozen=True)
class TrainingSettings:
    """What a training run can be told besides its data, steps, rate and decay.

    Attributes:
        head: "auto" (from the labels), "softmax", "logistic" or "identity".
        batch_size: samples per update; 0: all of them.
        validate_every: updates between looks at the validation samples (the best
            parameters seen are kept); 0: never, the last parameters are kept.
        grad_clip: limit of the gradient's Euclidean norm.
        weight_clip: limit of |weight| and |bias|.
        seed: of the order of minibatches, 0 to 2**64 - 1.
    """

    head: str = "auto"
    batch_size: int = 0
    validate_every: int = 10
    grad_clip: float = 5.0
    weight_clip: float = 12.0
    seed: int = 0

    def __post_init__(self) -> None:
        """Check every field against its range."""
        check_training(vars(self))


_DEFAULT = TrainingSettings()
_NO_ORDER = np.empty(0, dtype=np.int64)


def train_with_backprop(
    genome: Genome,
    X: ArrayLike,
    y: ArrayLike,
    steps: int = 40,
    lr: float = 5e-3,
    l2: float = 1e-4,
    *,
    sample_weight: ArrayLike | None = None,
    validation: tuple[ArrayLike, ArrayLike] | None = None,
    settings: TrainingSettings = _DEFAULT,
) -> FloatArray:
    """Train a genome's weights and biases by Adam with decoupled l2, in place.

    The gradient's norm is clipped at each step (Kingma & Ba 2015; Loshchilov & Hutter
    2019). The genome's head becomes that of the loss.

    Args:
        genome: a feed-forward genome; its weights, biases and head change.
        X: ``(n_samples, n_inputs)`` finite numbers.
        y: ``(n_samples,)`` class labels or values, or ``(n_samples, n_outputs)`` values.
        steps: number of updates, >= 0.
        lr: Adam's step size, > 0.
        l2: decay of the weights per step, times ``lr``, >= 0.
        sample_weight: ``(n_samples,)`` weights >= 0 of the samples; None: equal.
        validation: ``(X, y)`` on which the best parameters are chosen; None: the last are kept.
        settings: loss, batches, clips.

    Returns:
        ``(steps,)`` float64 mean training loss before each update.

    Raises:
        ValueError: data of the wrong shape, NaN or infinity, labels all of one class, or a
            number out of range.
        GenomeError: the genome has a cycle: gradients need a feed-forward network.
    """
    check_training({"steps": steps, "lr": lr, "l2": l2})
    network = compile_genes(genome.genes, genome.head)
    head = choose_head(y, network.n_outputs, settings.head)
    training = pack_samples(X, y, network.n_outputs, head, sample_weight)
    check_width(training, network.n_inputs)
    check_classes("y", y, head)
    watched = training
    if validation is not None:
        names = ("validation[0]", "validation[1]")
        X_validation, y_validation = _pair("validation", validation)
        watched = pack_samples(X_validation, y_validation, network.n_outputs, head, names=names)
        check_width(watched, network.n_inputs, names[0])
    plan = TrainingPlan(
        LOSS_CODES[head],
        steps,
        lr,
        l2,
        settings.grad_clip,
        settings.weight_clip,
        settings.batch_size,
        settings.validate_every if validation is not None else 0,
    )
    losses = np.zeros(steps)
    train_network(network, plan, training, watched, batch_stream(settings.seed), losses)
    write_back(network, genome.genes)
    genome.head = head
    return losses


def _pair(name: str, values: object) -> tuple[ArrayLike, ArrayLike]:
    if not isinstance(values, (tuple, list)) or len(values) != 2:
        raise ValueError(f"{name} must be a pair (X, y), got {type(values).__name__}")
    return values[0], values[1]


def batch_stream(seed: int, generation: int = 0, genome_id: int = 0) -> KeyArray:
    """Return the kernel stream that orders minibatches."""
    return np.array([*stream_key(seed, Purpose.BATCHES, generation, genome_id), 0], np.uint64)


def train_network(
    network: FeedForwardNetwork,
    plan: TrainingPlan,
    training: Samples,
    validation: Samples,
    stream: KeyArray,
    out_losses: FloatArray,
) -> tuple[float, float]:
    """Train ``network`` in place; return validation loss and accuracy (see ``kernels.train``)."""
    # A whole number in place of a float would compile the kernel anew.
    kinds = TrainingPlan.__annotations__.values()
    plan = TrainingPlan(*(kind(value) for kind, value in zip(kinds, plan, strict=True)))
    result = np.zeros(2)
    order = _NO_ORDER
    if plan.batch_size > 0:
        weighted = np.flatnonzero(training.weight)
        order = weighted if weighted.size > plan.batch_size else _NO_ORDER
    train(
        network.wiring,
        plan,
        training,
        validation,
        order,
        stream,
        network.weight,
        network.bias,
        out_losses,
        result,
    )
    return float(result[0]), float(result[1])


def write_back(network: FeedForwardNetwork, genes: Genes) -> None:
    """Write a network's parameters into the genes that it was made from."""
    genes.edge_weight[network.edge_gene] = network.weight
    genes.node_bias[network.node_gene[network.n_inputs :]] = network.bias[network.n_inputs :]


def check_width(samples: Samples, n_inputs: int, name: str = "X") -> None:
    """Raise ValueError unless samples have as many features as the network has inputs.

    Args:
        samples: packed samples.
        n_inputs: inputs of the network.
        name: what the rows are called, for the message.
    """
    if samples.features.shape[0] != n_inputs:
        raise ValueError(
            f"{name} must have {n_inputs} columns, one for each input of the network, "
            f"got {samples.features.shape[0]}"
        )
