"""Fitnesses that are compiled: packed genes go in, scores come out, no Python per genome."""

from abc import ABC, abstractmethod
from typing import Protocol

import numpy as np

from spiral_monolith_neat_numpy.arrays import FloatArray
from spiral_monolith_neat_numpy.errors import FitnessError, GenomeError
from spiral_monolith_neat_numpy.evaluation.context import PopulationContext
from spiral_monolith_neat_numpy.evaluation.turns import take_turns
from spiral_monolith_neat_numpy.genes.gather import pack_genes
from spiral_monolith_neat_numpy.genes.genome import Genome
from spiral_monolith_neat_numpy.genes.packed import Genes
from spiral_monolith_neat_numpy.genes.population import Population
from spiral_monolith_neat_numpy.genes.validity import check_genome
from spiral_monolith_neat_numpy.kernels.layout import Genomes

_TURNS_PER_WORKER = 8  # so that one slow range at the end leaves no worker idle for long


class PopulationFitness(Protocol):
    """What evolution asks of a fitness that scores a whole population in one call."""

    def __call__(self, genome: Genome) -> float:
        """Return the score of one genome, higher is better."""

    def evaluate_population(self, population: Population, context: PopulationContext) -> FloatArray:
        """Return ``(n,)`` scores, those that calls on each genome would give."""


class CompiledFitness(ABC):
    """A ``PopulationFitness`` whose kernel scores a range of packed genomes; picklable.

    A single genome is a range of one, so both ways give the same bits.

    Attributes:
        num_inputs: inputs that a network must have.
        num_outputs: outputs that it must have.
        genomes_per_turn: genomes at least that a thread takes at once; fewer are not worth it.
        changes_genomes: whether it writes into the population: it does not.
    """

    changes_genomes = False
    num_inputs: int
    num_outputs: int
    genomes_per_turn: int

    @abstractmethod
    def score_range(self, genomes: Genomes, first: int, last: int) -> tuple[FloatArray, int]:
        """Score genomes first .. last - 1.

        Returns:
            Their scores, and the first of them that has no network of the right size, or -1.
        """

    def __call__(self, genome: Genome) -> float:
        """Return the score of one genome.

        Raises:
            GenomeError: it has other inputs or outputs, or breaks a law.
        """
        scores, unfit = self.score_range(pack_genes(genome.genes), 0, 1)
        if unfit >= 0:
            raise self._refusal(genome.genes)
        return float(scores[0])

    def evaluate_population(self, population: Population, context: PopulationContext) -> FloatArray:
        """Score a whole population, by ranges on ``context.executor``'s threads if it is large.

        Raises:
            FitnessError: a genome as in a call; ``genome_id`` says which.
        """
        n, genomes = len(population), population.packed
        scores = np.full(n, np.nan)
        size = max(self.genomes_per_turn, -(-n // (_TURNS_PER_WORKER * context.workers)))

        def work(turn: int) -> None:
            first, last = turn * size, min(n, (turn + 1) * size)
            scores[first:last], unfit = self.score_range(genomes, first, last)
            if unfit >= 0:
                raise self._failure(population, unfit)

        n_turns = -(-n // size)
        if n_turns == 1:
            work(0)  # to hand it over would take longer
        else:
            take_turns(n_turns, work, context)
        return scores

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
