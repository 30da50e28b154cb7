"""How a gradient fitness trains and charges."""

from dataclasses import dataclass

from spiral_monolith_neat_numpy.errors import check_choice, check_number
from spiral_monolith_neat_numpy.network.training import check_training

INHERITANCE = ("lamarckian", "baldwinian")


@dataclass(frozen=True)
class BackpropSettings:
    """How a gradient fitness trains and charges.

    Attributes:
        steps: updates per evaluation, >= 0.
        lr: Adam's step size, > 0.
        l2: decay of the weights per step, times ``lr``.
        alpha_nodes: charge per hidden node, in units of fitness.
        alpha_edges: charge per enabled edge.
        head: "auto" (from the labels), "softmax", "logistic" or "identity".
        batch_size: samples per update; 0: all.
        validate_every: updates between looks at the validation data; the best parameters
            seen, those at the start included, are kept: the highest accuracy, then the lowest
            loss, as they are scored. 0: the last are kept.
        inheritance: "lamarckian" (trained parameters return to the genome) or "baldwinian"
            (they serve the score alone).
    """

    steps: int = 40
    lr: float = 5e-3
    l2: float = 1e-4
    alpha_nodes: float = 1e-3
    alpha_edges: float = 5e-4
    head: str = "auto"
    batch_size: int = 0
    validate_every: int = 10
    inheritance: str = "lamarckian"

    def __post_init__(self) -> None:
        """Check every field against its range."""
        check_training(vars(self))
        for name in ("alpha_nodes", "alpha_edges"):
            check_number(name, getattr(self, name), 0.0)
        check_choice("inheritance", self.inheritance, INHERITANCE)


@dataclass(frozen=True)
class TrainingConditions:
    """What evolution may change from generation to generation.

    Attributes:
        noise_std: standard deviation of Gaussian noise on training inputs, in their units;
            below 0 counts as 0.
        grad_clip: limit of the gradient's norm, > 0.
        weight_clip: limit of weights and biases, > 0.
    """

    noise_std: float = 0.0
    grad_clip: float = 5.0
    weight_clip: float = 12.0

    def __post_init__(self) -> None:
        """Check every field against its range."""
        noise = max(0.0, check_number("noise_std", self.noise_std))
        object.__setattr__(self, "noise_std", noise)
        check_training(vars(self))
