"""``spiral-neat run``: evolve, and say what came of it."""

import contextlib
import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from spiral_monolith_neat_numpy.cli.interrupts import kept
from spiral_monolith_neat_numpy.cli.progress import live_progress
from spiral_monolith_neat_numpy.cli.speaking import (
    FAILED,
    INTERRUPTED,
    json_safe,
    messages,
    results,
    say,
)
from spiral_monolith_neat_numpy.cli.words import count, score_name, score_words, told_apart
from spiral_monolith_neat_numpy.evolution.records import GenerationRecord
from spiral_monolith_neat_numpy.experiment import drawing, files
from spiral_monolith_neat_numpy.experiment.config import ExperimentConfig
from spiral_monolith_neat_numpy.experiment.result import ExperimentResult
from spiral_monolith_neat_numpy.experiment.run import run_experiment
from spiral_monolith_neat_numpy.experiment.warmup import is_quick, warm_up

_WAIT = "Note: ending when the compiler pauses; Ctrl-C again ends at once"
_ROLES = {
    "train": ("training", "trained on"),
    "validation": ("validation", "used to choose"),
    "test": ("test", "never seen before"),
}
_SCORES = {"classification": ("accuracy", "cross_entropy"), "regression": ("r2", "rmse")}
_MEANINGS = {
    files.MODEL: "the model, for spiral-neat predict and show",
    files.HISTORY: "a row per generation",
    files.METRICS: "the scores",
    drawing.LEARNING_CURVE: "fitness, species and size over the generations",
    drawing.TOPOLOGY: "the network",
    drawing.DECISION_BOUNDARY: "what it answers in the plane of its inputs",
    drawing.CONFUSION: "test part: true against predicted classes",
    drawing.REGRESSION_FIT: "test part: true against predicted values",
}


def run_task(config: ExperimentConfig, *, as_json: bool, quiet: bool) -> None:
    """Run an experiment and print its summary.

    Raises:
        typer.Exit: with 130 after Ctrl-C, 1 after a fitness that failed.
    """
    result = None
    try:
        with _progress(config, quiet) as on_generation:
            result = run_experiment(config, on_generation, prepare=_warm_up)
        _tell(config, result, as_json=as_json, quiet=quiet)
    except KeyboardInterrupt:
        if result is None:
            raise
        say("Interrupted", "bold yellow", f"what was found is {_kept(result)}")
        raise typer.Exit(INTERRUPTED) from None
    if result.ending.interrupted:
        raise typer.Exit(INTERRUPTED)
    if result.ending.failure is not None:
        raise typer.Exit(FAILED)


def _warm_up() -> None:
    with kept("" if is_quick() else _WAIT) as pause:
        warm_up(pause)


@contextlib.contextmanager
def _progress(
    config: ExperimentConfig, quiet: bool
) -> Iterator[Callable[[GenerationRecord], None] | None]:
    console = messages()
    if quiet or not console.is_terminal:
        yield None
        return
    with live_progress(console, f"Evolving {Path(config.task).name}", config.gens) as show:
        yield show


def _tell(
    config: ExperimentConfig, result: ExperimentResult, *, as_json: bool, quiet: bool
) -> None:
    _warn_of_early_end(config, result)
    if as_json:
        paths = [str(path) for path in result.files]
        print(json.dumps(json_safe({**result.metrics, "files": paths}), indent=2))
    elif not quiet:
        _summarise(config, result)


def _warn_of_early_end(config: ExperimentConfig, result: ExperimentResult) -> None:
    ending, n_done = result.ending, len(result.neat.records)
    done, kept = f"after {n_done} of {config.gens} generations", _kept(result)
    if ending.interrupted and n_done == config.gens:
        say("Interrupted", "bold yellow", f"after all {n_done} generations; the best is {kept}")
    elif ending.interrupted:
        say("Interrupted", "bold yellow", f"{done}; the best so far is {kept}")
    if ending.failure is not None:
        say(
            "Error",
            "bold red",
            f"{ending.failure}; the run ended {done}, the best so far is {kept}",
        )


def _kept(result: ExperimentResult) -> str:
    return "kept and written" if result.files else "kept"


def _summarise(config: ExperimentConfig, result: ExperimentResult) -> None:
    console = results()
    _print_scores(console, result)
    metrics = result.metrics
    console.print(
        f"Chosen network: {count(metrics['hidden_nodes'], 'hidden node')}, "
        f"{count(metrics['enabled_connections'], 'connection')}; "
        f"{count(metrics['generations'], 'generation')} in {metrics['seconds']:.1f} s"
    )
    if metrics["fitness"] < metrics["best_fitness"]:
        own, highest = told_apart(metrics["fitness"], metrics["best_fitness"])
        console.print(
            f"Its fitness, {own}, is below the highest of the run, {highest}: it was chosen by\n"
            f"{metrics['chosen_by']}."
        )
    if config.out is None:
        console.print("Nothing was written; --out DIR keeps the model and draws pictures.")
        return
    width = max(len(str(path)) for path in result.files)
    console.print("Written:")
    for path in result.files:
        line = Text(f"  {str(path):{width}}  {_MEANINGS[path.name]}")
        console.print(line, soft_wrap=True)


def _print_scores(console: Console, result: ExperimentResult) -> None:
    metrics, task = result.metrics, result.task
    what = f"{task.preprocessor.target_name!r}"
    if task.kind == "classification":
        what += f", {len(task.preprocessor.class_names)} classes"
    head = f"{task.name}: {task.kind} of {what}, {count(task.split.train.n_features, 'input')}"
    console.print(Text(head), soft_wrap=True)
    console.print(score_table(metrics))


def score_table(metrics: Mapping[str, object]) -> Table:
    """Return the scores of the three parts as a table; what is missing becomes "-"."""
    scores = _SCORES["regression" if metrics.get("kind") == "regression" else "classification"]
    table = Table(box=None, pad_edge=False, header_style="dim")
    table.add_column("")
    for name in (*scores, "samples"):
        table.add_column(score_name(name), justify="right")
    table.add_column("")
    for part, (name, role) in _ROLES.items():
        if part == "validation" and metrics.get("refit_steps"):
            role += ", then trained on"
        values = [score_words(metrics.get(f"{part}_{one}")) for one in scores]
        samples = metrics.get(f"{part}_samples")
        row = (f"  {name}", *values, f"{samples:,}" if isinstance(samples, int) else "-", role)
        table.add_row(*row, style="bold" if part == "test" else "")
    return table
