"""Ctrl-C at any moment of a step: the run goes on as if it had not come."""

import os
import random
import signal
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from spiral_monolith_neat_numpy.evaluation.context import PopulationContext
from spiral_monolith_neat_numpy.evolution import step
from spiral_monolith_neat_numpy.evolution.generations import Generations
from spiral_monolith_neat_numpy.evolution.history import History
from spiral_monolith_neat_numpy.evolution.neat import ReproPlanaNEATPlus
from spiral_monolith_neat_numpy.evolution.species_control import SpeciesControl
from spiral_monolith_neat_numpy.genes.innovation import InnovationTracker
from spiral_monolith_neat_numpy.genes.population import Population
from spiral_monolith_neat_numpy.interrupts import held_back
from spiral_monolith_neat_numpy.tasks.cases import XorFitness
from spiral_monolith_neat_numpy.variation import breeding

GENERATIONS = 6
PLACES: dict[str, tuple[Any, str]] = {
    "scores are looked at": (step, "check_returned"),
    "the target learns": (SpeciesControl, "learn"),
    "species are found": (Generations, "divided"),
    "the threshold follows": (SpeciesControl, "adapt"),
    "the best is kept": (History, "offer"),
    "a record is written": (History, "note"),
    "parents are planned": (step, "reproduce"),
    "children are bred": (breeding.Room, "begin"),
    "genes are numbered": (InnovationTracker, "number_proposals"),
    "children move in": (Generations, "adopt"),
}


@pytest.fixture(autouse=True)
def python_handler() -> Iterator[None]:
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def begun() -> ReproPlanaNEATPlus:
    neat = ReproPlanaNEATPlus(3, 1, 30, rng=5)
    neat.parallel_backend = "serial"
    return neat


def course(neat: ReproPlanaNEATPlus) -> tuple[object, ...]:
    """Return all that a run has come to, but for the time that it took."""
    records = [str(vars(record) | {"seconds": 0.0}) for record in neat.records]
    genes = [array.tolist() for array in neat.population.genes.arrays()]
    species = [(one.id, one.members.tolist()) for one in neat._run.generations.species or ()]
    ids = neat.population.table.id.tolist()
    return records, genes, ids, species, neat.generation, neat.best_ids


def to_the_end(neat: ReproPlanaNEATPlus) -> int:
    """Evolve, again after each Ctrl-C; return how often it came."""
    n_breaks = 0
    while len(neat.records) < GENERATIONS:
        try:
            neat.evolve(XorFitness(), GENERATIONS - len(neat.records), verbose=False)
        except KeyboardInterrupt:
            n_breaks += 1
    return n_breaks


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("when", ["before", "after"])
def test_wherever_it_comes_the_run_goes_on_as_without(
    place: str, when: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = begun()
    to_the_end(wanted)
    owner, name = PLACES[place]
    original: Callable[..., Any] = getattr(owner, name)
    calls = 0

    def interrupted(*arguments: Any, **named: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == 3 and when == "before":
            signal.raise_signal(signal.SIGINT)
        found = original(*arguments, **named)
        if calls == 3 and when == "after":
            signal.raise_signal(signal.SIGINT)
        return found

    neat = begun()
    monkeypatch.setattr(owner, name, interrupted)
    assert to_the_end(neat) == 1
    assert course(neat) == course(wanted)


def test_in_the_midst_of_scoring_it_breaks_off_and_the_generation_is_scored_again() -> None:
    class Interrupted(XorFitness):
        calls = 0

        def evaluate_population(self, population: Population, context: PopulationContext) -> Any:
            self.calls += 1
            if self.calls == 3:
                signal.raise_signal(signal.SIGINT)
                raise AssertionError("scoring goes on")
            return super().evaluate_population(population, context)

    wanted, neat = begun(), begun()
    to_the_end(wanted)
    fitness = Interrupted()
    with pytest.raises(KeyboardInterrupt):
        neat.evolve(fitness, GENERATIONS, verbose=False)
    assert len(neat.records) == 2
    neat.evolve(fitness, GENERATIONS - 2, verbose=False)
    assert course(neat) == course(wanted)


def test_real_ones_at_random_moments_change_nothing() -> None:
    wanted = begun()
    wanted.evolve(XorFitness(), 150, verbose=False)
    neat, rng, n_breaks = begun(), random.Random(3), 0
    while len(neat.records) < 150:
        delay = rng.random() * 0.02
        timer = threading.Timer(delay, lambda: os.kill(os.getpid(), signal.SIGINT))
        try:
            timer.start()
            neat.evolve(XorFitness(), 150 - len(neat.records), verbose=False)
        except KeyboardInterrupt:
            n_breaks += 1
        finally:
            with held_back():
                timer.cancel()
                timer.join()
    assert course(neat) == course(wanted)


def test_told_scores_are_taken_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    neat, wanted = begun(), begun()
    scores = list(range(30))
    wanted.ask()
    wanted.tell(scores)
    original = Generations.divided

    def interrupted(*arguments: Any) -> Any:
        signal.raise_signal(signal.SIGINT)
        return original(*arguments)

    neat.ask()
    monkeypatch.setattr(Generations, "divided", interrupted)
    with pytest.raises(KeyboardInterrupt):
        neat.tell(scores)
    assert course(neat) == course(wanted)
    with pytest.raises(ValueError, match="is scored already"):
        neat.tell(scores)


def test_what_is_held_back_comes_at_the_end_once_each() -> None:
    reached = []

    def hold() -> None:
        with held_back():
            with held_back():
                signal.raise_signal(signal.SIGINT)
                reached.append("inner")
            reached.append("outer")

    with pytest.raises(KeyboardInterrupt):
        hold()
    assert reached == ["inner", "outer"]
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_elsewhere_than_in_the_main_thread_nothing_is_held_back() -> None:
    seen: list[object] = []

    def look() -> None:
        with held_back():
            seen.append(signal.getsignal(signal.SIGINT))

    thread = threading.Thread(target=look)
    thread.start()
    thread.join()
    assert seen == [signal.default_int_handler]


def test_a_run_without_memory_for_children_goes_on_when_there_is_some(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def full(*_: object) -> Any:
        raise MemoryError

    wanted, neat = begun(), begun()
    to_the_end(wanted)
    for target, name in ((breeding, "_draft"), (breeding, "unset_genes")):
        neat = begun()
        neat.evolve(XorFitness(), 1, verbose=False)
        with monkeypatch.context() as patch:
            patch.setattr(target, name, full)
            with pytest.raises(MemoryError):
                neat.evolve(XorFitness(), 1, verbose=False)
        to_the_end(neat)
        assert course(neat) == course(wanted)
