"""Fitnesses that are compiled: packed genes go in, scores come out, no Python per genome."""

from abc import ABC, abstractmethod
from typing import Any, Protocol

from spiral_monolith_neat_numpy.arrays import FloatArray
from spiral_monolith_neat_numpy.errors import FitnessError, GenomeError
from spiral_monolith_neat_numpy.evaluation.context import PopulationContext
from spiral_monolith_neat_numpy.genes.gather import pack_genes
from spiral_monolith_neat_numpy.genes.genome import Genome
from spiral_monolith_neat_numpy.genes.packed import Genes
from spiral_monolith_neat_numpy.genes.population import Population
from spiral_monolith_neat_numpy.genes.ranges import Spread, at_once
from spiral_monolith_neat_numpy.genes.validity import check_genome
from spiral_monolith_neat_numpy.kernels.layout import Genomes


class PopulationFitness(Protocol):
    """What evolution asks of a fitness that scores a whole population in one call."""

    def __call__(self, genome: Genome) -> float:
        """Return the score of one genome, higher is better."""

    def evaluate_population(self, population: Population, context: PopulationContext) -> FloatArray:
        """Return ``(n,)`` scores, those that calls on each genome would give."""


class CompiledFitness(ABC):
    """A ``PopulationFitness`` whose kernel scores a range of packed genomes; picklable.

    A single genome is a population of one, so both ways give the same bits.

    Attributes:
        num_inputs: inputs that a network must have.
        num_outputs: outputs that it must have.
        genomes_per_turn: genomes that take some ten microseconds; a thread takes no fewer at once.
        changes_genomes: whether it writes into the population: it does not.
    """

    changes_genomes = False
    num_inputs: int
    num_outputs: int
    genomes_per_turn: int

    @abstractmethod
    def room_for(self, n: int) -> Any:
        """Return where the kernel writes what ``n`` genomes come to."""

    @abstractmethod
    def kernel_on(self, genomes: Genomes, out_room: Any) -> tuple[Any, ...]:
        """Return the kernel that runs genomes, and its arguments (see ``Spread``).

        It notes those that have no network of the right size.
        """

    @abstractmethod
    def scores_of(self, room: Any) -> FloatArray:
        """Return the scores, once all genomes have run."""

    def __call__(self, genome: Genome) -> float:
        """Return the score of one genome.

        Raises:
            GenomeError: it has other inputs or outputs, or breaks a law.
        """
        return float(self.scores_of(self.run_one(genome))[0])

    def evaluate_population(self, population: Population, context: PopulationContext) -> FloatArray:
        """Score a whole population, by ranges on the context's threads if it is large.

        Raises:
            FitnessError: a genome as in a call; ``genome_id`` says which.
        """
        return self.scores_of(self.run_all(population, context.spread))

    def run_one(self, genome: Genome) -> Any:
        """Return what one genome comes to, as ``room_for(1)``.

        Raises:
            GenomeError: as a call does.
        """
        room = self.room_for(1)
        if at_once(1, 1, *self.kernel_on(pack_genes(genome.genes), room)) >= 0:
            raise self._refusal(genome.genes)
        return room

    def run_all(self, population: Population, spread: Spread = at_once) -> Any:
        """Return what all genomes come to, as ``room_for(n)``.

        Raises:
            FitnessError: as ``evaluate_population`` does.
        """
        n = len(population)
        room = self.room_for(n)
        unfit = spread(n, self.genomes_per_turn, *self.kernel_on(population.packed, room))
        if unfit >= 0:
            raise self._failure(population, unfit)
        return room

    def _failure(self, population: Population, unfit: int) -> FitnessError:
        """Return the error that says which genome has no network of the right size, and why."""
        genome_id = int(population.table.id[unfit])
        error = self._refusal(population.genes_of(unfit))
        failure = FitnessError(f"the fitness failed on genome {genome_id}: {error}", genome_id)
        failure.__cause__ = error
        return failure

    def _refusal(self, genes: Genes) -> GenomeError:
        wanted = {"num_inputs": self.num_inputs, "num_outputs": self.num_outputs}
        try:
            check_genome(genes, feed_forward=False, **wanted)
        except GenomeError as error:
            return error
        return GenomeError(f"a genome must have a network with {wanted}")
