"""The lineage: every birth once, with its parents and how it came about."""

from collections import Counter

import pytest
from tests.evolution import runs

from spiral_monolith_neat_numpy.evolution.lineage import HOW
from spiral_monolith_neat_numpy.evolution.neat import ReproPlanaNEATPlus
from spiral_monolith_neat_numpy.evolution.run_settings import EvalMode


def bred() -> ReproPlanaNEATPlus:
    neat = runs.make_neat(30)
    neat.mode = EvalMode(vanilla=False, enable_regen_reproduction=True)
    neat.evolve(runs.size, 8, verbose=False)
    return neat


def test_every_birth_is_there_once_with_parents_of_the_generation_before() -> None:
    neat = bred()
    births = list(neat.lineage)
    assert [birth.child for birth in births] == list(range(len(births)))
    assert births[0] == (0, (), 0, "first")
    generation = {birth.child: birth.generation for birth in births}
    for birth in births:
        assert all(generation[parent] < birth.generation for parent in birth.parents)
        wanted = {"first": 0, "crossover": 2}.get(birth.how, 1)
        assert len(birth.parents) == wanted
    assert set(neat.population.table.id.tolist()) <= set(generation)
    counts = Counter(birth.how for birth in births)
    assert counts["first"] == 30
    assert set(counts) == set(HOW)


def test_it_reads_as_a_sequence() -> None:
    lineage = bred().lineage
    births = list(lineage)
    assert len(lineage) == len(births)
    assert (lineage[5], lineage[-1]) == (births[5], births[-1])
    assert lineage[40:50] == births[40:50]
    with pytest.raises(IndexError):
        lineage[len(births)]


def test_it_is_the_same_generation_by_generation_and_by_hand() -> None:
    whole = list(bred().lineage)
    asked, inner = runs.make_neat(30), runs.make_neat(30)
    for neat in (asked, inner):
        neat.mode = EvalMode(vanilla=False, enable_regen_reproduction=True)
    for generation in range(8):
        asked.tell([runs.size(genome) for genome in asked.ask()])
        births = [birth.generation for birth in asked.lineage]
        assert max(births) == generation
    assert list(asked.lineage) == whole
    for generation in range(1, 8):
        fitnesses = inner._evaluate_population(runs.size)
        inner.reproduce(inner.speciate(fitnesses), fitnesses)
        assert max(birth.generation for birth in inner.lineage) == generation
        known = {birth.child for birth in inner.lineage}
        assert set(inner.population.table.id.tolist()) <= known
    children = [birth.child for birth in inner.lineage]
    assert children == list(range(len(children)))


def test_in_vanilla_it_is_kept_when_asked_for() -> None:
    for keep in (False, True):
        neat = runs.make_neat(40)
        neat.keep_lineage = keep
        neat.evolve(runs.size, 4, verbose=False)
        assert bool(len(neat.lineage)) == keep
    assert {birth.how for birth in neat.lineage} == {"first", "mutation", "crossover"}
