"""What scripts call one by one: evaluate, speciate, reproduce."""

import numpy as np
import pytest
from tests.evolution import runs

from spiral_monolith_neat_numpy.evolution.neat import ReproPlanaNEATPlus
from spiral_monolith_neat_numpy.genes.validity import check_population


def test_evaluate_gives_a_list_of_floats_and_keeps_the_scores() -> None:
    neat = runs.make_neat()
    found = neat._evaluate_population(runs.size)
    assert found == [2.0] * 12
    assert {type(score) for score in found} == {float}
    assert [genome.fitness for genome in neat.population] == found
    assert np.isnan(neat._evaluate_population(runs.nan)).all()


def test_species_have_id_members_and_representative() -> None:
    neat = runs.make_neat(20)
    neat.compatibility_threshold = 0.5
    scores = neat._evaluate_population(runs.closeness)
    species = neat.speciate(scores)
    assert isinstance(species, list)
    assert len(species) > 1
    assert [one.id for one in species] == list(range(len(species)))
    members = np.concatenate([one.members for one in species])
    assert sorted(members.tolist()) == list(range(20))
    for one in species:
        assert one.best_fitness == max(scores[i] for i in one.members)
        assert one.representative.n_edges == 2


def test_steps_taken_by_hand_are_those_of_evolve() -> None:
    by_hand, evolved = runs.make_neat(), runs.make_neat()
    evolved.evolve(runs.closeness, 4, verbose=False)
    for generation in range(4):
        scores = by_hand._evaluate_population(runs.closeness)
        by_hand._learn_species_target(0, max(scores), generation)
        species = by_hand.speciate(scores)
        if generation < 3:
            by_hand.reproduce(species, scores)
    assert by_hand.generation == 3
    assert runs.bits(by_hand.population) == runs.bits(evolved.population)


def test_reproduce_replaces_the_population() -> None:
    neat = runs.make_neat()
    scores = neat._evaluate_population(runs.closeness)
    species = neat.speciate(scores)
    old = neat.population
    neat.pop_size = 15
    neat.reproduce(species, scores)
    assert (len(old), len(neat.population), neat.generation) == (12, 15, 1)
    assert neat.population[0].fitness is None
    check_population(neat.population)
    neat.evolve(runs.closeness, 1, verbose=False)
    assert [record.generation for record in neat.records] == [1]


@pytest.mark.parametrize("name", ["speciate", "reproduce"])
def test_scores_of_another_number_are_refused(name: str) -> None:
    neat = runs.make_neat()
    species = neat.speciate([1.0] * 12)
    before = runs.bits(neat.population)
    arguments = [[1.0] * 11] if name == "speciate" else [species, [1.0] * 11]
    with pytest.raises(ValueError, match=r"fitnesses must have shape \(12,\) .* got \(11,\)"):
        getattr(neat, name)(*arguments)
    assert runs.bits(neat.population) == before


def test_nan_is_the_worst_in_every_step() -> None:
    scores = [float("nan")] * 12
    scores[3] = -5.0
    neat = runs.make_neat(
        settings=runs.GROWING.with_changes(survival_fraction=0.05, threshold_tries=1)
    )
    species = neat.speciate(scores)
    neat.reproduce(species, scores)
    assert all(set(genome.parents) <= {3} for genome in neat.population if genome.id >= 12)


def test_the_penalty_of_a_genome_is_never_negative() -> None:
    neat = ReproPlanaNEATPlus(2, 1, 4)
    penalty = neat._complexity_penalty(neat.population[0])
    assert type(penalty) is float
    assert penalty == pytest.approx(0.01 * 0.15 * 2)
