"""The command's options, and what they call."""

from pathlib import Path
from typing import Annotated, Any

import typer

from spiral_monolith_neat_numpy import __version__
from spiral_monolith_neat_numpy.cli.predict import predict_rows
from spiral_monolith_neat_numpy.cli.run import run_task
from spiral_monolith_neat_numpy.cli.show import show_model
from spiral_monolith_neat_numpy.cli.speaking import errors_told
from spiral_monolith_neat_numpy.experiment.config import ExperimentConfig
from spiral_monolith_neat_numpy.tasks.registry import TASK_NAMES

_DEFAULT = ExperimentConfig("demo")
_TASK = f"{', '.join(TASK_NAMES)}, or the path of a CSV file."

app = typer.Typer(
    name="spiral-neat",
    help="Evolve small neural networks, wiring and weights together, trained as they evolve.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

_RUN_OPTIONS = {
    name: f"--{name}"
    for name in ("gens", "pop", "steps", "seed", "target", "kind", "impute", "workers")
} | {"task": "TASK", "out": "--out"}


def main() -> None:
    """Run the command on the process's arguments."""
    app()


def _whole(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise typer.BadParameter(f"must be a whole number, got {text!r}") from None


def _number(words: str) -> Any:
    """Return an option that takes a whole number; its range is the library's business."""
    return typer.Option(parser=_whole, metavar="N", help=words)


def _print_version(asked: bool) -> None:
    if asked:
        typer.echo(f"spiral-neat {__version__}")
        raise typer.Exit


@app.callback()
def _common(
    _: Annotated[
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="Say the version and exit."
        ),
    ] = False,
) -> None:
    pass


# Each paragraph one line: the terminal's width breaks it, not ours.
_RUN_HELP = (
    "Evolve and train a network for a task.\n\n"
    "The training part of the data trains the networks, the validation part helps to choose the "
    "best, and the test part says in the end how it does on what was never seen. Ctrl-C keeps "
    "the best so far.\n\n"
    "Example: spiral-neat run flowers.csv --target species --out out/flowers"
)


@app.command(help=_RUN_HELP)
def run(
    task: Annotated[str, typer.Argument(metavar="TASK", help=_TASK)],
    gens: Annotated[int, _number("Generations, at least 1.")] = _DEFAULT.gens,
    pop: Annotated[int, _number("Genomes per generation, 2 to 10 million.")] = _DEFAULT.pop,
    steps: Annotated[
        int, _number("Gradient steps per evaluation, 0 to 10 million.")
    ] = _DEFAULT.steps,
    seed: Annotated[int, _number("Seed of data, split and evolution.")] = _DEFAULT.seed,
    out: Annotated[
        str | None,
        typer.Option(
            metavar="DIR",
            help="Directory for model, history and pictures. (default: nothing is written)",
        ),
    ] = None,
    target: Annotated[
        str | None,
        typer.Option(metavar="COLUMN", help="Target of a CSV. (default: the last column)"),
    ] = None,
    kind: Annotated[
        str | None,
        typer.Option(
            metavar="KIND", help="classification or regression. (default: by the target's values)"
        ),
    ] = None,
    impute: Annotated[
        str | None,
        typer.Option(
            metavar="HOW",
            help="median: fill a CSV's missing values with the median or the most frequent "
            "category of the training rows. (default: refuse them)",
        ),
    ] = None,
    workers: Annotated[
        int | None, _number("Threads, 1 to 1,000. (default: all processors but one)")
    ] = None,
    pictures: Annotated[
        bool, typer.Option("--pictures/--no-pictures", help="Draw pictures into DIR.")
    ] = True,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    quiet: Annotated[
        bool, typer.Option("--quiet", "-q", help="Print nothing but warnings and errors.")
    ] = False,
) -> None:
    """Evolve and train a network for a task."""
    with errors_told(_RUN_OPTIONS, quiet=quiet):
        config = ExperimentConfig(
            task, gens, pop, steps, seed, out, target, kind, impute, workers, pictures
        )
        run_task(config, as_json=as_json, quiet=quiet)


@app.command()
def predict(
    model: Annotated[Path, typer.Argument(metavar="MODEL", help="Model file (model.npz).")],
    table: Annotated[
        Path, typer.Argument(metavar="CSV", help="Raw rows, columns named as in training.")
    ],
    out: Annotated[
        Path | None,
        typer.Option(metavar="FILE.csv", help="Write to a file. (default: standard output)"),
    ] = None,
    proba: Annotated[
        bool, typer.Option("--proba", help="A column with each class's probability, too.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Predict the target of each row of a CSV file.

    Where the file has the target's column, the score is said on standard error.
    """
    with errors_told({}):
        predict_rows(model, table, out, proba=proba, as_json=as_json)


@app.command()
def show(
    model: Annotated[Path, typer.Argument(metavar="MODEL", help="Model file (model.npz).")],
    png: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Draw the network (.png, .svg or .pdf).")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Show what a model takes, gives and is made of, and how well it did."""
    with errors_told({"path": "--png"}):
        show_model(model, png, as_json=as_json)
