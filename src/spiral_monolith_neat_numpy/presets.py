"""Settings that belong together, by name, for pure evolution: the paper's and our own.

``benchmarks/canonical.py`` reports what they reach, on seeds from 0.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from spiral_monolith_neat_numpy.errors import check_choice, check_integer
from spiral_monolith_neat_numpy.settings import ACTIVATION_NAMES, Settings


@dataclass(frozen=True)
class Preset:
    """What a run of pure evolution is made of, but for its task and its seed.

    Attributes:
        name: by which it is known.
        about: what it is, in a sentence.
        settings: of evolution; the species target in them does not move.
        population_size: genomes per generation.
        output_activation: of the output nodes.
    """

    name: str
    about: str
    settings: Settings
    population_size: int
    output_activation: str = "steep_sigmoid"

    def __post_init__(self) -> None:
        """Check the fields that the settings do not."""
        if not isinstance(self.settings, Settings):
            raise TypeError(f"settings must be a Settings, got {self.settings!r}")
        check_integer("population_size", self.population_size, 2)
        check_choice("output_activation", self.output_activation, ACTIVATION_NAMES)


# Stanley & Miikkulainen (2002), section 4.1. The size of a perturbation and the surviving share
# are not stated there; neither is the spread of the first weights. A bias is an input of the task.
_PAPER = Settings(
    c_excess=1.0,
    c_disjoint=1.0,
    c_weight=0.4,
    compatibility_threshold=3.0,
    threshold_control="step",
    refocus_species=0,
    threshold_gain=0.0,
    stagnation_generations=15,
    elitism_min_size=5,
    survival_fraction=0.2,
    p_crossover=0.75,
    p_interspecies=0.001,
    p_mutate_weights=0.8,
    p_replace_weight=0.1,
    p_mutate_bias=0.0,
    p_inherit_disabled=0.75,
    p_add_node=0.03,
    p_add_connection=0.05,
    hidden_activation="steep_sigmoid",
    activation_options=("steep_sigmoid",),
)

# Ours were tuned on seeds from 10,000 on. What moves the means, one at a time: Cauchy instead of
# Gaussian moves, small ones (weight_sigma), hardly any weight drawn anew; on the poles hardly any
# growth, on XOR many new connections, and a cap where the network is to be small. Populations are
# small and drawn anew when they stall. On the poles, the kind of crossover makes no difference.
_PURE = Settings(
    p_mutate_bias=0.0,
    hidden_activation="steep_sigmoid",
    activation_options=("steep_sigmoid",),
    weight_noise="cauchy",
    threshold_control="step",
    refocus_species=0,
)
_ALL_ROUND = _PURE.with_changes(
    c_weight=3.0,
    compatibility_threshold=4.0,
    species_target=6.0,
    p_crossover=0.9,
    p_average=0.3,
    p_differential=0.6,
    restart_generations=44,
    p_mutate_weights=0.95,
    p_replace_weight=0.05,
    weight_sigma=0.25,
    weight_clip=5.0,
    p_add_node=0.12,
    p_add_connection=0.6,
    p_inherit_disabled=0.5,
    initial_weights="uniform",
    initial_weight_sigma=2.08,
)
_SMALL_XOR = _PURE.with_changes(
    c_weight=2.75,
    compatibility_threshold=3.1,
    threshold_gain=0.1,
    species_target=5.0,
    representative="best",
    stagnation_generations=3,
    elitism_min_size=3,
    p_crossover=1.0,
    p_interspecies=0.04,
    p_average=0.18,
    p_differential=0.19,
    differential_weight=0.64,
    restart_generations=65,
    p_mutate_weights=0.92,
    p_replace_weight=0.15,
    weight_noise="gaussian",
    weight_sigma=0.77,
    weight_clip=10.6,
    p_mutate_bias=0.18,
    bias_sigma=0.2,
    p_add_node=0.3,
    p_add_connection=0.87,
    p_remove_connection=0.045,
    p_inherit_disabled=0.42,
    initial_weights="uniform",
    initial_weight_sigma=4.0,
    initial_connectivity=0.0,
    max_hidden_nodes=1,
    max_edges=8,
)
_TWO_POLES = _PURE.with_changes(
    c_weight=0.3,
    compatibility_threshold=3.8,
    threshold_gain=0.06,
    species_target=2.0,
    representative="best",
    stagnation_generations=17,
    p_crossover=0.97,
    p_average=0.37,
    p_differential=0.63,
    restart_generations=60,
    p_mutate_weights=1.0,
    p_replace_weight=0.04,
    weight_sigma=0.13,
    weight_clip=5.0,
    p_add_node=0.01,
    p_add_connection=0.05,
    p_inherit_disabled=0.59,
    initial_weight_sigma=0.65,
)
_TWO_POLES_RECURRENT = _PURE.with_changes(
    c_weight=3.6,
    compatibility_threshold=4.0,
    threshold_gain=0.09,
    species_target=6.1,
    stagnation_generations=10,
    survival_fraction=0.4,
    p_crossover=0.96,
    p_average=0.52,
    p_differential=0.48,
    restart_generations=18,
    restart_gain=0.05,
    p_mutate_weights=0.76,
    weight_sigma=0.146,
    weight_clip=4.6,
    p_add_node=0.005,
    p_add_connection=0.2,
    p_inherit_disabled=0.52,
    initial_weight_sigma=2.08,
    feed_forward=False,
)

_ALL = (
    Preset(
        name="paper",
        about="the paper's settings for XOR and for two poles with velocities",
        settings=_PAPER,
        population_size=150,
    ),
    Preset(
        name="paper-recurrent",
        about="the paper's settings for two poles without velocities",
        settings=_PAPER.with_changes(
            c_weight=3.0, compatibility_threshold=4.0, p_add_connection=0.3, feed_forward=False
        ),
        population_size=1000,
    ),
    Preset(
        name="all-round",
        about="one for XOR and for two poles with velocities; the same without them is next",
        settings=_ALL_ROUND,
        population_size=30,
    ),
    Preset(
        name="all-round-recurrent",
        about="all-round, with cycles",
        settings=_ALL_ROUND.with_changes(feed_forward=False),
        population_size=30,
    ),
    Preset(
        name="small-xor",
        about="XOR by networks that stay small: one hidden node and 8 connections at most",
        settings=_SMALL_XOR,
        population_size=24,
    ),
    Preset(
        name="two-poles",
        about="two poles with velocities, in few evaluations",
        settings=_TWO_POLES,
        population_size=24,
    ),
    Preset(
        name="two-poles-recurrent",
        about="two poles without velocities, in few evaluations",
        settings=_TWO_POLES_RECURRENT,
        population_size=30,
    ),
)

PRESETS: Mapping[str, Preset] = MappingProxyType({preset.name: preset for preset in _ALL})


def preset(name: str) -> Preset:
    """Return the preset of that name.

    Raises:
        ValueError: there is none; the message lists those there are.

    Example:
        >>> preset("paper").settings.p_add_node
        0.03
    """
    return PRESETS[check_choice("preset", name, PRESETS)]
