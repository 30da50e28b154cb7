"""One run from a task to files: scores told apart, nothing lost, one seed one result."""

import csv
import dataclasses
import json
import logging
import math
import signal
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.experiment.tables import write_flowers, write_houses

from spiral_monolith_neat_numpy.errors import DataError, FitnessError
from spiral_monolith_neat_numpy.evaluation.backprop import FitnessBackprop
from spiral_monolith_neat_numpy.evolution.records import RECORD_FIELDS, GenerationRecord
from spiral_monolith_neat_numpy.experiment import drawing
from spiral_monolith_neat_numpy.experiment import result as experiment_result
from spiral_monolith_neat_numpy.experiment.choice import BY_COST, BY_FITNESS
from spiral_monolith_neat_numpy.experiment.config import ExperimentConfig
from spiral_monolith_neat_numpy.experiment.result import ExperimentResult
from spiral_monolith_neat_numpy.experiment.run import (
    run_backprop_neat_experiment,
    run_experiment,
)
from spiral_monolith_neat_numpy.tasks.dataset import Dataset
from spiral_monolith_neat_numpy.tasks.model import load
from spiral_monolith_neat_numpy.tasks.registry import Task, load_task
from spiral_monolith_neat_numpy.tasks.table import read_table

SMALL = ExperimentConfig("xor", gens=4, pop=8, steps=10, seed=3, workers=1, pictures=False)


def with_changes(**changes: Any) -> ExperimentConfig:
    return dataclasses.replace(SMALL, **changes)


def interrupt_after(n_generations: int) -> Any:
    def on_generation(record: GenerationRecord) -> None:
        if record.generation + 1 == n_generations:
            raise KeyboardInterrupt

    return on_generation


@pytest.fixture(scope="module")
def flowers(tmp_path_factory: pytest.TempPathFactory) -> ExperimentResult:
    folder = tmp_path_factory.mktemp("flowers")
    path = write_flowers(folder / "flowers.csv")
    config = with_changes(
        task=str(path), out=str(folder / "out"), target="species", impute="median", gens=6
    )
    return run_experiment(config)


@pytest.fixture(scope="module")
def houses(tmp_path_factory: pytest.TempPathFactory) -> ExperimentResult:
    folder = tmp_path_factory.mktemp("houses")
    path = write_houses(folder / "houses.csv")
    config = with_changes(task=str(path), out=str(folder / "out"), gens=8, steps=40)
    return run_experiment(config)


def files_of(result: ExperimentResult) -> dict[str, bytes]:
    """Return what a run wrote, by name, but for the wall times in it."""
    found = {}
    for path in result.files:
        content = path.read_bytes()
        if path.name == "history.csv":
            content = b"\n".join(row.rsplit(b",", 1)[0] for row in content.split(b"\n"))
        if path.name == "metrics.json":
            content = json.dumps({**json.loads(content), "seconds": None}).encode()
        found[path.name] = content
    return found


def test_classification_is_learned_from_categories_and_missing_values(
    flowers: ExperimentResult,
) -> None:
    metrics = flowers.metrics
    assert metrics["task"] == "flowers.csv"
    assert metrics["kind"] == "classification"
    assert [metrics[f"{part}_samples"] for part in ("train", "validation", "test")] == [54, 18, 18]
    assert metrics["test_accuracy"] > 0.8
    assert {"sepal", "colour=red", "site=north"} <= set(flowers.model.preprocessor.feature_names)


def test_regression_is_scored_in_the_targets_own_unit(houses: ExperimentResult) -> None:
    metrics = houses.metrics
    assert metrics["kind"] == "regression"
    assert metrics["test_r2"] > 0.8
    assert 1e3 < metrics["test_rmse"] < 5e5  # prices are about a million


