"""A blank picture in the house style that reaches the disk whole or not at all."""

import io
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from spiral_monolith_neat_numpy.evolution.wholefile import write_whole
from spiral_monolith_neat_numpy.pictures.style import HOUSE_RC

if TYPE_CHECKING:
    from matplotlib.figure import Figure

PathLike = str | os.PathLike[str]

# Metadata that would put the time or the version into the file: same input, same bytes.
_METADATA: dict[str, dict[str, Any]] = {
    ".png": {"Software": None},
    ".svg": {"Date": None, "Creator": None},
    ".pdf": {"CreationDate": None, "Creator": None, "Producer": None},
}
# A user's own matplotlibrc or style sheet must not reach into our pictures.
_RESET = (
    "axes.",
    "figure.",
    "font.",
    "grid.",
    "image.",
    "legend.",
    "lines.",
    "mathtext.",
    "patch.",
    "path.",
    "pdf.",
    "savefig.",
    "scatter.",
    "svg.",
    "text.",
    "xtick.",
    "ytick.",
)
_LEAVE_ALONE = ("figure.max_open_warning", "figure.raise_window", "savefig.directory")

_drawing = threading.Lock()  # rcParams are one for the whole process


@contextmanager
def picture(path: PathLike, width: float, height: float) -> Iterator["Figure"]:
    """Yield an empty figure, and write it to ``path`` when the block ends without an error.

    Args:
        path: where to write; the suffix (.png, .svg or .pdf) chooses the format.
        width: width in inches; a PNG has 150 pixels per inch.
        height: height in inches.

    Raises:
        ImportError: matplotlib is not installed.
        ValueError: another suffix.
        OSError: the directory does not exist or cannot be written (the subclass says which).
    """
    target = _checked_path(path)
    figure_class = _figure_class()
    import matplotlib as mpl

    rc: Any = {
        key: value
        for key, value in mpl.rcParamsDefault.items()
        if key.startswith(_RESET) and key not in _LEAVE_ALONE
    }
    rc.update(HOUSE_RC)
    with _drawing, mpl.rc_context(rc):
        figure = figure_class(figsize=(width, height), layout="constrained")
        yield figure
        data = _render(figure, target.suffix.lower())
    write_whole(target, data)


def _figure_class() -> type["Figure"]:
    try:
        from matplotlib.figure import Figure
    except ModuleNotFoundError as error:
        if error.name is None or not error.name.startswith("matplotlib"):
            raise
        raise ImportError(
            "pictures need matplotlib, which is not installed: "
            'pip install "spiral-monolith-neat-numpy[neat]"'
        ) from error
    return Figure


def _checked_path(path: PathLike) -> Path:
    target = Path(path)
    if target.suffix.lower() not in _METADATA:
        known = ", ".join(_METADATA)
        raise ValueError(f"path must end in one of {known}, got {str(path)!r}")
    # Found out before the drawing, not after it.
    parent = target.parent
    if not parent.exists():
        raise FileNotFoundError(f"cannot write {target}: there is no directory {parent}")
    if not parent.is_dir():
        raise NotADirectoryError(f"cannot write {target}: {parent} is not a directory")
    if not os.access(parent, os.W_OK | os.X_OK):
        raise PermissionError(f"cannot write {target}: no permission to write in {parent}")
    return target


def _render(figure: "Figure", suffix: str) -> bytes:
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    buffer = io.BytesIO()
    canvas = FigureCanvasAgg(figure)
    canvas.print_figure(buffer, format=suffix[1:], metadata=_METADATA[suffix])
    return buffer.getvalue()
