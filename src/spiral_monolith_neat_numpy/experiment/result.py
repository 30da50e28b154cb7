"""What an experiment found."""

import platform
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from spiral_monolith_neat_numpy.errors import FitnessError
from spiral_monolith_neat_numpy.evolution.neat import ReproPlanaNEATPlus
from spiral_monolith_neat_numpy.experiment.choice import BY_COST, BY_FITNESS, choose_champion
from spiral_monolith_neat_numpy.experiment.config import ExperimentConfig
from spiral_monolith_neat_numpy.experiment.recipe import recipe_for
from spiral_monolith_neat_numpy.experiment.refit import refit
from spiral_monolith_neat_numpy.experiment.scores import score
from spiral_monolith_neat_numpy.genes.genome import Genome
from spiral_monolith_neat_numpy.network.genome_network import compile_rows
from spiral_monolith_neat_numpy.tasks.dataset import Dataset
from spiral_monolith_neat_numpy.tasks.model import Model
from spiral_monolith_neat_numpy.tasks.registry import Task


@dataclass(frozen=True)
class Ending:
    """How a run ended.

    Attributes:
        seconds: wall time.
        interrupted: whether Ctrl-C ended it: the generations, the choice of the champion, or the
            drawing of pictures.
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
        metrics: scores of the three parts, sizes and time, plain JSON values. "fitness" is the
            champion's; where it was chosen by something else than fitness ("chosen_by"), it
            may be below "best_fitness", the highest in the history. "chosen_validation_..." are
            the scores with which it was chosen, before "refit_steps" on training and validation
            rows together.
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

    def as_interrupted(self) -> "ExperimentResult":
        """Return the same result of a run that Ctrl-C ended, in the model's ``info`` too."""
        info = self.model.info
        told = {**info, "metrics": {**info["metrics"], "interrupted": True}}
        return replace(
            self,
            model=replace(self.model, info=told),
            metrics={**self.metrics, "interrupted": True},
            ending=replace(self.ending, interrupted=True),
        )


def collect(
    config: ExperimentConfig,
    task: Task,
    neat: ReproPlanaNEATPlus,
    ending: Ending,
    *,
    choose: bool = True,
) -> ExperimentResult:
    """Score the champion on all three parts and gather everything in one result.

    Args:
        config: what was asked for.
        task: the data.
        neat: after the run, with at least one generation.
        ending: how it ended.
        choose: whether the champion is chosen among all that were kept, and trained at last
            where its task wants that; False: evolution's own is taken as it is.
    """
    best, choice = _champion(config, task, neat, choose=choose)
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
        **choice,
        "hidden_nodes": best.n_hidden,
        "enabled_connections": best.n_enabled,
        "evaluations": last.evaluations,
        "gradient_steps": last.gradient_steps,
        **_part_scores(best, task),
    }
    versions = {"python": platform.python_version(), "numpy": np.__version__}
    model = Model(best, task.preprocessor, {"metrics": metrics, "versions": versions})
    timed = {**metrics, "seconds": round(ending.seconds, 3)}
    return ExperimentResult(model, neat, task, timed, ending)


def _champion(
    config: ExperimentConfig, task: Task, neat: ReproPlanaNEATPlus, *, choose: bool
) -> tuple[Genome, dict[str, Any]]:
    """Return the champion, and how it was chosen, scored then, and trained at last."""
    fittest = neat.best
    if fittest is None:
        raise RuntimeError("an experiment must score at least one genome, got none")
    recipe = recipe_for(task)
    scored = [genome for genome in neat.population if genome.fitness is not None]
    kept = [*neat.snapshots_genomes, *scored]
    best = choose_champion(fittest, kept, task.split) if choose else fittest
    refit_steps = recipe.refit_steps if choose and config.steps else 0
    scores = _scores(best, task.split.validation, task)
    found = {
        "fitness": best.fitness,
        "best_fitness": max(record.best_fitness for record in neat.records),
        "chosen_by": BY_FITNESS if best is fittest else BY_COST,
        **{f"chosen_validation_{what}": value for what, value in scores.items()},
        "refit_steps": refit_steps,
    }
    if refit_steps:
        best = refit(best, task.split, recipe, config.seed)
    return best, found


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
    return score(compile_rows(genome), part.X, part.y, task.preprocessor)