def test_written_model_answers_raw_rows_as_the_result_does(flowers: ExperimentResult) -> None:
    # The split shuffles rows: all three parts together are the whole table.
    table = read_table(flowers.files[0].parents[1] / "flowers.csv")
    answers = load(flowers.files[0]).predict(table)
    right = np.mean(answers == np.array(table.cells("species"), dtype=object))
    metrics = flowers.metrics
    parts = ("train", "validation", "test")
    wanted = sum(metrics[f"{part}_accuracy"] * metrics[f"{part}_samples"] for part in parts) / 90
    assert right == pytest.approx(wanted)


def test_written_regression_carries_its_scaling(houses: ExperimentResult) -> None:
    table = read_table(houses.files[0].parents[1] / "houses.csv")
    answers = load(houses.files[0]).predict(table)
    error = answers - np.array(table.cells("price"), dtype=np.float64)
    metrics = houses.metrics
    parts = ("train", "validation", "test")
    wanted = sum(metrics[f"{part}_rmse"] ** 2 * metrics[f"{part}_samples"] for part in parts)
    assert np.sum(error**2) == pytest.approx(wanted)


def test_loaded_model_equals_the_result(houses: ExperimentResult) -> None:
    assert load(houses.files[0]) == houses.model


def test_metrics_file_holds_the_metrics(flowers: ExperimentResult) -> None:
    path = flowers.files[2]
    assert path.name == "metrics.json"
    found = json.loads(path.read_text())
    assert found == flowers.metrics
    assert found["enabled_connections"] == flowers.best.n_enabled
    assert found["fitness"] == flowers.best.fitness
    assert found["interrupted"] is False
    assert found["failure"] is None


def test_metrics_say_how_the_champion_was_chosen(
    flowers: ExperimentResult, houses: ExperimentResult
) -> None:
    drawn = run_experiment(SMALL)
    for result in (drawn, flowers, houses):
        highest = max(best for best, _ in result.history)
        assert result.metrics["best_fitness"] == highest
        assert result.metrics["fitness"] <= highest
    for result in (drawn, flowers):
        assert result.metrics["chosen_by"] == BY_COST
    assert houses.metrics["chosen_by"] == BY_FITNESS
    assert houses.metrics["fitness"] == houses.metrics["best_fitness"]


def test_history_file_is_the_table_of_records(flowers: ExperimentResult) -> None:
    path = flowers.files[1]
    with path.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert tuple(rows[0]) == RECORD_FIELDS
    assert len(rows) == 6
    for row, record in zip(rows, flowers.neat.records, strict=True):
        for name, text in row.items():
            value = getattr(record, name)
            assert text == str(value)
            assert type(value)(text) == value


def test_history_is_best_and_mean_of_each_generation() -> None:
    result = run_experiment(SMALL)
    wanted = [(record.best_fitness, record.mean_fitness) for record in result.neat.records]
    assert result.history == wanted
    assert len(wanted) == 4
    assert all(type(value) is float for row in wanted for value in row)


def scrambled(task: Task, rng: np.random.Generator) -> Task:
    """The same task with nonsense in its test part."""
    test = task.split.test
    nonsense = Dataset(
        rng.normal(size=test.X.shape), rng.permutation(test.y), test.feature_names,
        test.target_name, test.class_names, test.kind,
    )  # fmt: skip
    return dataclasses.replace(task, split=dataclasses.replace(task.split, test=nonsense))


@pytest.mark.parametrize("name", ["xor", "diabetes"])
def test_test_part_is_never_seen_by_selection(name: str) -> None:
    task = load_task(name, 3)
    honest = run_experiment(SMALL, task=task)
    blind = run_experiment(SMALL, task=scrambled(task, np.random.default_rng(0)))
    assert blind.best == honest.best
    assert blind.history == honest.history
    score = "test_rmse" if name == "diabetes" else "test_accuracy"
    assert blind.metrics[score] != honest.metrics[score]
    assert blind.metrics["validation_samples"] == honest.metrics["validation_samples"]


