"""The data of a gradient fitness: checked by name, packed for the kernels."""

from dataclasses import dataclass

import numpy as np

from spiral_monolith_neat_numpy.arrays import AnyArray
from spiral_monolith_neat_numpy.errors import GenomeError, check_features
from spiral_monolith_neat_numpy.genes.codes import INPUT, OUTPUT
from spiral_monolith_neat_numpy.genes.packed import Genes
from spiral_monolith_neat_numpy.kernels.wiring import Samples
from spiral_monolith_neat_numpy.network.samples import (
    check_classes,
    check_rows,
    check_weights,
    choose_head,
    pack_samples,
)
from spiral_monolith_neat_numpy.seeding import Purpose, stream


@dataclass(frozen=True)
class BackpropData:
    """Rows and labels that a gradient fitness trains and validates on.

    Attributes:
        Xtr: ``(n_training, n_inputs)`` finite numbers.
        ytr: ``(n_training,)`` labels or values, or ``(n_training, n_outputs)`` values.
        Xva: ``(n_validation, n_inputs)`` finite numbers.
        yva: ``(n_validation,)`` labels or values, as ``ytr``.
        sample_weight: ``(n_training,)`` weights >= 0, or None for equal ones.

    Raises (on construction):
        ValueError: arrays that do not fit one another, NaN or infinity; the message says which.
    """

    Xtr: AnyArray
    ytr: AnyArray
    Xva: AnyArray
    yva: AnyArray
    sample_weight: AnyArray | None = None

    def __post_init__(self) -> None:
        """Check the arrays against one another; against a network they are checked later."""
        n, width = check_features("Xtr", self.Xtr).shape
        targets = check_rows("ytr", self.ytr, n)
        watched = check_features("Xva", self.Xva, width)
        found = check_rows("yva", self.yva, watched.shape[0])
        wanted = (watched.shape[0], *targets.shape[1:])
        if found.shape != wanted:
            raise ValueError(f"yva must have shape {wanted} to match ytr, got {found.shape}")
        if self.sample_weight is not None:
            check_weights(self.sample_weight, n)


@dataclass(frozen=True)
class PackedData:
    """Data in the form that kernels take, for networks of one width.

    Attributes:
        head: "softmax", "logistic" or "identity".
        training: training samples.
        validation: validation samples.
        n_validation: number of the latter.
        spread: variance of the validation targets, summed over outputs, for R**2; 1 if all
            are equal.
    """

    head: str
    training: Samples
    validation: Samples
    n_validation: int
    spread: float


def width_of(genes: Genes) -> tuple[int, int]:
    """Return the numbers of inputs and outputs.

    Raises:
        GenomeError: one of them is 0.
    """
    n_inputs = int(np.count_nonzero(genes.node_kind == INPUT))
    n_outputs = int(np.count_nonzero(genes.node_kind == OUTPUT))
    if n_inputs == 0 or n_outputs == 0:
        raise GenomeError(
            f"a network must have at least 1 input and 1 output, got {n_inputs} and {n_outputs}"
        )
    return n_inputs, n_outputs


def pack(data: BackpropData, n_inputs: int, n_outputs: int, wanted_head: str) -> PackedData:
    """Return ``data`` ready for networks with so many inputs and outputs.

    Raises:
        ValueError: data that do not fit; the message says which array.
    """
    Xtr = check_features("Xtr", data.Xtr, n_inputs)
    Xva = check_features("Xva", data.Xva, n_inputs)
    head = choose_head(data.ytr, n_outputs, wanted_head, "ytr")
    training = pack_samples(
        Xtr, data.ytr, n_outputs, head, data.sample_weight, names=("Xtr", "ytr")
    )
    check_classes("ytr", data.ytr, head)
    validation = pack_samples(Xva, data.yva, n_outputs, head, names=("Xva", "yva"))
    values = np.asarray(data.yva, dtype=np.float64)
    spread = float(values.reshape(values.shape[0], -1).var(axis=0).sum())
    return PackedData(head, training, validation, values.shape[0], spread or 1.0)


def add_noise(training: Samples, std: float, seed: int, generation: int) -> Samples:
    """Return ``training`` with Gaussian noise on its features, a generation's own."""
    rng = stream(seed, Purpose.NOISE, generation)
    noise = rng.normal(0.0, std, training.features.shape)
    return training._replace(features=training.features + noise.astype(np.float32))
