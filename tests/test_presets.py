"""Presets hold what the paper says, and a run made by one has it."""

import pytest

import spiral_monolith_neat_numpy as sm
from spiral_monolith_neat_numpy.presets import PRESETS, Preset, preset
from spiral_monolith_neat_numpy.settings import Settings


def test_the_papers_settings_are_those_of_its_section_4_1() -> None:
    paper, recurrent = preset("paper"), preset("paper-recurrent")
    s = paper.settings
    assert (paper.population_size, recurrent.population_size) == (150, 1000)
    assert (s.c_excess, s.c_disjoint, s.c_weight) == (1.0, 1.0, 0.4)
    assert (s.compatibility_threshold, s.threshold_gain) == (3.0, 0.0)
    assert (s.stagnation_generations, s.elitism_min_size) == (15, 5)
    assert (s.p_mutate_weights, s.p_replace_weight) == (0.8, 0.1)
    assert (s.p_inherit_disabled, s.p_interspecies, s.p_crossover) == (0.75, 0.001, 0.75)
    assert (s.p_add_node, s.p_add_connection, s.p_mutate_bias) == (0.03, 0.05, 0.0)
    r = recurrent.settings
    assert (r.c_weight, r.compatibility_threshold, r.p_add_connection) == (3.0, 4.0, 0.3)
    assert not r.feed_forward


@pytest.mark.parametrize("name", list(PRESETS))
def test_every_preset_runs_and_its_target_stands_still(name: str) -> None:
    fitness = sm.DoublePoleFitness(velocities=PRESETS[name].settings.feed_forward)
    neat = sm.ReproPlanaNEATPlus.from_preset(name, fitness.num_inputs, 1, rng=1)
    neat.evolve(fitness, 3, verbose=False)
    assert neat.settings == PRESETS[name].settings
    assert (neat.pop_size, neat.species_target_mode) == (PRESETS[name].population_size, "fixed")
    assert len({record.species_target for record in neat.records}) == 1
    assert PRESETS[name].name == name


def test_the_papers_threshold_stands_still() -> None:
    neat = sm.ReproPlanaNEATPlus.from_preset("paper", 3, 1, 30, rng=1)
    neat.evolve(sm.XorFitness(), 5, verbose=False)
    assert {record.compatibility_threshold for record in neat.records} == {3.0}
    assert {node.activation for node in neat.population[0].nodes.values()} == {
        "identity",
        "steep_sigmoid",
    }


def test_one_of_ones_own_may_be_given() -> None:
    own = Preset("mine", "a trial", Settings(p_add_node=0.5), 10, "tanh")
    neat = sm.ReproPlanaNEATPlus.from_preset(own, 2, 1, rng=1)
    assert (neat.pop_size, neat.settings.p_add_node, neat.output_activation) == (10, 0.5, "tanh")


def test_what_is_wrong_is_named() -> None:
    with pytest.raises(ValueError, match="preset must be one of 'paper', .*got 'papers'"):
        sm.ReproPlanaNEATPlus.from_preset("papers", 2, 1)
    with pytest.raises(ValueError, match="population_size must be >= 2, got 1"):
        Preset("mine", "a trial", Settings(), 1)
    with pytest.raises(TypeError, match="settings must be a Settings, got None"):
        Preset("mine", "a trial", None, 10)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="output_activation must be one of"):
        Preset("mine", "a trial", Settings(), 10, "step")


def test_ours_for_all_tasks_differs_between_them_in_cycles_alone() -> None:
    one, other = preset("all-round"), preset("all-round-recurrent")
    assert one.population_size == other.population_size
    assert one.settings.with_changes(feed_forward=False) == other.settings


def test_an_easy_task_is_solved_in_few_evaluations_by_our_own() -> None:
    fitness = sm.XorFitness()
    for seed in (10_000, 10_001, 10_002):
        neat = sm.ReproPlanaNEATPlus.from_preset("all-round", fitness.num_inputs, 1, rng=seed)
        while not fitness.solvers(neat.population).any():
            neat.evolve(fitness, 1, verbose=False)
        assert neat.records[-1].evaluations < 40_000
