"""A compiled fitness gives the same bits whichever way it is asked."""

import itertools
import pickle
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from tests.evaluation.places import processes
from tests.genes.strategies import make_genes

from spiral_monolith_neat_numpy.errors import FitnessError, GenomeError
from spiral_monolith_neat_numpy.evaluation.compiled import CompiledFitness, PopulationFitness
from spiral_monolith_neat_numpy.evaluation.context import PopulationContext
from spiral_monolith_neat_numpy.evaluation.evaluate import evaluate
from spiral_monolith_neat_numpy.evaluation.local import SerialBackend, ThreadBackend
from spiral_monolith_neat_numpy.evolution.neat import ReproPlanaNEATPlus
from spiral_monolith_neat_numpy.genes.genome import Genome
from spiral_monolith_neat_numpy.genes.population import Population
from spiral_monolith_neat_numpy.settings import Settings
from spiral_monolith_neat_numpy.tasks.cases import FunctionFitness, MultiplexerFitness, XorFitness
from spiral_monolith_neat_numpy.tasks.double_pole import DoublePoleFitness

FITNESSES: dict[str, CompiledFitness] = {
    "xor": XorFitness(),
    "multiplexer": MultiplexerFitness(1),
    "function": FunctionFitness(np.sin, -3.0, 3.0, n=33, bias=1.0),
    "velocities": DoublePoleFitness(),
    "no velocities": DoublePoleFitness(velocities=False),
}
GROWING = Settings(p_add_node=0.5, p_add_connection=0.9, feed_forward=False)


def grown(fitness: CompiledFitness, n: int = 30) -> Population:
    """Return the population of a short run, with cycles."""
    neat = ReproPlanaNEATPlus(fitness.num_inputs, fitness.num_outputs, n, rng=4, settings=GROWING)
    neat.parallel_backend = "serial"
    neat.evolve(lambda genome: float(genome.id % 7), 4, verbose=False)
    return neat.population


@pytest.mark.parametrize("fitness", FITNESSES.values(), ids=FITNESSES)
def test_one_by_one_in_ranges_and_on_threads_the_bits_are_the_same(
    fitness: CompiledFitness,
) -> None:
    population = grown(fitness)
    alone = np.array([fitness(genome) for genome in population])
    assert len(set(alone.tolist())) > 5
    whole = fitness.evaluate_population(population, PopulationContext(0, 0))
    assert whole.tobytes() == alone.tobytes()
    assert evaluate(population, fitness, SerialBackend(), 0, 0).scores.tobytes() == alone.tobytes()
    fitness = pickle.loads(pickle.dumps(fitness))
    for at_once, workers in itertools.product((1, 3, 7), (1, 2)):
        fitness.genomes_per_turn = at_once
        with ThreadPoolExecutor(2) as executor:
            context = PopulationContext(0, 0, workers, executor)
            assert fitness.evaluate_population(population, context).tobytes() == alone.tobytes()
        backend = ThreadBackend(workers)
        assert evaluate(population, fitness, backend, 0, 0).scores.tobytes() == alone.tobytes()
        backend.close()


def test_other_processes_give_the_same_bits() -> None:
    fitness = XorFitness()
    population = grown(fitness)
    backend = processes(2, "spawn")
    scores = evaluate(population, fitness, backend, 0, 0).scores
    assert scores.tolist() == [fitness(genome) for genome in population]


def test_the_population_stays_as_it_was() -> None:
    fitness = XorFitness()
    population = grown(fitness)
    before = population.genes.copy()
    fitness.evaluate_population(population, PopulationContext(0, 0))
    assert population.genes == before


def test_read_only_genes_are_taken() -> None:
    fitness: PopulationFitness = XorFitness()
    genome = Population.first(1, 3, 1)[0].copy()
    wanted = fitness(genome)
    for array in genome.genes.arrays():
        array.flags.writeable = False
    assert fitness(genome) == wanted


def test_no_genomes_no_scores() -> None:
    none = Population.from_genomes([])
    assert XorFitness().evaluate_population(none, PopulationContext(0, 0)).shape == (0,)


@pytest.mark.parametrize("fitness", FITNESSES.values(), ids=FITNESSES)
def test_a_genome_of_another_size_is_named_with_what_it_should_have(
    fitness: CompiledFitness,
) -> None:
    right = Population.first(1, fitness.num_inputs, 1)[0].copy()
    wrong = Population.first(1, fitness.num_inputs, 2)[0].copy()
    wrong.id = 77
    with pytest.raises(GenomeError, match="output"):
        fitness(wrong)
    both = Population.from_genomes([right, wrong])
    with pytest.raises(FitnessError, match="the fitness failed on genome 77: ") as caught:
        fitness.evaluate_population(both, PopulationContext(0, 0))
    assert caught.value.genome_id == 77


def test_a_genome_that_breaks_a_law_is_refused_with_the_law() -> None:
    genes = make_genes({i: (0, 0, 0.0) for i in range(3)} | {3: (2, 0, 0.0)}, [(0, 3)])
    genes.edge_source[0] = 9
    with pytest.raises(GenomeError, match="must join existing nodes"):
        XorFitness()(Genome.from_genes(genes))