def test_equal_seeds_write_equal_files(tmp_path: Path) -> None:
    one, two = (
        run_experiment(with_changes(out=str(tmp_path / name), pictures=True))
        for name in ("one", "two")
    )
    assert files_of(one) == files_of(two)
    assert set(files_of(one)) == {
        "model.npz",
        "history.csv",
        "metrics.json",
        "learning_curve.png",
        "decision_boundary.png",
        "topology.png",
        "confusion.png",
    }


def test_other_seed_gives_another_run() -> None:
    one, two = run_experiment(SMALL), run_experiment(with_changes(seed=4))
    assert one.history != two.history


@pytest.mark.parametrize("task", ["xor", "iris", "diabetes"])
def test_number_of_workers_changes_nothing(task: str, tmp_path: Path) -> None:
    one, two = (
        run_experiment(with_changes(task=task, workers=n, out=str(tmp_path / str(n))))
        for n in (1, 2)
    )
    assert files_of(one) == files_of(two)


def test_nothing_is_written_unless_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert run_experiment(SMALL).files == ()
    assert list(tmp_path.iterdir()) == []


def test_pictures_of_an_earlier_run_do_not_stay(tmp_path: Path) -> None:
    mine = tmp_path / "mine.png"
    mine.touch()
    run_experiment(with_changes(out=str(tmp_path)))
    for name in ("decision_boundary.png", "regression_fit.png"):
        (tmp_path / name).touch()
    result = run_experiment(with_changes(out=str(tmp_path)))
    assert sorted(tmp_path.iterdir()) == sorted([*result.files, mine])


def test_interrupt_keeps_the_best_so_far(tmp_path: Path) -> None:
    config = with_changes(gens=50, out=str(tmp_path / "out"))
    result = run_experiment(config, interrupt_after(3))
    assert result.ending.interrupted
    assert result.metrics["generations"] == 3
    assert load(result.files[0]) == result.model
    assert json.loads(result.files[2].read_text())["interrupted"] is True
    # As if it had been asked for no more.
    assert result.best == run_experiment(with_changes(gens=3)).best


@pytest.mark.parametrize("name", ["choose_champion", "refit"])
def test_interrupt_at_the_last_training_keeps_the_fittest(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object) -> Any:
        signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(experiment_result, name, interrupted)
    result = run_experiment(with_changes(task="iris", out=str(tmp_path / "out")))
    assert result.ending.interrupted
    assert result.metrics["interrupted"] is True
    assert result.metrics["refit_steps"] == 0
    assert result.metrics["fitness"] == result.metrics["best_fitness"]
    assert load(tmp_path / "out" / "model.npz").genome == result.best


def test_interrupt_while_drawing_leaves_out_the_rest_of_the_pictures(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def interrupt(*_: object, **__: object) -> Any:
        raise KeyboardInterrupt

    monkeypatch.setattr(drawing, "draw_decision_boundary", interrupt)
    run_experiment(with_changes(out=str(tmp_path)))
    (tmp_path / "topology.png").touch()
    result = run_experiment(with_changes(out=str(tmp_path), pictures=True))
    assert result.ending.interrupted
    names = ["model.npz", "history.csv", "metrics.json", "learning_curve.png"]
    assert [path.name for path in result.files] == names
    assert sorted(tmp_path.iterdir()) == sorted(result.files)
    assert "some pictures are missing" in caplog.text


def test_interrupt_before_the_first_generation_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: object) -> Any:
        raise KeyboardInterrupt

    monkeypatch.setattr(FitnessBackprop, "evaluate_population", interrupt)
    with pytest.raises(KeyboardInterrupt):
        run_experiment(with_changes(out=str(tmp_path / "a" / "b")))
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def failing_fitness(monkeypatch: pytest.MonkeyPatch) -> None:
    """A fitness that fails on genome 17 in the third generation."""
    scored = FitnessBackprop.evaluate_population

    def fail(self: FitnessBackprop, population: Any, context: Any) -> Any:
        if context.generation == 2:
            raise FitnessError("the fitness failed on genome 17: it is tired", 17)
        return scored(self, population, context)

    monkeypatch.setattr(FitnessBackprop, "evaluate_population", fail)


