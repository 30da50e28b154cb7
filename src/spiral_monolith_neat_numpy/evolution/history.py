"""What a run leaves behind as it goes on."""

from typing import Any

from spiral_monolith_neat_numpy.arrays import IntArray
from spiral_monolith_neat_numpy.evolution.champion import Champion, developed
from spiral_monolith_neat_numpy.evolution.counts import Counts
from spiral_monolith_neat_numpy.evolution.environment import Environment
from spiral_monolith_neat_numpy.evolution.lineage import Lineage
from spiral_monolith_neat_numpy.evolution.records import Event, EventKind, GenerationRecord
from spiral_monolith_neat_numpy.evolution.scoring import Sifted
from spiral_monolith_neat_numpy.evolution.snapshots import Snapshots
from spiral_monolith_neat_numpy.genes.population import Population


class History:
    """Records, events and the best genomes of a run; lists have an entry per generation.

    Attributes:
        records: ``GenerationRecord``.
        best_ids: id of the best genome.
        hidden_counts: numbers of hidden nodes of all genomes, a list of lists to read.
        edge_counts: numbers of enabled connections of all genomes, in the same way.
        environments: ``Environment``.
        events: what happened beside the scores, in order.
        champion: the best genome of all.
        snapshots: copies of generations' best genomes.
        lineage: births, where they are noted.
        evaluations: genomes scored.
        gradient_steps: updates made.
    """

    def __init__(self) -> None:
        """Begin empty."""
        self.records: list[GenerationRecord] = []
        self.best_ids: list[int] = []
        self.hidden_counts = Counts()
        self.edge_counts = Counts()
        self.environments: list[Environment] = []
        self.events: list[Event] = []
        self.champion = Champion()
        self.snapshots = Snapshots()
        self.lineage = Lineage()
        self.evaluations = 0
        self.gradient_steps = 0

    def event(self, generation: int, kind: EventKind, message: str) -> None:
        """Write down an event."""
        self.events.append(Event(generation, kind, message))

    def count(self, fitness: Any, n: int) -> None:
        """Count ``n`` evaluations, and the gradient steps that ``fitness`` says it made."""
        self.evaluations += n
        self.gradient_steps += n * int(getattr(fitness, "gradient_steps", 0))

    def count_refined(self, evaluations: int, gradient_steps: int) -> None:
        """Count what training on some genomes cost."""
        self.evaluations += evaluations
        self.gradient_steps += gradient_steps

    def offer(
        self, population: Population, sifted: Sifted, fitness: Any, seed: int, generation: int
    ) -> None:
        """Show a generation's best genome to the champion and the snapshots.

        Both keep it with the parameters behind its score.

        Args:
            population: as it was scored.
            sifted: its scores.
            fitness: which scored it (see ``champion.developed``).
            seed: seed of the run.
            generation: its number.
        """
        self.champion.offer(population, sifted, fitness, seed, generation)
        if not self.snapshots.is_due(generation):
            return
        if self.champion.generation == generation and self.champion.genome is not None:
            self.snapshots.take(self.champion.genome, generation)
        else:
            best = developed(population[sifted.best], fitness, seed, generation)
            self.snapshots.take(best, generation)

    def note(
        self,
        record: GenerationRecord,
        best_id: int,
        counts: tuple[IntArray, IntArray],
        env: Environment,
    ) -> None:
        """Write down a generation that is over.

        Args:
            record: of it.
            best_id: id of its best genome.
            counts: numbers of hidden nodes and of enabled connections of its genomes.
            env: its environment.
        """
        self.best_ids.append(best_id)
        self.hidden_counts.append(counts[0])
        self.edge_counts.append(counts[1])
        self.environments.append(env)
        self.records.append(record)
