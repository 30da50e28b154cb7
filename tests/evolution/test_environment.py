"""The environment: its checks, what a schedule may say, and whom it reaches."""

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.evolution import runs

from spiral_monolith_neat_numpy.evolution.environment import Environment, complexity_factor


def test_it_reads_as_a_mapping() -> None:
    env = Environment(1.0, 0.1)
    assert dict(env) == {"difficulty": 1.0, "noise_std": 0.1}
    assert len(env) == 2
    assert env.get("mood") is None
    with pytest.raises(KeyError, match="mood"):
        env["mood"]


def test_by_default_the_noise_is_the_fitness_own() -> None:
    assert Environment() == Environment(difficulty=0.5, noise_std=None)


@pytest.mark.parametrize(
    ("found", "message"),
    [
        ({"difficulty": -1}, "difficulty must be >= 0, got -1"),
        ({"difficulty": float("nan")}, "difficulty must be >= 0, got nan"),
        ({"noise_std": "much"}, "noise_std must be a number, got 'much'"),
        ({"noise_std": -0.1}, "noise_std must be >= 0, got -0.1"),
        ({"mood": 1.0}, r"env_schedule returns must be a mapping .* got \{'mood': 1.0\}"),
        (None, "env_schedule returns must be a mapping .* got None"),
    ],
)
def test_what_a_schedule_returns_is_checked(found: Any, message: str) -> None:
    neat = runs.make_neat()
    with pytest.raises((ValueError, TypeError), match=message):
        neat.evolve(runs.closeness, 1, verbose=False, env_schedule=lambda gen, context: found)
    assert neat.env == Environment()


@given(d=st.floats(0.0, 10.0), further=st.floats(0.0, 10.0))
def test_the_penalty_factor_falls_from_1_to_three_tenths(d: float, further: float) -> None:
    assert 0.3 - 1e-12 <= complexity_factor(d + further) <= complexity_factor(d) <= 1.0
    assert complexity_factor(d) == 1.0 or d > 0.5


def test_the_penalty_factor_by_hand() -> None:
    found = [complexity_factor(d) for d in (0.0, 0.5, 1.0, 1.5, 9.0)]
    assert found == pytest.approx([1.0, 1.0, 0.65, 0.3, 0.3])


def test_a_schedule_sets_the_environment_generation_by_generation() -> None:
    seen: list[tuple[int, int, float]] = []

    def schedule(generation: int, context: Mapping[str, Any]) -> dict[str, float]:
        sizes = (len(context["records"]), len(context["population"]))
        seen.append((generation, *sizes))
        return {"difficulty": context["env"]["difficulty"] + 0.5}

    neat = runs.make_neat()
    neat.evolve(runs.closeness, 3, verbose=False, env_schedule=schedule)
    assert seen == [(0, 0, 12), (1, 1, 12), (2, 2, 12)]
    assert [env.difficulty for env in neat.env_history] == [1.0, 1.5, 2.0]
    assert [record.difficulty for record in neat.records] == [1.0, 1.5, 2.0]
    neat.evolve(runs.closeness, 1, verbose=False)
    assert neat.env_history[3] == neat.env == Environment(2.0)  # without one it stays


def test_difficulty_lowers_the_complexity_penalty() -> None:
    neat = runs.make_neat()
    genome = neat.population[0]
    easy = neat._complexity_penalty(genome)
    neat.env = {"difficulty": 1.5}
    assert neat.env == Environment(1.5)
    assert neat._complexity_penalty(genome) == pytest.approx(0.3 * easy)


def test_the_noise_of_a_schedule_reaches_the_fitness() -> None:
    fitness = runs.gradient()
    found: list[float] = []

    def schedule(generation: int, context: Mapping[str, Any]) -> dict[str, float]:
        return {"noise_std": 0.1 * generation}

    neat = runs.make_neat()
    neat.evolve(
        fitness,
        3,
        verbose=False,
        env_schedule=schedule,
        on_generation=lambda record: found.append(fitness.noise_std),
    )
    assert found == [0.0, 0.1, 0.2]


@pytest.mark.parametrize("schedule", [None, lambda generation, context: {"difficulty": 1.0}])
def test_noise_that_the_user_set_stays_where_no_schedule_names_it(schedule: Any) -> None:
    fitness, quiet = runs.gradient(), runs.gradient()
    fitness.set_noise_std(0.4)
    found = runs.make_neat().evolve(fitness, 3, verbose=False, env_schedule=schedule)
    assert fitness.noise_std == 0.4
    assert found[1] != runs.make_neat().evolve(quiet, 3, verbose=False, env_schedule=schedule)[1]


def test_an_environment_that_the_user_sets_holds() -> None:
    neat, fitness = runs.make_neat(), runs.gradient()
    neat.env = Environment(noise_std=0.2)
    neat.evolve(fitness, 2, verbose=False)
    assert fitness.noise_std == 0.2
    with pytest.raises(ValueError, match="^env must be a mapping .* got 5"):
        neat.env = 5
    assert neat.env == Environment(noise_std=0.2)
    assert neat.event_log[-1].message == "env = Environment(difficulty=0.5, noise_std=0.2)"
