"""When every species is barred: bred anew from the best champions, at the same size."""

from typing import Any

import numpy as np
import pytest
from tests.evolution import runs

from spiral_monolith_neat_numpy.evolution.neat import ReproPlanaNEATPlus
from spiral_monolith_neat_numpy.genes.validity import check_population
from spiral_monolith_neat_numpy.settings import Settings
from spiral_monolith_neat_numpy.species.speciation import SpeciesSet

# Nothing ever changes, so that no new species are founded.
STAGNANT = Settings(
    stagnation_generations=2,
    survival_fraction=1.0,
    compatibility_threshold=0.3,
    threshold_gain=0.0,
    p_crossover=0.0,
    p_mutate_weights=0.0,
    p_mutate_bias=0.0,
    p_add_node=0.0,
    p_add_connection=0.0,
)


def stagnant(**changes: object) -> ReproPlanaNEATPlus:
    neat = runs.make_neat(24, settings=STAGNANT.with_changes(**changes))
    neat.species_target_mode = "fixed"
    return neat


def restarts(neat: ReproPlanaNEATPlus) -> list[int]:
    return [event.generation for event in neat.event_log if event.kind == "restart"]


def until_refocus(neat: ReproPlanaNEATPlus) -> tuple[Any, list[float], SpeciesSet]:
    """Return ids and scores of the last generation before a refocus, and its species."""
    for generation in range(30):
        ids = neat.ask().table.id.copy()
        species = neat._run.generations.species
        scores = (np.arange(24) % 7 - 10.0 * generation).tolist()  # nobody ever gets better
        if restarts(neat):
            break
        neat.tell(scores)
        last = ids, scores
    assert species is not None
    return *last, species


def test_every_child_of_a_refocus_descends_from_one_of_the_best_champions() -> None:
    neat = stagnant()
    ids, scores, species = until_refocus(neat)
    assert restarts(neat) == [neat.generation]
    (event,) = [event for event in neat.event_log if event.kind == "restart"]
    assert event.message.startswith("no species made progress: the population is bred anew from")
    ranked = sorted(species, key=lambda one: (-max(scores[i] for i in one.members), one.id))
    champions = [max(one.members, key=lambda i: (scores[i], -i)) for one in ranked[:2]]
    assert len(species) >= 2
    wanted = {int(ids[i]) for i in champions}
    young = [genome for genome in neat.population if genome.id > ids.max()]
    kept = {genome.id for genome in neat.population} - {genome.id for genome in young}
    assert {parent for genome in young for parent in genome.parents} == wanted
    assert kept == wanted
    assert len(neat.population) == 24
    check_population(neat.population, num_inputs=2, num_outputs=1)


def test_those_that_go_on_have_a_new_term() -> None:
    neat = stagnant(stagnation_generations=4)
    neat.evolve(runs.flat, 20, verbose=False)
    assert len(restarts(neat)) >= 3
    assert (np.diff(restarts(neat)) >= 4).all()


@pytest.mark.parametrize("scores", ["flat", "falling"])
def test_without_it_the_best_species_goes_on_alone(scores: str) -> None:
    neat = stagnant(refocus_species=0)
    for generation in range(8):
        genomes = neat.ask()
        base = 0.0 if scores == "flat" else -float(generation)
        neat.tell([base] * len(genomes))
    assert restarts(neat) == []
    assert len(neat.population) == 24
