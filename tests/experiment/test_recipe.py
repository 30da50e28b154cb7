"""Which recipe an experiment runs with, and what it charges."""

import dataclasses
from pathlib import Path

import numpy as np
import pytest
from tests.experiment.tables import write_flowers

from spiral_monolith_neat_numpy.experiment.config import ExperimentConfig
from spiral_monolith_neat_numpy.experiment.recipe import DRAWN, REGRESSION, TABLE, recipe_for
from spiral_monolith_neat_numpy.experiment.run import build, run_experiment
from spiral_monolith_neat_numpy.tasks.dataset import Dataset, Split
from spiral_monolith_neat_numpy.tasks.registry import load_task

SMALL = ExperimentConfig("iris", gens=2, pop=6, steps=5, workers=1)


@pytest.mark.parametrize(
    ("name", "recipe"), [("demo", DRAWN), ("xor", DRAWN), ("iris", TABLE), ("diabetes", REGRESSION)]
)
def test_drawn_points_classes_and_values_have_a_recipe_each(name: str, recipe: object) -> None:
    assert recipe_for(load_task(name)) is recipe


@pytest.mark.parametrize(("name", "least"), [("iris", 12), ("digits", 500)])
def test_wide_data_are_charged_less_for_each_connection(name: str, least: int) -> None:
    neat, fitness = build(SMALL, load_task(name))
    found, rates = fitness.settings, TABLE.backprop
    n_edges = neat.num_inputs * neat.num_outputs
    assert n_edges >= least
    wanted = min(rates.alpha_edges, TABLE.most_charge / n_edges)
    assert found.alpha_edges == pytest.approx(wanted)
    assert found.alpha_nodes / found.alpha_edges == pytest.approx(
        rates.alpha_nodes / rates.alpha_edges
    )


def test_tables_are_trained_at_last_on_validation_rows_too() -> None:
    result = run_experiment(SMALL)
    assert result.metrics["refit_steps"] == TABLE.refit_steps
    assert "chosen_validation_accuracy" in result.metrics


def test_without_gradient_steps_weights_are_evolutions_alone() -> None:
    result = run_experiment(dataclasses.replace(SMALL, steps=0))
    assert result.metrics["refit_steps"] == 0
    metrics = result.metrics
    assert metrics["chosen_validation_accuracy"] == metrics["validation_accuracy"]


def test_drawn_points_are_not_trained_again() -> None:
    result = run_experiment(dataclasses.replace(SMALL, task="xor"))
    assert result.metrics["refit_steps"] == 0
    kept = [*result.neat.snapshots_genomes, *result.neat.population]
    assert any(np.array_equal(result.best.genes.edge_weight, g.genes.edge_weight) for g in kept)


def test_a_curve_of_one_input_is_learned(tmp_path: Path) -> None:
    x = np.linspace(-1.0, 1.0, 150)
    rows = "\n".join(f"{a:.4f},{np.sin(3.0 * a):.4f}" for a in x)
    path = tmp_path / "curve.csv"
    path.write_text(f"x,y\n{rows}\n")
    config = ExperimentConfig(str(path), gens=20, pop=16, steps=40, seed=10_000, workers=1)
    assert run_experiment(config).metrics["test_r2"] > 0.97


def test_many_classes_leave_room_beyond_the_first_layer() -> None:
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(180, 300)), np.arange(180) % 60
    part = Dataset(
        X, y, tuple(map(str, range(300))), "y", tuple(map(str, range(60))), "classification"
    )
    task = dataclasses.replace(load_task("iris"), split=Split(part, part, part))
    neat, _ = build(SMALL, task)
    assert 128 < max(genome.n_hidden for genome in neat.population) < neat.max_hidden_nodes


def test_a_table_that_is_called_like_drawn_points_is_a_table(tmp_path: Path) -> None:
    table = write_flowers(tmp_path / "xor")
    assert recipe_for(load_task(table, target="species", impute="median")) is TABLE
    assert recipe_for(load_task("xor")) is DRAWN
