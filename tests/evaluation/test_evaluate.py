"""One call for the population where the fitness offers it, one per genome elsewhere."""

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from tests.evaluation import fitnesses
from tests.evaluation.places import processes

from spiral_monolith_neat_numpy.errors import FitnessError
from spiral_monolith_neat_numpy.evaluation.backends import Backend
from spiral_monolith_neat_numpy.evaluation.context import PopulationContext
from spiral_monolith_neat_numpy.evaluation.environment import available_start_methods
from spiral_monolith_neat_numpy.evaluation.evaluate import evaluate
from spiral_monolith_neat_numpy.evaluation.local import SerialBackend, ThreadBackend
from spiral_monolith_neat_numpy.genes.population import Population


class Both:
    """Offers both ways, and tells by its scores which one was taken."""

    def __init__(self) -> None:
        self.contexts: list[PopulationContext] = []
        self.prepared = 0

    def __call__(self, genome: Any) -> float:
        return 1.0

    def evaluate_population(self, population: Population, context: PopulationContext) -> Any:
        self.contexts.append(context)
        return [2] * len(population)

    def prepare(self, population: Population) -> None:
        self.prepared += 1

    def __reduce__(self) -> Any:
        return (Both, ())


@pytest.fixture(params=["serial", "thread", "process"])
def backend(request: pytest.FixtureRequest) -> Iterator[Backend]:
    if request.param == "process" and "fork" not in available_start_methods():
        pytest.skip("no fork here")
    made: Backend
    if request.param == "serial":
        made = SerialBackend()
    elif request.param == "thread":
        made = ThreadBackend(2)
    else:
        made = processes(2, "fork")
    yield made
    made.close()


def test_a_whole_population_goes_in_one_call_unless_to_other_processes(backend: Backend) -> None:
    fitness = Both()
    scores = evaluate(Population.first(5, 2, 1), fitness, backend, 7, 3).scores
    assert scores.dtype == np.float64
    if backend.name == "process":
        assert scores.tolist() == [1.0] * 5
        assert (fitness.contexts, fitness.prepared) == ([], 1)
    else:
        assert scores.tolist() == [2.0] * 5
        (context,) = fitness.contexts
        assert (context.seed, context.generation) == (7, 3)
        assert context.workers == (1 if backend.name == "serial" else 2)
        assert (context.executor is None) is (backend.name == "serial")
        assert context.spread == backend.spread


def test_a_plain_fitness_is_called_per_genome(backend: Backend) -> None:
    population = Population.first(5, 2, 1)
    scores = evaluate(population, fitnesses.weight_sum, backend, 0, 0).scores
    assert scores.tolist() == [fitnesses.weight_sum(genome) for genome in population]


def test_what_was_put_into_the_population_is_scored(backend: Backend) -> None:
    population = Population.first(5, 2, 1)
    genome = population[2].copy()
    genome.genes.edge_weight[:] = 4.0
    population[2] = genome
    scores = evaluate(population, fitnesses.weight_sum, backend, 0, 0).scores
    assert scores[2] == 8.0


class Wrong(Both):
    def __init__(self, returned: Any) -> None:
        super().__init__()
        self.returned = returned

    def evaluate_population(self, population: Population, context: PopulationContext) -> Any:
        return self.returned


@pytest.mark.parametrize(
    ("returned", "message"),
    [
        ([1.0], r"must return 5 scores, one per genome, got shape \(1,\)"),
        (np.zeros((5, 1)), r"got shape \(5, 1\)"),
        (None, "evaluate_population returns must be an array of numbers"),
        (["a"] * 5, "evaluate_population returns must be an array of numbers"),
    ],
)
def test_what_is_not_a_score_per_genome_is_refused(returned: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        evaluate(Population.first(5, 2, 1), Wrong(returned), SerialBackend(), 0, 0)


def test_what_is_no_fitness_is_refused(backend: Backend) -> None:
    with pytest.raises(TypeError, match="fitness must be callable on a genome, got 3"):
        evaluate(Population.first(5, 2, 1), 3, backend, 0, 0)


@pytest.mark.parametrize("answer", [10**400, Fraction(10**400), Decimal("sNaN")])
def test_an_answer_that_is_no_float_names_the_genome(answer: object) -> None:
    population = Population.first(3, 2, 1)
    with pytest.raises(FitnessError, match="must return a number, got .* for genome 0: ") as caught:
        evaluate(population, lambda _: answer, SerialBackend(), 0, 0)
    assert caught.value.genome_id == 0
