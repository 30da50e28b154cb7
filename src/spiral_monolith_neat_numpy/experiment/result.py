"""What an experiment found."""

import platform
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from spiral_monolith_neat_numpy.errors import FitnessError
from spiral_monolith_neat_numpy.evolution.neat import ReproPlanaNEATPlus
from spiral_monolith_neat_numpy.experiment.choice import choose_champion
from spiral_monolith_neat_numpy.experiment.config import ExperimentConfig
from spiral_monolith_neat_numpy.experiment.recipe import recipe_for
from spiral_monolith_neat_numpy.experiment.refit import refit
from spiral_monolith_neat_numpy.experiment.scores import score
from spiral_monolith_neat_numpy.genes.genome import Genome
from spiral_monolith_neat_numpy.network.network import compile_genome
from spiral_monolith_neat_numpy.tasks.dataset import Dataset
from spiral_monolith_neat_numpy.tasks.model import Model
from spiral_monolith_neat_numpy.tasks.registry import Task


@dataclass(frozen=True)
class Ending:
    """How a run ended.

    Attributes:
        seconds: wall time.
        interrupted: whether Ctrl-C ended it.
        failure: the error that ended it, or None.
    """

    seconds: float
    interrupted: bool = False
    failure: FitnessError | None = None


@dataclass(frozen=True)
class ExperimentResult:
    """What an experiment found.

    Attributes:
        model: the champion with its preprocessing; its ``info`` holds the metrics (but the
            time taken: equal runs give equal models) and versions.
        neat: the evolution, with its records.
        task: the data, split.
        metrics: scores of the three parts, sizes and time, plain JSON values.
        ending: how it ended.
        files: what was written, in order.
    """

    model: Model
    neat: ReproPlanaNEATPlus
    task: Task
    metrics: dict[str, Any]
    ending: Ending
    files: tuple[Path, ...] = ()

    @property
    def best(self) -> Genome:
        """The champion."""
        return self.model.genome

    @property
    def history(self) -> list[tuple[float, float]]:
        """(best, mean fitness) per generation."""
        return [(record.best_fitness, record.mean_fitness) for record in self.neat.records]


def collect(
    config: ExperimentConfig, task: Task, neat: ReproPlanaNEATPlus, ending: Ending
) -> ExperimentResult:
    """Score the champion on all three parts and gather everything in one result.

    Args:
        config: what was asked for.
        task: the data.
        neat: after the run, with at least one generation.
        ending: how it ended.
    """
    best = neat.best
    if best is None:
        raise RuntimeError("an experiment must score at least one genome, got none")
    scored = [genome for genome in neat.population if genome.fitness is not None]
    recipe = recipe_for(task)
    kept = [*neat.snapshots_genomes, *scored]
    best = choose_champion(best, kept, task.split, recipe.rows_per_parameter)
    refit_steps = recipe.refit_steps if config.steps else 0
    chosen_scores = _scores(best, task.split.validation, task)
    if refit_steps:
        best = refit(best, task.split, recipe, config.seed)
    last = neat.records[-1]
    metrics: dict[str, Any] = {
        "task": task.name,
        "kind": task.kind,
        "seed": config.seed,
        "generations": len(neat.records),
        "population": config.pop,
        "steps": config.steps,
        "interrupted": ending.interrupted,
        "failure": None if ending.failure is None else str(ending.failure),
        "fitness": best.fitness,
        "hidden_nodes": best.n_hidden,
        "enabled_connections": best.n_enabled,
        "evaluations": last.evaluations,
        "gradient_steps": last.gradient_steps,
        "refit_steps": refit_steps,
        **{f"chosen_validation_{what}": value for what, value in chosen_scores.items()},
        **_part_scores(best, task),
    }
    versions = {"python": platform.python_version(), "numpy": np.__version__}
    model = Model(best, task.preprocessor, {"metrics": metrics, "versions": versions})
    timed = {**metrics, "seconds": round(ending.seconds, 3)}
    return ExperimentResult(model, neat, task, timed, ending)


def _part_scores(best: Genome, task: Task) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, part in (
        ("train", task.split.train),
        ("validation", task.split.validation),
        ("test", task.split.test),
    ):
        scores = _scores(best, part, task)
        found.update({f"{name}_{what}": value for what, value in scores.items()})
        found[f"{name}_samples"] = part.n_samples
    return found


def _scores(genome: Genome, part: Dataset, task: Task) -> dict[str, float | None]:
    return score(compile_genome(genome), part.X, part.y, task.preprocessor)
