"""Where an experiment writes, and what: model, history, metrics and pictures."""

import contextlib
import importlib.util
import json
import logging
import os
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from spiral_monolith_neat_numpy.errors import retold
from spiral_monolith_neat_numpy.evolution.modelfile import is_model
from spiral_monolith_neat_numpy.evolution.records import records_csv
from spiral_monolith_neat_numpy.evolution.wholefile import is_same_file, write_whole
from spiral_monolith_neat_numpy.experiment.drawing import PICTURES, draw_results
from spiral_monolith_neat_numpy.experiment.patience import Patience
from spiral_monolith_neat_numpy.experiment.result import ExperimentResult

MODEL = "model.npz"
HISTORY = "history.csv"
METRICS = "metrics.json"

_log = logging.getLogger("spiral_monolith_neat_numpy")


def check_drawing() -> None:
    """Raise unless pictures can be drawn, without the time that importing takes.

    Raises:
        ModuleNotFoundError: Matplotlib is missing.
    """
    if importlib.util.find_spec("matplotlib") is None:
        raise ModuleNotFoundError(
            "pictures need matplotlib, which is not installed: "
            "pip install 'spiral-monolith-neat-numpy[neat]', or go without (pictures=False)",
            name="matplotlib",
        )


@contextlib.contextmanager
def output_directory(path: str | os.PathLike[str], name: str = "out") -> Iterator[Path]:
    """Make a directory and prove that it can be written; left by an error, it leaves no trace.

    A directory that was there, or that something was written to, stays.

    Args:
        path: the directory.
        name: name of the argument, for the message.

    Raises:
        OSError: it cannot be made or written.
    """
    directory = Path(path)
    made: list[Path] = []
    try:
        try:
            made = [place for place in (directory, *directory.parents) if not place.exists()]
            directory.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=directory):
                pass
        except OSError as error:
            reason = "it is a file" if isinstance(error, FileExistsError) else error.strerror
            message = f"{name} must be a directory that can be written, got {str(path)!r}: {reason}"
            raise retold(error, message) from error
        yield directory
    except BaseException:
        with contextlib.suppress(OSError):  # the first that is not empty ends it
            for place in made:
                place.rmdir()
        raise


def check_places(directory: Path, data: Path | None = None, name: str = "out") -> None:
    """Raise if results would take the place of something else than results.

    Args:
        directory: where they will be written.
        data: the file that the run reads, if there is one.
        name: name of the argument, for the message.

    Raises:
        OSError: a file of ours has the name of a directory, or of the data, or lies there
            without a model, so that it is of no earlier run.
    """
    must = f"{name} must be a new directory or that of an earlier run, got {str(directory)!r}"
    places = [directory / one for one in (MODEL, HISTORY, METRICS, *PICTURES)]
    taken = [place for place in places if place.exists()]
    for place in taken:
        if place.is_dir():
            raise IsADirectoryError(f"{must}: {place.name!r} in it is a directory")
        if data is not None and is_same_file(place, data):
            raise FileExistsError(f"{must}: {place.name!r} in it is the data")
    if taken and not is_model(directory / MODEL):
        raise FileExistsError(
            f"{must}: {taken[0].name!r} in it would be lost, and is not of a run, as there is no "
            f"model in {MODEL!r}"
        )


def write_results(
    result: ExperimentResult, out: Path, *, pictures: bool, patience: Patience
) -> ExperimentResult:
    """Write model, history, metrics and, if asked, pictures; return the result with the paths.

    At every moment all files of ours in ``out`` tell of one run. Ctrl-C waits until model,
    history and metrics are there, and leaves out the pictures that are not.

    Args:
        result: what to write.
        out: the directory.
        pictures: whether to draw.
        patience: what keeps Ctrl-C.

    Raises:
        OSError: model, history or metrics cannot be written; what was there before is whole. Of
            pictures that cannot be, the log tells.
        ImportError: pictures were asked for and Matplotlib is missing.
    """
    files = _replace_run(result, out)
    late = False
    if pictures:
        try:
            patience.heed(lambda: _draw(result, out, files))
        except KeyboardInterrupt:
            _log.warning("interrupted while drawing: some pictures are missing")
            late = True
        except OSError as error:  # the run is safe, and worth more than its pictures
            _log.warning("some pictures are missing, the model is written: %s", error)
    if (late or patience.kept) and not result.ending.interrupted:
        result = result.as_interrupted()
        _write_run(result, out)
    return replace(result, files=tuple(files))


def _draw(result: ExperimentResult, out: Path, files: list[Path]) -> None:
    for path in draw_results(result, out):
        files.append(path)


def _replace_run(result: ExperimentResult, out: Path) -> list[Path]:
    """Put model, history and metrics in place of all that an earlier run left."""
    try:
        # First beside their places: a full disk leaves the earlier run whole.
        with tempfile.TemporaryDirectory(prefix=".spiral-neat-", dir=out) as stage:
            written = _write_run(result, Path(stage))
            # The old model goes last and the new one comes first: never are there two runs.
            for name in (*PICTURES, METRICS, HISTORY):
                (out / name).unlink(missing_ok=True)
            return [path.replace(out / path.name) for path in written]
    except OSError as error:
        reason = error.strerror or os.strerror(error.errno or 0)
        raise retold(error, f"results cannot be written to {str(out)!r}: {reason}") from error


def _write_run(result: ExperimentResult, directory: Path) -> list[Path]:
    metrics = json.dumps(result.metrics, indent=2, allow_nan=False) + "\n"
    return [
        result.model.save(directory / MODEL),
        write_whole(directory / HISTORY, records_csv(result.neat.records).encode()),
        write_whole(directory / METRICS, metrics.encode()),
    ]
