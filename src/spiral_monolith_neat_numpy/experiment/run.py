"""Run an experiment."""

import logging
import os
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from spiral_monolith_neat_numpy.errors import FitnessError, check_integer
from spiral_monolith_neat_numpy.evaluation.backprop import BackpropData, FitnessBackprop
from spiral_monolith_neat_numpy.evolution.neat import ReproPlanaNEATPlus
from spiral_monolith_neat_numpy.evolution.records import GenerationRecord
from spiral_monolith_neat_numpy.experiment.config import MAX_SEED, ExperimentConfig
from spiral_monolith_neat_numpy.experiment.files import (
    check_drawing,
    check_places,
    output_directory,
    write_results,
)
from spiral_monolith_neat_numpy.experiment.patience import Patience
from spiral_monolith_neat_numpy.experiment.recipe import recipe_for
from spiral_monolith_neat_numpy.experiment.result import Ending, ExperimentResult, collect
from spiral_monolith_neat_numpy.experiment.start import layer_for, mix_starts
from spiral_monolith_neat_numpy.experiment.warmup import warm_up
from spiral_monolith_neat_numpy.genes.genome import Genome
from spiral_monolith_neat_numpy.tasks.registry import Task, load_task

_log = logging.getLogger("spiral_monolith_neat_numpy")
Reporter = Callable[[GenerationRecord], None]


def run_backprop_neat_experiment(
    task: str,
    gens: int = 60,
    pop: int = 64,
    steps: int = 80,
    out_prefix: str | os.PathLike[str] | None = None,
    make_gifs: bool = True,
    make_lineage: bool = True,
    rng_seed: int = 0,
) -> tuple[Genome, list[tuple[float, float]]]:
    """Evolve and train a network for a task.

    The training part trains, training and validation part choose the champion, and selection
    never sees the test part. Ctrl-C ends the run early with the best so far.

    Args:
        task: "demo" (two spirals), "spiral", "circles", "xor", a data set that scikit-learn
            ships by name, or the path of a CSV file whose last column is the target.
        gens: generations, >= 1.
        pop: genomes per generation, 2 to 10 million.
        steps: gradient steps per evaluation, 0 to 10 million.
        out_prefix: directory for model, history and pictures; None: nothing is written.
        make_gifs: animations; they are not there yet, and the log says so.
        make_lineage: lineage pictures; they are not there yet either.
        rng_seed: seed of data, split and evolution.

    Returns:
        ``(best, history)``: the champion, and a tuple (best, mean fitness) per generation. A
        classifier is chosen by cross-entropy over training and validation rows and by its size,
        so that ``best.fitness`` may be below the highest fitness in ``history``.

    Raises:
        ValueError: a value out of range, or an unknown task (the message lists the known).
        DataError: a table that cannot be used.
        OSError: ``out_prefix`` cannot be written.
        FitnessError: a genome could not be evaluated; the best so far is written first.
        ModuleNotFoundError: ``out_prefix`` is given and Matplotlib, or a shipped data set is
            asked for and scikit-learn, is missing.
    """
    check_integer("rng_seed", rng_seed, 0, MAX_SEED)
    if out_prefix == "":
        raise ValueError("out_prefix must name a directory or be None, got ''")
    config = ExperimentConfig(
        str(task), gens, pop, steps, rng_seed, None if out_prefix is None else str(out_prefix)
    )
    if out_prefix is not None and (make_gifs or make_lineage):
        _log.warning("animations and lineage pictures are not there yet; still pictures are drawn")
    result = run_experiment(config, out_name="out_prefix")
    if result.ending.failure is not None:
        raise result.ending.failure
    return result.best, result.history


