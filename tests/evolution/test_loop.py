"""``evolve``: what it returns, when it stops, what is left when something goes wrong."""

import math
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest
from tests.evolution import runs

from spiral_monolith_neat_numpy.errors import FitnessError
from spiral_monolith_neat_numpy.evaluation.context import PopulationContext
from spiral_monolith_neat_numpy.evolution.neat import ReproPlanaNEATPlus
from spiral_monolith_neat_numpy.evolution.records import GenerationRecord
from spiral_monolith_neat_numpy.evolution.run_settings import EvalMode
from spiral_monolith_neat_numpy.genes.genome import Genome
from spiral_monolith_neat_numpy.genes.population import Population
from spiral_monolith_neat_numpy.network.prediction import predict


def test_history_is_one_tuple_of_two_python_floats_per_generation() -> None:
    neat = runs.make_neat()
    _, history = neat.evolve(runs.gradient(), 3, verbose=False)
    assert len(history) == 3
    for row in history:
        assert type(row) is tuple
        assert [type(value) for value in row] == [float, float]
    assert history == [(record.best_fitness, record.mean_fitness) for record in neat.records]


def test_the_population_afterwards_is_the_last_one_scored() -> None:
    neat = runs.make_neat()
    _, history = neat.evolve(runs.closeness, 3, verbose=False)
    scores = [runs.closeness(genome) for genome in neat.population]
    assert [genome.fitness for genome in neat.population] == scores
    best, mean = history[-1]
    assert best == max(scores)
    assert mean == pytest.approx(np.mean(scores))
    assert neat.generation == 2


def test_a_second_call_goes_on() -> None:
    neat = runs.make_neat()
    neat.evolve(runs.closeness, 2, verbose=False)
    _, history = neat.evolve(runs.closeness, 3, verbose=False)
    assert len(history) == 3
    assert [record.generation for record in neat.records] == [0, 1, 2, 3, 4]
    assert neat.records[-1].evaluations == 5 * 12


def test_the_target_fitness_stops_after_the_generation_that_reaches_it() -> None:
    neat = runs.make_neat()
    _, history = neat.evolve(runs.size, 30, target_fitness=4.0, verbose=False)
    assert history[-1][0] >= 4.0
    assert all(best < 4.0 for best, _ in history[:-1])
    assert 1 < len(history) < 30


def test_verbose_prints_a_line_a_generation(capsys: pytest.CaptureFixture[str]) -> None:
    neat = runs.make_neat()
    neat.evolve(runs.closeness, 2)
    lines = capsys.readouterr().out.splitlines()
    assert lines == [record.line() for record in neat.records]
    assert lines[1].startswith("generation    1  best 0.")
    neat.evolve(runs.closeness, 1, verbose=False)
    assert capsys.readouterr().out == ""


def test_on_generation_sees_each_record_as_it_is_made() -> None:
    seen: list[GenerationRecord] = []
    neat = runs.make_neat()
    neat.evolve(runs.closeness, 3, verbose=False, on_generation=seen.append)
    assert seen == neat.records


@pytest.mark.parametrize("inheritance", ["lamarckian", "baldwinian"])
@pytest.mark.parametrize("noise", [0.0, 0.2])
def test_the_champion_has_the_weights_that_earned_its_fitness(
    inheritance: str, noise: float
) -> None:
    fitness = runs.gradient(inheritance=inheritance, steps=15)
    fitness.set_noise_std(noise)
    neat = runs.make_neat()
    best, history = neat.evolve(fitness, 5, verbose=False)
    assert best.fitness == max(row[0] for row in history)
    untrained = runs.gradient(inheritance=inheritance, steps=0)
    assert untrained(best.copy()) == best.fitness
    assert best.head == "logistic"
    X, y = runs.X[64:], runs.y[64:]
    hits = (predict(best, X) == y).mean()
    charge = 1e-3 * best.n_hidden + 5e-4 * best.n_enabled
    # The rest of the score is the tie-break: less than one of the 32 validation samples.
    assert best.fitness + charge <= hits < best.fitness + charge + 1 / 32


def test_the_champion_is_a_copy_that_nothing_changes() -> None:
    neat = runs.make_neat()
    best, _ = neat.evolve(runs.shaking, 2, verbose=False)
    kept = best.copy()
    again = neat.best
    assert again is not None
    best.genes.edge_weight[:] = 0.0
    again.genes.edge_weight[:] = 0.0
    neat.population.genes.edge_weight[:] = 0.0
    assert neat.best == kept


