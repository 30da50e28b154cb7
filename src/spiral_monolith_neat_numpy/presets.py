"""Settings that belong together, by name: so far those of the paper, for pure evolution.

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
        check_integer("population_size", self.population_size, 2)
        check_choice("output_activation", self.output_activation, ACTIVATION_NAMES)


# Stanley & Miikkulainen (2002), section 4.1. The size of a perturbation and the surviving share
# are not stated there; neither is the spread of the first weights. A bias is an input of the task.
_PAPER = Settings(
    c_excess=1.0,
    c_disjoint=1.0,
    c_weight=0.4,
    compatibility_threshold=3.0,
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