def run_experiment(
    config: ExperimentConfig,
    on_generation: Reporter | None = None,
    task: Task | None = None,
    prepare: Callable[[], None] = warm_up,
    *,
    out_name: str = "out",
) -> ExperimentResult:
    """Run an experiment; see ``ExperimentConfig`` and ``ExperimentResult``.

    Ctrl-C, or a genome that cannot be evaluated, ends it early with the best so far, which is
    written as usual; ``result.ending`` tells. One more Ctrl-C takes the fittest as it is, or
    leaves out pictures; none harms the files. What stops it before the first generation is
    scored is raised, and no directory is left behind that was not there.

    Args:
        config: what to run.
        on_generation: called with each generation's record.
        task: the data; None: what ``config`` names.
        prepare: makes the kernels ready, once all that was asked for is known to be sound.
        out_name: what the caller's argument for ``config.out`` is called, for messages.

    Raises:
        FitnessError, KeyboardInterrupt: before the first generation was scored.
        ValueError, DataError, OSError, ModuleNotFoundError: as
            ``run_backprop_neat_experiment``.
    """
    if config.out is not None and config.pictures:
        check_drawing()
    if task is None:
        task = load_task(
            config.task, config.seed, target=config.target, kind=config.kind, impute=config.impute
        )
    with Patience() as patience:
        if config.out is None:
            return _run(config, task, on_generation, prepare, patience)
        with output_directory(config.out, out_name) as out:
            check_places(out, None if task.is_drawn else Path(config.task), out_name)
            result = _run(config, task, on_generation, prepare, patience)
            return write_results(result, out, pictures=config.pictures, patience=patience)


def _run(
    config: ExperimentConfig,
    task: Task,
    on_generation: Reporter | None,
    prepare: Callable[[], None],
    patience: Patience,
) -> ExperimentResult:
    neat, fitness = build(config, task)
    prepare()
    patience.take_over()

    def report(record: GenerationRecord) -> None:
        if on_generation is not None:
            on_generation(record)
        patience.pause()

    started = time.perf_counter()
    interrupted, failure = False, None
    try:
        patience.heed(
            lambda: neat.evolve(fitness, config.gens, verbose=False, on_generation=report)
        )
    except KeyboardInterrupt:
        if not neat.records:
            raise
        _log.info("interrupted: keeping the best so far ...")
        interrupted = True
    except FitnessError as error:
        if not neat.records:
            raise
        failure = error
    ending = Ending(time.perf_counter() - started, interrupted, failure)
    try:
        return patience.heed(lambda: collect(config, task, neat, ending))
    except KeyboardInterrupt:  # while the champion was chosen or trained at last
        _log.info("interrupted: keeping the fittest as it is ...")
    ending = replace(ending, interrupted=True)
    return collect(config, task, neat, ending, choose=False)


def build(config: ExperimentConfig, task: Task) -> tuple[ReproPlanaNEATPlus, FitnessBackprop]:
    """Return the evolution and the fitness of an experiment, ready to run."""
    train, validation = task.split.train, task.split.validation
    n_outputs = train.n_classes if train.n_classes > 2 else 1
    n_edges = train.n_features * n_outputs
    recipe = recipe_for(task)
    # Room to grow beyond the first, fully connected genomes, however wide the data.
    n_hidden = layer_for(train.n_features, n_outputs).n_nodes
    settings = recipe.settings.with_changes(
        max_edges=max(1024, 3 * n_edges), max_hidden_nodes=max(128, 2 * n_hidden)
    )
    neat = ReproPlanaNEATPlus(
        train.n_features, n_outputs, config.pop, rng=config.seed, settings=settings
    )
    if config.workers is not None:
        neat.eval_workers = config.workers
    if recipe.mixed_start:
        mix_starts(neat, config.seed)
    head = "identity" if task.kind == "regression" else "logistic" if n_outputs == 1 else "softmax"
    share = min(1.0, recipe.most_charge / (n_edges * recipe.backprop.alpha_edges))
    rates = replace(
        recipe.backprop,
        steps=config.steps,
        head=head,
        alpha_nodes=share * recipe.backprop.alpha_nodes,
        alpha_edges=share * recipe.backprop.alpha_edges,
    )
    fitness = FitnessBackprop(BackpropData(train.X, train.y, validation.X, validation.y), rates)
    fitness.set_noise_std(recipe.noise_std)
    return neat, fitness
