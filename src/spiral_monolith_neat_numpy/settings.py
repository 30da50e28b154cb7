"""All settings of a run in one frozen, validated object with a default for everything."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeVar

from spiral_monolith_neat_numpy.errors import (
    check_choice,
    check_flag,
    check_integer,
    check_number,
)

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

ACTIVATION_NAMES = (
    "identity",
    "tanh",
    "relu",
    "sigmoid",
    "sine",
    "gaussian",
    "softplus",
    "abs",
    "square",
    "steep_sigmoid",
)


THRESHOLD_CONTROLS = ("search", "step")

# Training and prediction are float32, whose numbers end at 3e38.
LARGEST_WEIGHT = 1e30


def _number(default: float, low: float, high: float = math.inf, *, low_open: bool = False) -> Any:
    return field(default=default, metadata={"number": (low, high, low_open)})


def _integer(default: int, low: int, high: float = math.inf) -> Any:
    return field(default=default, metadata={"integer": (low, high)})


def _share(default: float) -> Any:
    return _number(default, 0.0, 1.0)


def _choice(default: str, options: tuple[str, ...]) -> Any:
    return field(default=default, metadata={"choice": options})


@dataclass(frozen=True)
class Settings:
    """Settings of evolution; wrong values raise an error that names the field and its range.

    Distance and species (Stanley & Miikkulainen 2002, eq. 1 and sections 3.3, 4.1):
        c_excess, c_disjoint, c_weight: coefficients of the compatibility distance.
        normalise_above: gene count from which the distance is divided by it.
        compatibility_threshold: distance below which two genomes share a species.
        threshold_control: how the threshold follows the target of species: "search" divides a
        generation under several thresholds, up to threshold_tries, until their number is near
        to it; "step" divides it once and moves the threshold for the next one.
        threshold_gain: by "step" the threshold is multiplied by exp(gain * relative surplus of
        species); 0 holds it still, by "search" too.
        threshold_min, threshold_max: limits of the threshold.
        species_target: number of species aimed at; None: the middle of the mode's limits.
        stagnation_generations: a species without progress for so long stops breeding.
        refocus_species: where every species is to stop, the next generation is bred from the
        champions of so many, the best ones, which go on with a new term; 0: the one that holds
        the best genome goes on alone.
        representative: which member of a species stands for it in the next generation,
        "random" or "best".

    Selection:
        survival_fraction: share of a species that may become parents.
        tournament_size: parents are the best of so many drawn from those; 1: any of them.
        elitism_min_size: champions of species with more members than this survive unchanged.
        p_crossover: share of offspring with two parents.
        p_interspecies: share of matings across species.
        p_average: share of matings that take the mean of matching weights and biases instead
        of one of the two.
        p_differential: share of matings that add differential_weight times the difference of
        two survivors of the mother's species to the child's matching weights and biases
        (Storn & Price 1997).
        restart_generations: a population without a gain of restart_gain in its best score, as
        a share of that, for so long is drawn anew; 0: never. Evaluations go on being counted.

    Variation (probabilities per offspring unless stated):
        p_mutate_weights, p_replace_weight (per weight), weight_sigma, weight_clip: weights.
        weight_noise: shape of the moves of weights and biases, "gaussian" or "cauchy".
        noise_adaptation: spread of the logarithm of a genome's own factor on these moves,
        redrawn with each of its births (self-adaptation, Schwefel 1981); 0: all factors are 1.
        p_mutate_bias (per node), bias_sigma; p_mutate_activation (per hidden node).
        p_add_node, p_add_connection, p_remove_node, p_remove_connection, p_toggle: structure.
        min_conn_after_regen: share of the outputs that an input must reach after regeneration.
        p_inherit_disabled: a gene disabled in either parent stays disabled so often.
        initial_weight_sigma: standard deviation of the first weights and of those drawn anew;
        initial_weights: their shape, "normal" or "uniform".
        initial_connectivity: share of the connections from inputs to outputs that a first
        genome has: 1 all of them, 0 none; in between each is drawn.
        hidden_activation: activation of new hidden nodes; activation_options: what mutation
        may choose from.
        feed_forward: whether cycles, and connections out of outputs, are kept out; False evolves
        recurrent networks, which have a state (``Network.reset``) and no gradients.

    Outside ``vanilla``:
        diversity_push: probability of one more structural mutation, a connection in 60 % and a
        node in 40 %, while the difficulty is at least 0.9 or there are fewer species than the
        target.
        p_sexed: share of the newborn that are female or male, half each; the others are
        hermaphrodites. A mother is female or a hermaphrodite, a father male or one.
        pollen: whether the environment says how often species mate with one another, in place
        of p_interspecies.

    Phases (Green 2004):
        phased_search: whether the population grows and shrinks in turns: it grows until its
        mean of hidden nodes and enabled connections together is above a ceiling while its best
        score stalls, and shrinks, without crossover, until that does not fall any more.
        phase_room: distance of each new ceiling from the complexity that is there.
        phase_patience: generations without a gain, or a fall, after which a phase ends.

    Training:
        refine_share: share of the population, the best, that is trained on after it was scored,
        by a fitness that trains and inherits; 0: nobody.

    Limits and charges:
        max_hidden_nodes, max_edges: caps that no structural mutation passes.
        complexity_threshold: upper limit of the complexity penalty, in units of fitness.
        grad_clip: limit of the gradient's norm in training.
    """

    c_excess: float = _number(1.0, 0.0)
    c_disjoint: float = _number(1.0, 0.0)
    c_weight: float = _number(0.4, 0.0)
    normalise_above: int = _integer(20, 0)
    compatibility_threshold: float = _number(3.0, 0.0, low_open=True)
    threshold_control: str = _choice("search", THRESHOLD_CONTROLS)
    threshold_tries: int = _integer(8, 1, 1000)
    threshold_gain: float = _number(0.18, 0.0)
    threshold_min: float = _number(0.3, 0.0, low_open=True)
    threshold_max: float = _number(50.0, 0.0, low_open=True)
    species_target: float | None = field(default=None)
    stagnation_generations: int = _integer(15, 1)
    refocus_species: int = _integer(2, 0)
    representative: str = _choice("random", ("random", "best"))

    survival_fraction: float = _number(0.2, 0.0, 1.0, low_open=True)
    tournament_size: int = _integer(1, 1, 1000)
    elitism_min_size: int = _integer(5, 0)
    p_crossover: float = _share(0.75)
    p_interspecies: float = _share(0.001)
    p_average: float = _share(0.0)
    p_differential: float = _share(0.0)
    differential_weight: float = _number(0.5, 0.0, 10.0)
    restart_generations: int = _integer(0, 0)
    restart_gain: float = _number(0.01, 0.0, 1e6)

    p_mutate_weights: float = _share(0.8)
    p_replace_weight: float = _share(0.1)
    weight_sigma: float = _number(0.5, 0.0, LARGEST_WEIGHT)
    weight_noise: str = _choice("gaussian", ("gaussian", "cauchy"))
    noise_adaptation: float = _number(0.0, 0.0, 10.0)
    weight_clip: float = _number(12.0, 0.0, LARGEST_WEIGHT, low_open=True)
    p_mutate_bias: float = _share(0.3)
    bias_sigma: float = _number(0.3, 0.0, LARGEST_WEIGHT)
    p_mutate_activation: float = _share(0.0)
    p_add_node: float = _share(0.03)
    p_add_connection: float = _share(0.05)
    p_remove_node: float = _share(0.0)
    p_remove_connection: float = _share(0.0)
    p_toggle: float = _share(0.0)
    min_conn_after_regen: float = _share(0.65)
    p_inherit_disabled: float = _share(0.75)
    initial_weight_sigma: float = _number(1.0, 0.0, LARGEST_WEIGHT)
    initial_weights: str = _choice("normal", ("normal", "uniform"))
    initial_connectivity: float = _share(1.0)
    hidden_activation: str = _choice("tanh", ACTIVATION_NAMES)
    activation_options: tuple[str, ...] = ("tanh",)
    feed_forward: bool = field(default=True, metadata={"flag": True})

    diversity_push: float = _share(0.15)
    p_sexed: float = _share(0.0)
    pollen: bool = field(default=False, metadata={"flag": True})

    phased_search: bool = field(default=False, metadata={"flag": True})
    phase_room: float = _number(10.0, 0.0, 1e9)
    phase_patience: int = _integer(10, 1)

    refine_share: float = _share(0.0)

    max_hidden_nodes: int = _integer(128, 0)
    max_edges: int = _integer(1024, 1)
    complexity_threshold: float = _number(1.0, 0.0)
    grad_clip: float = _number(5.0, 0.0, low_open=True)

    def __post_init__(self) -> None:
        """Check every field against its range."""
        for spec in fields(self):
            value = getattr(self, spec.name)
            checked = _check(spec.name, value, dict(spec.metadata))
            object.__setattr__(self, spec.name, checked)
        if self.p_average + self.p_differential > 1.0:
            raise ValueError(
                f"p_average + p_differential must be <= 1, got {self.p_average:g} + "
                f"{self.p_differential:g}"
            )
        if self.species_target is not None:
            target = check_number("species_target", self.species_target, 1.0)
            object.__setattr__(self, "species_target", target)
        object.__setattr__(self, "activation_options", _check_options(self.activation_options))
        if self.threshold_min > self.threshold_max:
            raise ValueError(
                f"threshold_min must be <= threshold_max ({self.threshold_max:g}), "
                f"got {self.threshold_min:g}"
            )

    def with_changes(self, **changes: object) -> "Settings":
        """Return a copy with some fields changed (see the function ``with_changes``)."""
        return with_changes(self, changes)


_T = TypeVar("_T", bound="DataclassInstance")


def with_changes(settings: _T, changes: Mapping[str, object]) -> _T:
    """Return a copy of a settings object with some fields changed, checked like a new one.

    Raises:
        ValueError: an unknown field (the message lists the known ones) or a bad value.
    """
    known = [spec.name for spec in fields(settings)]
    for name in changes:
        if name not in known:
            raise ValueError(f"unknown setting {name!r}; known are {', '.join(known)}")
    return replace(settings, **changes)


@lru_cache(maxsize=64)
def pushed(settings: Settings) -> Settings:
    """Return the settings by which structure changes more often, by ``diversity_push``."""
    push = settings.diversity_push
    changes = {
        "p_add_connection": 1.0 - (1.0 - settings.p_add_connection) * (1.0 - 0.6 * push),
        "p_add_node": 1.0 - (1.0 - settings.p_add_node) * (1.0 - 0.4 * push),
    }
    return with_changes(settings, changes)


@lru_cache(maxsize=64)
def shrinking(settings: Settings) -> Settings:
    """Return the settings by which a population shrinks: nothing grows, what grew is removed.

    Genes are removed as often as they were added, and no child has two parents, since a child
    takes over all genes of the fitter one.
    """
    changes = {
        "p_add_node": 0.0,
        "p_add_connection": 0.0,
        "p_remove_node": max(settings.p_remove_node, settings.p_add_node),
        "p_remove_connection": max(settings.p_remove_connection, settings.p_add_connection),
        "p_crossover": 0.0,
    }
    return with_changes(settings, changes)


def _check(name: str, value: object, metadata: dict[str, Any]) -> object:
    if "number" in metadata:
        low, high, low_open = metadata["number"]
        return check_number(name, value, low, high, low_open=low_open)
    if "integer" in metadata:
        return check_integer(name, value, *metadata["integer"])
    if "flag" in metadata:
        return check_flag(name, value)
    if "choice" in metadata:
        return check_choice(name, value, metadata["choice"])
    return value


def _check_options(names: object) -> tuple[str, ...]:
    if not isinstance(names, (tuple, list)) or not names:
        raise ValueError(
            f"activation_options must be a tuple of at least one activation, got {names!r}"
        )
    return tuple(check_choice("activation_options", name, ACTIVATION_NAMES) for name in names)