def nan_for_odd(genome: Genome) -> float:
    return float("nan") if genome.id % 2 else runs.closeness(genome)


def test_nan_is_the_worst() -> None:
    neat = runs.make_neat(settings=runs.GROWING.with_changes(threshold_tries=1))
    best, history = neat.evolve(nan_for_odd, 1, verbose=False)
    assert best.id % 2 == 0
    finite = [runs.closeness(genome) for genome in neat.population if genome.id % 2 == 0]
    assert history[0][0] == max(finite)
    assert history[0][1] == pytest.approx(np.mean(finite))
    assert [genome.fitness is None for genome in neat.population] == [False, True] * 6
    neat.evolve(nan_for_odd, 1, verbose=False)
    born = [genome for genome in neat.population if genome.birth_generation == 1]
    assert born
    # The better half of the one species are its even genomes: no odd one breeds.
    assert all(parent % 2 == 0 for genome in born for parent in genome.parents)


@pytest.mark.parametrize("worst", [float("nan"), -float("inf"), -1.7e308])
def test_no_score_at_all_is_one_clear_error(worst: float, caplog: pytest.LogCaptureFixture) -> None:
    neat = runs.make_neat()
    with pytest.raises(ValueError, match="at least one genome a score .* none in 2 generations"):
        neat.evolve(lambda genome: worst, 2, verbose=False)
    assert neat.best is None
    assert [record.best_fitness for record in neat.records] == [-np.inf, -np.inf]
    assert "generation 0: the fitness gave no genome a score" in caplog.text
    assert {event.kind for event in neat.event_log} >= {"failure"}
    neat.evolve(runs.closeness, 1, verbose=False)  # and the run can go on
    assert neat.best is not None


def test_a_generation_without_scores_leaves_the_champion() -> None:
    neat = runs.make_neat()
    best, _ = neat.evolve(runs.closeness, 1, verbose=False)
    again, history = neat.evolve(runs.nan, 1, verbose=False)
    assert again == best
    assert history == [(-np.inf, -np.inf)]


@pytest.mark.parametrize("place", ["serial", "thread"])
@pytest.mark.parametrize("value", [float("inf"), 1.7e308])
def test_a_score_too_large_to_reckon_with_is_refused_by_genome(value: float, place: str) -> None:
    def inverse_error(genome: Genome) -> float:
        return value if genome.id == 7 else 1.0

    neat = runs.make_neat()
    neat.parallel_backend = place
    wanted = f"must return a number up to 1e+300, got {value:g} for genome 7"
    with pytest.raises(FitnessError, match=re.escape(wanted)) as caught:
        neat.evolve(inverse_error, 10, verbose=False)
    assert caught.value.genome_id == 7
    assert neat.records == []
    assert neat.event_log[-1].kind == "failure"


def test_huge_scores_leave_a_finite_history() -> None:
    huge = {0: 1e300, 1: -1e300, 2: -1.7e308, 3: math.nan}

    def fitness(genome: Genome) -> float:
        return huge.get(genome.id % 5, 1.0)

    neat = runs.make_neat()
    neat.mode = EvalMode(vanilla=False)
    for genome in neat.population:
        genome.hybrid_scale = 1e200
    _, history = neat.evolve(fitness, 4, verbose=False)
    assert np.isfinite(history).all()
    assert history[0][0] == 1e300


PLACES: list[Any] = ["serial", "thread"]


@pytest.mark.parametrize("place", PLACES)
def test_a_fitness_that_raises_stops_the_run_and_keeps_what_came_before(
    place: str, caplog: pytest.LogCaptureFixture
) -> None:
    neat, sound = runs.make_neat(), runs.make_neat()
    neat.parallel_backend = place
    fitness = runs.FailsAt(2, ZeroDivisionError("no"))
    with pytest.raises(FitnessError, match="genome [0-9]+: ZeroDivisionError: no") as caught:
        neat.evolve(fitness, 5, verbose=False)
    sound.evolve(runs.closeness, 2, verbose=False)
    assert isinstance(caught.value.__cause__, ZeroDivisionError)
    assert caught.value.genome_id in {genome.id for genome in neat.population}
    assert [record.generation for record in neat.records] == [0, 1]
    assert neat.best == sound.best
    event = neat.event_log[-1]
    assert (event.generation, event.kind) == (2, "failure")
    assert f"genome {caught.value.genome_id}" in event.message
    # What the failed generation did to weights is undone: the run goes on as if it were not.
    assert 77.0 not in neat.population.genes.edge_weight
    neat.evolve(runs.closeness, 1, verbose=False)
    sound.evolve(runs.closeness, 1, verbose=False)
    assert runs.bits(neat.population) == runs.bits(sound.population)


