"""What a fitness may know about the evaluation it is part of."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from spiral_monolith_neat_numpy.evaluation.crew import Crew
from spiral_monolith_neat_numpy.genes.ranges import Spread, at_once
from spiral_monolith_neat_numpy.seeding import Purpose, stream


@dataclass(frozen=True)
class EvaluationContext:
    """Where in the run one genome is scored; handed to a fitness with a ``context`` parameter.

    Attributes:
        seed: seed of the run.
        generation: generation number, from 0.
        genome_id: id of the genome being scored.
    """

    seed: int
    generation: int
    genome_id: int

    def rng(self) -> np.random.Generator:
        """Return this genome's own random stream, from its start at each call.

        The same in every back-end and whatever the number of workers.
        """
        return stream(self.seed, Purpose.FITNESS, self.generation, self.genome_id)


@dataclass(frozen=True)
class PopulationContext:
    """Where in the run a whole population is scored, and the means to do it on several cores.

    Attributes:
        seed: seed of the run.
        generation: generation number, from 0.
        workers: how many threads may work at once, at least 1.
        executor: threads to use, or None to work in the calling thread.
        spread: calls a kernel in each of them (see ``genes.ranges.Spread``); made of ``executor``
            where it is not given, and to be replaced together with it.
    """

    seed: int
    generation: int
    workers: int = 1
    executor: ThreadPoolExecutor | None = None
    spread: Spread = at_once

    def __post_init__(self) -> None:
        """Let kernels have the threads of an executor that is given alone."""
        if self.spread is at_once and self.executor is not None and self.workers > 1:
            object.__setattr__(self, "spread", Crew(self.executor, self.workers).spread)
