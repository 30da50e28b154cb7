"""Settings that belong together, by name: those of the paper, and our own tuned ones.

The tuned ones were chosen on seeds from 10,000 alone; ``benchmarks/canonical.py`` reports them on
seeds from 0.
"""

from dataclasses import dataclass

from spiral_monolith_neat_numpy.settings import Settings


@dataclass(frozen=True)
class Preset:
    """All that a run of pure evolution is made of, but for task and seed.

    Attributes:
        name: by which it is known.
        about: what it is for, in a sentence.
        settings: of evolution.
        population_size: genomes per generation.
        output_activation: of the output nodes.
        species_target_mode: what moves the species target ("fixed": nothing).
    """

    name: str
    about: str
    settings: Settings
    population_size: int
    output_activation: str = "steep_sigmoid"
    species_target_mode: str = "fixed"
