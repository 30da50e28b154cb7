"""Species: who is alike, how many offspring they get, who mates with whom."""

from spiral_monolith_neat_numpy.species.distance import compatibility_distance
from spiral_monolith_neat_numpy.species.mating import plan_mating
from spiral_monolith_neat_numpy.species.sharing import allot_offspring
from spiral_monolith_neat_numpy.species.speciation import (
    Moment,
    Species,
    SpeciesSet,
    speciate,
)

__all__ = [
    "Moment",
    "Species",
    "SpeciesSet",
    "allot_offspring",
    "compatibility_distance",
    "plan_mating",
    "speciate",
]
