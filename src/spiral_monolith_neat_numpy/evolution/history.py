"""What a run leaves behind as it goes on."""

from typing import Any

import numpy as np

from spiral_monolith_neat_numpy.arrays import FloatArray
from spiral_monolith_neat_numpy.evolution.champion import Champion, developed
from spiral_monolith_neat_numpy.evolution.environment import Environment
from spiral_monolith_neat_numpy.evolution.records import Event, EventKind, GenerationRecord
from spiral_monolith_neat_numpy.evolution.snapshots import Snapshots
from spiral_monolith_neat_numpy.genes.population import Population


class History:
    """Records, events and the best genomes of a run; lists have an entry per generation.

    Attributes:
        records: ``GenerationRecord``.
        best_ids: id of the best genome.
        hidden_counts: numbers of hidden nodes of all genomes.
        edge_counts: numbers of enabled connections of all genomes.
        environments: ``Environment``.
        events: what happened beside the scores, in order.
        champion: the best genome of all.
        snapshots: copies of generations' best genomes.
        evaluations: genomes scored.
        gradient_steps: updates made.
    """

    def __init__(self) -> None:
        """Begin empty."""
        self.records: list[GenerationRecord] = []
        self.best_ids: list[int] = []
        self.hidden_counts: list[list[int]] = []
        self.edge_counts: list[list[int]] = []
        self.environments: list[Environment] = []
        self.events: list[Event] = []
        self.champion = Champion()
        self.snapshots = Snapshots()
        self.evaluations = 0
        self.gradient_steps = 0

    def event(self, generation: int, kind: EventKind, message: str) -> None:
        """Write down an event."""
        self.events.append(Event(generation, kind, message))

    def count(self, fitness: Any, n: int) -> None:
        """Count ``n`` evaluations, and the gradient steps that ``fitness`` says it made."""
        self.evaluations += n
        self.gradient_steps += n * int(getattr(fitness, "gradient_steps", 0))

    def offer(
        self, population: Population, scores: FloatArray, fitness: Any, seed: int, generation: int
    ) -> None:
        """Show a generation's best genome to the champion and the snapshots.

        Both keep it with the parameters behind its score.

        Args:
            population: as it was scored.
            scores: ``(n,)`` float64, -inf for what could not be scored.
            fitness: which scored it (see ``champion.developed``).
            seed: seed of the run.
            generation: its number.
        """
        self.champion.offer(population, scores, fitness, seed, generation)
        if not self.snapshots.is_due(generation):
            return
        best = population[int(np.argmax(scores))]
        known = self.champion.genome if self.champion.generation == generation else None
        grown = developed(best, fitness, seed, generation) if known is None else known
        self.snapshots.take(grown, generation)

    def note(
        self, record: GenerationRecord, population: Population, scores: FloatArray, env: Environment
    ) -> None:
        """Write down a generation that is over."""
        best = population[int(np.argmax(scores))]
        self.best_ids.append(best.id)
        self.hidden_counts.append(population.n_hidden().tolist())
        self.edge_counts.append(population.n_enabled().tolist())
        self.environments.append(env)
        self.records.append(record)
