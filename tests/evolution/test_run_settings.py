"""Mode, workers and snapshots as frozen, checked settings."""

import dataclasses
from typing import Any

import pytest
from tests.evolution import runs

from spiral_monolith_neat_numpy.evaluation.environment import available_start_methods
from spiral_monolith_neat_numpy.evaluation.settings import PoolSettings
from spiral_monolith_neat_numpy.evolution.neat import ReproPlanaNEATPlus
from spiral_monolith_neat_numpy.evolution.run_settings import EvalMode, SnapshotSettings


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"vanilla": 1}, TypeError, "vanilla must be True or False, got 1"),
        ({"species_low": 0}, ValueError, "species_low must be >= 1, got 0"),
        ({"species_high": 1}, ValueError, "species_high must be >= 2, got 1"),
        ({"enable_regen_reproduction": "no"}, TypeError, "enable_regen_reproduction must be"),
    ],
)
def test_a_mode_checks_its_fields(
    arguments: dict[str, Any], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        EvalMode(**arguments)


def test_settings_are_frozen() -> None:
    for settings in (EvalMode(), PoolSettings(), SnapshotSettings()):
        name = dataclasses.fields(settings)[0].name
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(settings, name, 1)


def test_a_start_method_must_exist_here() -> None:
    with pytest.raises(ValueError, match="start_method must be one of .* got 'clone'"):
        PoolSettings(start_method="clone")  # type: ignore[arg-type]


VARIABLES: list[tuple[str, str, str, Any]] = [
    ("NEAT_EVAL_WORKERS", "8", "eval_workers", 8),
    ("NEAT_EVAL_BACKEND", "process", "parallel_backend", "process"),
    ("NEAT_EVAL_BACKEND", "thread", "parallel_backend", "thread"),
    ("NEAT_EVAL_BACKEND", "serial", "parallel_backend", "serial"),
    ("NEAT_POOL_KEEPALIVE", "1", "pool_keepalive", 1),
    ("NEAT_POOL_RESTART_EVERY", "25", "pool_restart_every", 25),
    ("NEAT_POOL_RESTART_EVERY", "7", "pool_restart_every", 7),
]


@pytest.mark.parametrize(("variable", "text", "name", "value"), VARIABLES)
def test_variables_are_read_when_the_object_is_made_and_attributes_beat_them(
    variable: str, text: str, name: str, value: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, text)
    neat = ReproPlanaNEATPlus(2, 1, 10)
    monkeypatch.setenv(variable, "3" if text.isdigit() else "thread")
    assert getattr(neat, name) == value  # the present value of the variable is not looked at
    other: Any = 5 if text.isdigit() else "serial"
    setattr(neat, name, other)
    assert getattr(neat, name) == other


@pytest.mark.parametrize("method", ["spawn", "fork", "forkserver"])
def test_every_start_method_of_this_system_is_taken(
    method: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NEAT_PROCESS_START_METHOD", method)
    if method in available_start_methods():
        assert PoolSettings.from_environment().start_method == method
    else:
        with pytest.raises(ValueError, match="NEAT_PROCESS_START_METHOD"):
            PoolSettings.from_environment()


@pytest.mark.parametrize(
    ("variable", "text"),
    [
        ("NEAT_EVAL_WORKERS", "0"),
        ("NEAT_EVAL_WORKERS", "many"),
        ("NEAT_EVAL_BACKEND", "gpu"),
        ("NEAT_PROCESS_START_METHOD", "clone"),
        ("NEAT_POOL_KEEPALIVE", "-1"),
        ("NEAT_POOL_RESTART_EVERY", "1.5"),
    ],
)
def test_a_bad_variable_is_one_error_that_names_it(
    variable: str, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, text)
    with pytest.raises(ValueError, match=f"^{variable} must be .*'{text}'"):
        ReproPlanaNEATPlus(2, 1, 10)


def test_ray_says_when_it_is_set_that_it_is_not_there_yet(monkeypatch: pytest.MonkeyPatch) -> None:
    neat = runs.make_neat()
    with pytest.raises(NotImplementedError, match="parallel_backend: .* 'ray' is not there yet"):
        neat.parallel_backend = "ray"
    assert neat.parallel_backend == "serial"
    monkeypatch.setenv("NEAT_EVAL_BACKEND", "ray")
    with pytest.raises(NotImplementedError, match="NEAT_EVAL_BACKEND: .* is not there yet"):
        runs.make_neat()