@pytest.mark.parametrize("keepalive", [0, 1])
@pytest.mark.parametrize("place", PLACES)
def test_an_interrupt_leaves_champion_and_records_and_closes_the_pool(
    place: str, keepalive: int
) -> None:
    neat, sound = runs.make_neat(), runs.make_neat()
    neat.parallel_backend, neat.pool_keepalive = place, keepalive
    neat.eval_workers = 2
    with pytest.raises(KeyboardInterrupt):
        neat.evolve(runs.FailsAt(2, KeyboardInterrupt()), 5, verbose=False)
    sound.evolve(runs.closeness, 2, verbose=False)
    assert neat.best == sound.best
    assert len(neat.records) == 2
    assert neat._run.pool._backend is None
    neat.evolve(runs.closeness, 1, verbose=False)
    sound.evolve(runs.closeness, 1, verbose=False)
    assert runs.bits(neat.population) == runs.bits(sound.population)


def test_an_interrupt_between_generations_loses_nothing() -> None:
    def stop(record: GenerationRecord) -> None:
        if record.generation == 1:
            raise KeyboardInterrupt

    neat, sound = runs.make_neat(), runs.make_neat()
    with pytest.raises(KeyboardInterrupt):
        neat.evolve(runs.gradient(), 5, verbose=False, on_generation=stop)
    neat.evolve(runs.gradient(), 2, verbose=False)
    sound.evolve(runs.gradient(), 4, verbose=False)
    assert runs.bits(neat.population) == runs.bits(sound.population)
    assert neat.best == sound.best


class Whole:
    """Scores in one call; may change the structure, or return something else."""

    def __init__(self, returned: Callable[[Population], Any]) -> None:
        self.returned = returned

    def evaluate_population(self, population: Population, context: PopulationContext) -> Any:
        assert isinstance(context.executor, ThreadPoolExecutor | None)
        return self.returned(population)


def test_a_whole_population_method_is_enough_to_be_a_fitness() -> None:
    neat = runs.make_neat()
    fitness = Whole(lambda population: population.genes.edge_weight[population.edge_offset[:-1]])
    best, history = neat.evolve(fitness, 2, verbose=False)
    assert best.connections[0].weight == history[-1][0]


def put_a_genome(population: Population) -> Any:
    population[0] = population[1]
    return np.zeros(len(population))


@pytest.mark.parametrize(
    ("returned", "message"),
    [
        (lambda population: [1.0], r"must return 12 scores, one per genome, got shape \(1,\)"),
        (lambda population: None, "what evaluate_population returns must be an array of numbers"),
        (put_a_genome, "must not change the structure"),
    ],
)
def test_a_whole_population_method_is_held_to_its_word(
    returned: Callable[[Population], Any], message: str
) -> None:
    neat = runs.make_neat()
    before = runs.bits(neat.population)
    with pytest.raises(ValueError, match=message):
        neat.evolve(Whole(returned), 2, verbose=False)
    assert runs.bits(neat.population) == before


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"n_generations": 0}, ValueError, "n_generations must be >= 1, got 0"),
        ({"n_generations": 2.0}, TypeError, "n_generations must be a whole number"),
        ({"target_fitness": "high"}, TypeError, "target_fitness must be a number, got 'high'"),
        ({"target_fitness": float("nan")}, ValueError, "target_fitness must be"),
        ({"env_schedule": {}}, TypeError, "env_schedule must be callable or None, got {}"),
        ({"on_generation": 1}, TypeError, "on_generation must be callable or None, got 1"),
        ({"fitness_fn": 3}, TypeError, "fitness_fn must be callable on a genome, got 3"),
    ],
)
def test_wrong_arguments_are_refused_before_anything_runs(
    arguments: dict[str, Any], error: type[Exception], message: str
) -> None:
    neat: ReproPlanaNEATPlus = runs.make_neat()
    with pytest.raises(error, match=message):
        neat.evolve(**{"fitness_fn": runs.closeness, **arguments})
    assert not neat.records
