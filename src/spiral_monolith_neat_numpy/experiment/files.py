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
from spiral_monolith_neat_numpy.evolution.records import records_csv
from spiral_monolith_neat_numpy.evolution.wholefile import write_whole
from spiral_monolith_neat_numpy.experiment.drawing import PICTURES, draw_results
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


def write_results(result: ExperimentResult, out: Path, *, pictures: bool) -> ExperimentResult:
    """Write model, history, metrics and, if asked, pictures; return the result with the paths.

    Pictures of an earlier run that this one does not replace are removed: all files in
    ``out`` then tell of one run. Ctrl-C while pictures are drawn leaves the rest of them out.

    Raises:
        OSError: something cannot be written; what was written before it is whole.
        ImportError: pictures were asked for and Matplotlib is missing.
    """
    metrics = json.dumps(result.metrics, indent=2, allow_nan=False) + "\n"
    files = [
        result.model.save(out / MODEL),
        write_whole(out / HISTORY, records_csv(result.neat.records).encode()),
        write_whole(out / METRICS, metrics.encode()),
    ]
    ending = result.ending
    if pictures:
        try:
            for path in draw_results(result, out):
                files.append(path)
        except KeyboardInterrupt:
            _log.warning("interrupted while drawing: some pictures are missing")
            ending = replace(ending, interrupted=True)
    for name in PICTURES:
        if out / name not in files:
            (out / name).unlink(missing_ok=True)
    return replace(result, files=tuple(files), ending=ending)
