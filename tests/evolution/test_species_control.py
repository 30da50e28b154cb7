"""Species target and threshold: how they begin, and what they follow."""

import numpy as np
import pytest
from tests.evolution import runs

from spiral_monolith_neat_numpy.evolution.neat import ReproPlanaNEATPlus
from spiral_monolith_neat_numpy.evolution.run_settings import EvalMode
from spiral_monolith_neat_numpy.evolution.species_control import SpeciesControl
from spiral_monolith_neat_numpy.settings import Settings


def test_the_target_begins_in_the_middle_of_the_mode_s_limits() -> None:
    assert SpeciesControl(Settings(), EvalMode(), 150, 0).species_target == 6.0
    wide = EvalMode(species_low=4, species_high=20)
    assert SpeciesControl(Settings(), wide, 150, 0).species_target == 12.0
    assert SpeciesControl(Settings(species_target=3), wide, 150, 0).species_target == 3.0


@pytest.mark.parametrize(("pop", "high"), [(150, 50.0), (31, 31 / 3), (12, 10.0), (2, 10.0)])
def test_the_largest_target_follows_from_the_population(pop: int, high: float) -> None:
    assert ReproPlanaNEATPlus(2, 1, pop).species_target_max == high
    neat = ReproPlanaNEATPlus(2, 1, 40)
    neat.pop_size = pop
    assert neat.species_target_max == high


def test_the_largest_target_follows_the_mode_until_it_is_set() -> None:
    neat = ReproPlanaNEATPlus(2, 1, 12)
    neat.mode = EvalMode(species_high=16)
    assert (neat.species_target_max, neat.species_target) == (16.0, 9.0)
    neat.species_target_max = 8.0
    neat.mode = EvalMode(species_high=30)
    neat.pop_size = 300
    assert (neat.species_target_max, neat.species_target) == (8.0, 8.0)
    neat.species_target_max = None
    assert neat.species_target_max == 100.0


def test_a_mode_moves_the_target_before_the_start_alone() -> None:
    neat = runs.make_neat()
    neat.evolve(runs.closeness, 1, verbose=False)
    neat.mode = EvalMode(species_low=4, species_high=12)
    assert neat.species_target == 6.0
    set_by_hand = runs.make_neat()
    set_by_hand.species_target = 5.0
    set_by_hand.mode = EvalMode(species_low=4, species_high=12)
    assert set_by_hand.species_target == 5.0


def test_limits_pull_the_target_inside() -> None:
    neat = ReproPlanaNEATPlus(2, 1, 150)
    neat.species_target = 40.0
    neat.pop_size = 60
    assert (neat.species_target_max, neat.species_target) == (20.0, 20.0)
    neat.species_target_min = 20.0
    with pytest.raises(ValueError, match=r"species_target_min must be in \[1, 20\], got 21"):
        neat.species_target_min = 21
    # The default for a smaller population gives way to the minimum that the user chose.
    neat.pop_size = 6
    assert (neat.species_target_min, neat.species_target_max) == (20.0, 20.0)


def test_a_small_population_with_a_narrow_mode_has_limits_too() -> None:
    neat = ReproPlanaNEATPlus(2, 1, 2)
    neat.mode = EvalMode(species_low=1, species_high=1)
    assert (neat.species_target, neat.species_target_max) == (2.0, 2.0)
    neat.evolve(runs.closeness, 3, verbose=False)


def test_what_was_learned_can_be_looked_up() -> None:
    neat = runs.make_neat()
    for name in ("pid_i", "pid_prev_err", "score_pid", "score_hill", "eps", "last_method"):
        assert name in neat._spec_learn
    assert neat._spec_learn["eps"] == 0.10
    assert neat._learn_species_target(3, 1.0, 0) == 6.0
    moved = neat._learn_species_target(3, 1.0, 5)
    assert moved == neat.species_target != 6.0
    with pytest.raises(ValueError, match="num_species must be >= 0, got -1"):
        neat._learn_species_target(-1, 1.0, 6)


def test_the_threshold_follows_the_number_of_species_by_steps() -> None:
    neat = runs.make_neat(settings=runs.GROWING.with_changes(threshold_control="step"))
    neat.species_target_mode = "fixed"
    before = neat.compatibility_threshold
    neat.evolve(runs.closeness, 1, verbose=False)
    record = neat.records[0]
    assert record.compatibility_threshold == before
    assert record.n_species < record.species_target
    assert neat.compatibility_threshold < before


@pytest.mark.parametrize("target", [2.0, 5.0, 9.0])
def test_the_threshold_is_sought_at_which_there_are_as_many_species_as_wanted(
    target: float,
) -> None:
    neat = runs.make_neat(40)
    neat.species_target_mode, neat.species_target = "fixed", target
    neat.evolve(runs.closeness, 12, verbose=False)
    found = [record.n_species for record in neat.records]
    assert np.abs(np.array(found[1:]) - target).max() <= 1.0
    assert neat.records[-1].compatibility_threshold == neat.compatibility_threshold


def test_one_try_and_no_gain_divide_once_by_what_is_there() -> None:
    for changes in ({"threshold_tries": 1}, {"threshold_gain": 0.0}):
        neat = runs.make_neat(40, settings=runs.GROWING.with_changes(**changes))
        neat.compatibility_threshold = 20.0
        neat.evolve(runs.closeness, 3, verbose=False)
        assert [record.compatibility_threshold for record in neat.records] == [20.0] * 3


def test_the_search_divides_by_the_threshold_that_it_records() -> None:
    neat = runs.make_neat(40)
    neat.species_target_mode, neat.species_target = "fixed", 7.0
    scores = [float(genome.id) for genome in neat.population]
    species = neat.speciate(scores)
    once = runs.make_neat(40, settings=runs.GROWING.with_changes(threshold_tries=1))
    once.compatibility_threshold = neat.compatibility_threshold
    again = once.speciate(scores)
    assert [one.members.tolist() for one in species] == [one.members.tolist() for one in again]
    assert len(species) == pytest.approx(7, abs=1)


def test_what_the_target_learned_from_is_recorded() -> None:
    neat = runs.make_neat()
    neat.species_target_update_every = 2
    neat.evolve(runs.closeness, 6, verbose=False)
    best = [record.best_fitness for record in neat.records]
    rewards = [0.0, 0.0, best[2] - best[0], best[2] - best[0], best[4] - best[2], best[4] - best[2]]
    assert [record.reward for record in neat.records] == rewards
    first = 1.0 if rewards[2] == 0.0 else 0.0  # the first gain is as large as usual
    errors = [record.error for record in neat.records[:4]]
    assert errors == pytest.approx([0.0, 0.0, first, first], abs=1e-9)
    assert neat.records[-1].error == neat._spec_learn["pid_prev_err"]
