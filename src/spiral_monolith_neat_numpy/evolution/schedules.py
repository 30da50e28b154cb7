"""Ready schedules of the environment: one that goes by progress, one that goes round.

What a schedule is and may return stands in ``ReproPlanaNEATPlus.evolve``.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from spiral_monolith_neat_numpy.control.curriculum import AutoCurriculum, monodromy_difficulty
from spiral_monolith_neat_numpy.evolution.environment import noise_of
from spiral_monolith_neat_numpy.evolution.records import GenerationRecord
from spiral_monolith_neat_numpy.genes.population import Population
from spiral_monolith_neat_numpy.settings import Settings


class AutoSchedule:
    """The automatic curriculum of a run (see ``control.curriculum.AutoCurriculum``)."""

    def __init__(self) -> None:
        """Begin with nothing seen."""
        self.curriculum = AutoCurriculum()

    def __call__(self, generation: int, context: Mapping[str, Any]) -> dict[str, float]:
        """Return difficulty and noise; asking again in one generation changes nothing."""
        records: Sequence[GenerationRecord] = context["records"]
        difficulty = float(context["env"]["difficulty"])
        if records:
            last = records[-1]
            difficulty = self.curriculum.update(last.best_fitness, last.generation, difficulty)
        return {"difficulty": difficulty, "noise_std": noise_of(difficulty)}


def monodromy_schedule(generation: int, context: Mapping[str, Any]) -> dict[str, float]:
    """Return an environment that swings as the population's complexity goes round.

    To be given to ``evolve`` as ``env_schedule`` (see ``control.curriculum.monodromy_difficulty``).
    Complexity is the mean of hidden nodes and of enabled connections, each as a share of its
    limit in the settings; diversity is the number of species of the generation before.

    Args:
        generation: number of the generation that is about to be scored; not looked at.
        context: mapping with "population", "records" and "settings".

    Example:
        >>> from spiral_monolith_neat_numpy import ReproPlanaNEATPlus, XorFitness
        >>> neat = ReproPlanaNEATPlus(3, 1, 20, rng=0)
        >>> _ = neat.evolve(XorFitness(), 2, verbose=False, env_schedule=monodromy_schedule)
        >>> 0.0 < neat.env.difficulty < 1.5
        True
    """
    population: Population = context["population"]
    records: Sequence[GenerationRecord] = context["records"]
    settings: Settings = context["settings"]
    hidden, edges = (float(counts.mean()) for counts in population.sizes())
    caps = max(settings.max_hidden_nodes, 1), settings.max_edges
    share = 0.5 * (hidden / caps[0] + edges / caps[1])
    change, diversity = 0.0, 0.0
    if records:
        last = records[-1]
        change = abs(hidden - last.mean_hidden) + abs(edges - last.mean_edges)
        diversity = float(last.n_species)
    difficulty = monodromy_difficulty(min(share, 1.0), hidden, edges, change, diversity)
    return {"difficulty": difficulty, "noise_std": noise_of(difficulty)}