@pytest.mark.usefixtures("failing_fitness")
def test_failing_fitness_keeps_the_best_so_far(tmp_path: Path) -> None:
    result = run_experiment(with_changes(out=str(tmp_path / "out")))
    assert result.ending.failure is not None
    assert result.ending.failure.genome_id == 17
    assert result.metrics["generations"] == 2
    assert result.metrics["failure"] == "the fitness failed on genome 17: it is tired"
    assert load(result.files[0]).genome == result.best


@pytest.mark.usefixtures("failing_fitness")
def test_failing_fitness_is_raised_to_the_caller_after_writing(tmp_path: Path) -> None:
    with pytest.raises(FitnessError, match="genome 17"):
        run_backprop_neat_experiment("xor", 4, 8, 5, tmp_path / "out")
    assert load(tmp_path / "out" / "model.npz").info["metrics"]["generations"] == 2


def test_one_call_returns_best_and_history() -> None:
    best, history = run_backprop_neat_experiment("demo", gens=3, pop=8, steps=5, rng_seed=1)
    assert len(history) == 3
    assert best.fitness is not None
    assert all(math.isfinite(value) for row in history for value in row)


def test_one_call_writes_under_its_prefix_and_says_what_is_missing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        run_backprop_neat_experiment("iris", 2, 6, 2, tmp_path / "deep" / "iris", rng_seed=1)
    assert "animations and lineage pictures are not there yet" in caplog.text
    assert {path.name for path in (tmp_path / "deep" / "iris").iterdir()} == {
        "model.npz",
        "history.csv",
        "metrics.json",
        "learning_curve.png",
        "topology.png",
        "confusion.png",
    }


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"task": "spirals"}, DataError, "task must be one of .*'spiral'.*got 'spirals'"),
        ({"gens": 0}, ValueError, "gens must be >= 1, got 0"),
        ({"pop": 1}, ValueError, r"pop must be in \[2, 10000000\], got 1"),
        ({"steps": -1}, ValueError, r"steps must be in \[0, 10000000\], got -1"),
        ({"rng_seed": -1}, ValueError, r"rng_seed must be in \[0, .*got -1"),
        ({"out_prefix": ""}, ValueError, "^out_prefix must name a directory or be None, got ''$"),
        (
            {"out_prefix": "/dev/null/x"},
            NotADirectoryError,
            "^out_prefix must be a directory that can be written, got '/dev/null/x': Not a dir",
        ),
    ],
)
def test_bad_arguments_are_named_and_leave_nothing(
    tmp_path: Path, arguments: dict[str, Any], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        run_backprop_neat_experiment(**{"task": "xor", "out_prefix": tmp_path / "o", **arguments})
    assert list(tmp_path.iterdir()) == []


def test_bad_data_leave_nothing(tmp_path: Path) -> None:
    table = tmp_path / "one_class.csv"
    table.write_text("a,b\n1,x\n2,x\n3,x\n")
    with pytest.raises(DataError, match="at least two classes .*got only 'x' in all 3 rows"):
        run_experiment(with_changes(task=str(table), out=str(tmp_path / "out")))
    assert list(tmp_path.iterdir()) == [table]


def test_missing_matplotlib_is_said_before_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(ModuleNotFoundError, match="pictures need matplotlib"):
        run_experiment(with_changes(out=str(tmp_path / "out"), pictures=True))
    assert list(tmp_path.iterdir()) == []
    run_experiment(with_changes(out=str(tmp_path / "out")))
    assert (tmp_path / "out" / "model.npz").exists()


def test_an_empty_directory_name_is_refused() -> None:
    with pytest.raises(ValueError, match="out must name a directory or be None, got ''"):
        ExperimentConfig("spiral", out="")
