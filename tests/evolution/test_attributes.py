"""The attributes of ReproPlanaNEATPlus: defaults, checks, and what each one changes.

What a change does is tested here for the attributes of settings; those with a module of
their own (population, pop_size, num_inputs, env, mode, the pool's) are tested there too.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from tests.evolution import runs

from spiral_monolith_neat_numpy.evolution.neat import ReproPlanaNEATPlus
from spiral_monolith_neat_numpy.evolution.run_settings import EvalMode
from spiral_monolith_neat_numpy.settings import Settings

# (name, default for 150 genomes, another value, [wrong value, part of its message])
SETTABLE: list[tuple[str, Any, Any, list[tuple[Any, str]]]] = [
    ("pop_size", 150, 20, [(1, ">= 2, got 1"), (2.5, "whole number"), (None, "whole number")]),
    ("num_inputs", 2, 3, [(0, ">= 1, got 0"), ("3", "whole number")]),
    ("num_outputs", 1, 2, [(0, ">= 1, got 0"), (True, "whole number")]),
    ("eval_workers", None, 5, [(0, ">= 1, got 0"), (1.5, "whole number")]),
    ("parallel_backend", "thread", "serial", [("gpu", "one of 'thread', .*, got 'gpu'")]),
    ("pool_keepalive", 0, 1, [(-1, ">= 0, got -1"), ("yes", "whole number")]),
    ("pool_restart_every", 25, 3, [(-1, ">= 0, got -1")]),
    ("snapshot_stride", 1, 4, [(0, ">= 1, got 0"), (1.0, "whole number")]),
    ("snapshot_max", 320, 10, [(1, ">= 2, got 1")]),
    ("complexity_threshold", 1.0, 0.1, [(-0.1, ">= 0, got -0.1"), ("1", "a number")]),
    ("max_hidden_nodes", 128, 3, [(-1, ">= 0, got -1"), (3.0, "whole number")]),
    ("max_edges", 1024, 5, [(0, ">= 1, got 0")]),
    ("grad_clip", 5.0, 0.5, [(0.0, "> 0, got 0.0"), (float("inf"), "> 0, got inf")]),
    ("weight_clip", 12.0, 2.0, [(0, r"in \(0, 1e\+30\], got 0"), (float("nan"), "got nan")]),
    ("species_target", 6.0, 4.0, [(1.0, r"in \[2, 50\], got 1.0"), (51, r"in \[2, 50\]")]),
    ("species_target_mode", "auto", "hill", [("best", "one of 'auto', .*, got 'best'")]),
    ("species_target_min", 2.0, 3.0, [(0.5, r"in \[1, 50\], got 0.5"), (51, r"in \[1, 50\]")]),
    ("species_target_max", 50.0, 20.0, [(1.0, r"in \[2, 1e\+09\], got 1.0")]),
    ("species_target_step", 0.5, 1.0, [(0.0, r"in \(0, 1e\+09\], got 0.0")]),
    ("species_target_update_every", 5, 2, [(0, ">= 1, got 0"), (2.0, "whole number")]),
    ("pid_kp", 0.35, 0.5, [(-1, r"in \[0, 1e\+06\], got -1"), ("0.5", "a number")]),
    ("pid_ki", 0.02, 0.01, [(-1, r"in \[0, 1e\+06\]")]),
    ("pid_kd", 0.10, 0.15, [(-1, r"in \[0, 1e\+06\]")]),
    ("pid_i_clip", 50.0, 5.0, [(-1, r"in \[0, 1e\+09\]")]),
    ("compatibility_threshold", 3.0, 1.0, [(0.0, r"in \[0.3, 50\], got 0.0"), (51, "50")]),
    ("diversity_push", 0.15, 0.2, [(-0.1, r"in \[0, 1\], got -0.1"), (1.1, "got 1.1")]),
    ("min_conn_after_regen", 0.65, 1.0, [(1.5, r"in \[0, 1\], got 1.5")]),
    ("keep_lineage", False, True, [(1, "True or False, got 1")]),
    ("auto_curriculum", True, False, [(1, "True or False, got 1"), ("no", "True or False")]),
    ("mode", EvalMode(), EvalMode(vanilla=False), [("vanilla", "an EvalMode, got 'vanilla'")]),
    ("settings", Settings(), runs.GROWING, [({}, "a Settings, got {}")]),
]


def fresh() -> ReproPlanaNEATPlus:
    return ReproPlanaNEATPlus(2, 1, rng=1)


def state(neat: ReproPlanaNEATPlus) -> dict[str, Any]:
    names = [row[0] for row in SETTABLE] + ["generation", "env", "event_log", "seed"]
    found = {name: getattr(neat, name) for name in names}
    return {**found, "population": runs.bits(neat.population), "events": len(neat.event_log)}


@pytest.mark.parametrize(("name", "default", "other", "wrong"), SETTABLE)
def test_an_attribute_has_its_default_and_takes_another_value(
    name: str, default: Any, other: Any, wrong: list[tuple[Any, str]]
) -> None:
    neat = fresh()
    if default is not None:  # None: it is the machine's
        assert getattr(neat, name) == default
        assert type(getattr(neat, name)) is type(default)
    setattr(neat, name, other)
    assert getattr(neat, name) == other
    (event,) = neat.event_log
    assert (event.generation, event.kind, event.message) == (0, "setting", f"{name} = {other!r}")


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [(name, value, message) for name, _, _, wrong in SETTABLE for value, message in wrong],
)
def test_a_wrong_value_names_attribute_and_range_and_changes_nothing(
    name: str, value: Any, message: str
) -> None:
    neat = fresh()
    before = state(neat)
    with pytest.raises(
        (ValueError, TypeError), match=rf"^{name} must be (finite and )?.*{message}"
    ):
        setattr(neat, name, value)
    assert state(neat) == before


def test_a_change_is_written_for_the_first_generation_it_holds_for() -> None:
    neat = runs.make_neat()
    neat.evolve(runs.closeness, 2, verbose=False)
    neat.pid_kp = 1
    event = neat.event_log[-1]
    assert (event.generation, event.message) == (2, "pid_kp = 1.0")


def test_an_unknown_name_is_refused() -> None:
    neat = fresh()
    with pytest.raises(AttributeError, match="no attribute 'popsize'"):
        neat.popsize = 20  # type: ignore[attr-defined]
    with pytest.raises(AttributeError, match="no attribute 'popsize'"):
        _ = neat.popsize  # type: ignore[attr-defined]
    with pytest.raises(AttributeError):
        neat.evolve = None  # type: ignore[method-assign, assignment]


@pytest.mark.parametrize(
    "name",
    ["generation", "seed", "output_activation", "tracker", "records", "best", "best_ids",
     "hidden_counts_history", "edge_counts_history", "env_history", "event_log",
     "snapshots_genomes", "snapshots_scars", "_spec_learn", "_proc_pool", "_proc_pool_age"],
)  # fmt: skip
def test_what_the_run_keeps_can_be_read_not_set(name: str) -> None:
    neat = fresh()
    before = getattr(neat, name)
    with pytest.raises(AttributeError, match=f"^{name} is kept by the run: it can be read, not"):
        setattr(neat, name, before)


def test_the_class_shows_its_attributes_by_name() -> None:
    for name in ("pop_size", "records", "pid_kp", "diversity_push"):
        assert getattr(ReproPlanaNEATPlus, name) is vars(ReproPlanaNEATPlus)[name]


# What each setting changes.


def run_with(
    n: int = 6, fitness: Callable[..., Any] = runs.closeness, pop: int = 20, **attributes: Any
) -> ReproPlanaNEATPlus:
    neat = runs.make_neat(pop)
    for name, value in attributes.items():
        setattr(neat, name, value)
    neat.evolve(fitness, n, verbose=False)
    return neat


def test_max_hidden_nodes_caps_growth() -> None:
    assert max(map(max, run_with(fitness=runs.size).hidden_counts_history)) > 2
    assert max(map(max, run_with(fitness=runs.size, max_hidden_nodes=2).hidden_counts_history)) == 2


def test_max_edges_caps_growth() -> None:
    def most(neat: ReproPlanaNEATPlus) -> int:
        return max(len(genome.connections) for genome in neat.population)

    assert most(run_with(fitness=runs.size)) > 5
    assert most(run_with(fitness=runs.size, max_edges=5)) <= 5


def test_complexity_threshold_limits_the_penalty() -> None:
    neat = fresh()
    genome = neat.population[0]
    assert neat._complexity_penalty(genome) == pytest.approx(0.01 * 0.15 * 2)
    neat.complexity_threshold = 0.001
    assert neat._complexity_penalty(genome) == 0.001
    neat.complexity_threshold = 0.0
    assert neat._complexity_penalty(genome) == 0.0


def test_grad_clip_and_weight_clip_reach_the_training() -> None:
    def trained(**attributes: Any) -> Any:
        fitness = runs.gradient(validate_every=0)
        neat = run_with(1, fitness, **attributes)
        return neat.population.genes.edge_weight

    plain = trained()
    assert not np.array_equal(trained(grad_clip=1e-3), plain)
    assert np.abs(trained(weight_clip=0.5)).max() <= 0.5 < np.abs(plain).max()


def test_weight_clip_bounds_mutation() -> None:
    settings = Settings(p_mutate_weights=1.0, weight_sigma=5.0)
    for clip, above in ((12.0, True), (2.0, False)):
        neat = runs.make_neat(settings=settings)
        neat.weight_clip = clip
        neat.evolve(runs.flat, 3, verbose=False)
        assert bool(np.abs(neat.population.genes.edge_weight).max() > 3.0) is above


def targets(neat: ReproPlanaNEATPlus) -> list[float]:
    return [record.species_target for record in neat.records]


def test_species_target_is_what_the_threshold_follows() -> None:
    few = run_with(species_target_mode="fixed", species_target=2.0)
    many = run_with(species_target_mode="fixed", species_target=9.0)
    assert targets(few) == [2.0] * 6
    assert targets(many) == [9.0] * 6
    assert few.compatibility_threshold > many.compatibility_threshold


def test_species_target_mode_chooses_what_moves_the_target() -> None:
    arms = {
        mode: run_with(8, species_target_mode=mode, species_target_update_every=1)
        for mode in ("fixed", "pid", "hill", "auto")
    }
    for mode in ("fixed", "pid", "hill"):
        assert {record.arm for record in arms[mode].records[1:]} == {mode}
        assert arms[mode]._spec_learn["last_method"] == mode
    assert {record.arm for record in arms["auto"].records[1:]} <= {"pid", "hill"}
    assert len({tuple(targets(neat)) for neat in arms.values()}) >= 3


def test_species_target_step_is_the_step_of_the_climb() -> None:
    climbing: dict[str, Any] = {"species_target_mode": "hill", "species_target_update_every": 1}
    for step in (0.5, 0.25):
        found = targets(run_with(5, species_target_step=step, **climbing))
        assert np.abs(np.diff(found)).tolist() == [step] * 4


def test_species_target_update_every_is_how_often_it_moves() -> None:
    for every in (1, 3):
        found = targets(run_with(7, species_target_mode="hill", species_target_update_every=every))
        moved = (np.flatnonzero(np.diff(found)) + 1).tolist()
        assert moved == list(range(every, 7, every))


def test_species_target_limits_hold_it() -> None:
    climbing: dict[str, Any] = {
        "species_target_mode": "hill",
        "species_target_update_every": 1,
        "species_target_step": 3.0,
    }
    free = targets(run_with(8, fitness=runs.flat, **climbing))
    assert max(free) == 10.0  # max(species_high, 20 / 3)
    held = run_with(8, fitness=runs.flat, species_target_max=7.0, **climbing)
    assert max(targets(held)) == 7.0
    assert run_with(1, species_target=8.0, species_target_min=9.0).species_target == 9.0


@pytest.mark.parametrize("name", ["pid_kp", "pid_ki", "pid_kd"])
def test_a_gain_of_the_pid_moves_the_target(name: str) -> None:
    still: dict[str, Any] = {"species_target_mode": "pid", "species_target_update_every": 1}
    gains: dict[str, Any] = {"pid_kp": 0.0, "pid_ki": 0.0, "pid_kd": 0.0}
    assert set(targets(run_with(4, **still, **gains))) == {6.0}
    assert len(set(targets(run_with(4, **still, **{**gains, name: 0.2})))) > 1


def test_pid_i_clip_holds_the_sum() -> None:
    arguments: dict[str, Any] = {"species_target_mode": "pid", "species_target_update_every": 1}
    free = run_with(9, fitness=runs.flat, **arguments)
    held = run_with(9, fitness=runs.flat, pid_i_clip=2.0, **arguments)
    assert free._spec_learn["pid_i"] > 2.0
    assert held._spec_learn["pid_i"] == 2.0


def test_compatibility_threshold_divides_the_population() -> None:
    once = runs.GROWING.with_changes(threshold_tries=1)
    coarse = run_with(1, settings=once, compatibility_threshold=50.0).records[0]
    fine = run_with(1, settings=once, compatibility_threshold=0.3).records[0]
    assert (coarse.n_species, coarse.compatibility_threshold) == (1, 50.0)
    assert fine.n_species > 1
    assert fine.compatibility_threshold == 0.3


def test_snapshot_stride_and_max_decide_what_is_kept() -> None:
    assert len(run_with(9).snapshots_genomes) == 9
    strided = run_with(9, snapshot_stride=4)
    assert [genome.fitness for genome in strided.snapshots_genomes] == [
        strided.records[g].best_fitness for g in (0, 4, 8)
    ]
    thinned = run_with(9, snapshot_max=4)
    assert len(thinned.snapshots_genomes) == len(thinned.snapshots_scars) <= 4


def test_settings_take_over_what_differs() -> None:
    neat = runs.make_neat()
    neat.compatibility_threshold = 5.0
    neat.settings = neat.settings.with_changes(p_add_node=0.0, threshold_gain=0.0)
    assert neat.compatibility_threshold == 5.0  # it does not differ between the settings
    neat.evolve(runs.closeness, 3, verbose=False)
    assert neat.compatibility_threshold == 5.0  # held still by the gain
    assert max(map(max, neat.hidden_counts_history)) == 0
    neat.settings = neat.settings.with_changes(compatibility_threshold=2.0, species_target=4)
    assert (neat.compatibility_threshold, neat.species_target) == (2.0, 4.0)
    with pytest.raises(ValueError, match=r"compatibility_threshold must be in \[10, 50\], got 2.0"):
        neat.settings = neat.settings.with_changes(threshold_min=10.0)
    assert neat.settings.threshold_min == 0.3


def test_settings_of_the_first_weights_draw_them_again_before_the_start() -> None:
    neat = runs.make_neat()
    neat.settings = runs.GROWING.with_changes(initial_weight_sigma=0.0)
    assert not neat.population.genes.edge_weight.any()
    neat.evolve(runs.flat, 1, verbose=False)
    kept = runs.bits(neat.population)
    neat.settings = runs.GROWING
    assert runs.bits(neat.population) == kept


def test_arguments_of_the_constructor_are_checked() -> None:
    for arguments, message in (
        ((0, 1), "num_inputs must be >= 1, got 0"),
        ((1, 0), "num_outputs must be >= 1, got 0"),
        ((2.0, 1), "num_inputs must be a whole number"),
        ((2, 1, 1), "population_size must be >= 2, got 1"),
        ((2, 1, 10, -1), "rng must be a seed from 0"),
        ((2, 1, 10, "x"), "rng must be a Generator, a seed or None"),
        ((2, 1, 10, 0, "swish"), "output_activation must be one of .*, got 'swish'"),
        ((2, 1, 10, 0, "tanh", {}), "settings must be a Settings or None, got {}"),
        ((2, 1, 10, 0, "tanh", Settings(species_target=99)), r"species_target must be in \[2, 10"),
        (
            (2, 1, 10, 0, "tanh", Settings(compatibility_threshold=0.1)),
            r"compatibility_threshold must be in \[0.3, 50\], got 0.1",
        ),
    ):
        with pytest.raises((ValueError, TypeError), match=message):
            ReproPlanaNEATPlus(*arguments)
