"""A blank picture in the house style that reaches the disk whole or not at all."""

import io
import logging
import os
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from spiral_monolith_neat_numpy.evolution.wholefile import write_whole
from spiral_monolith_neat_numpy.pictures.style import FONT, HOUSE_RC

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
# What Matplotlib says of each letter that the font lacks, with a line of its caller's source.
_FONT_WARNINGS = (r"Glyph \d+ .*missing from", r"Matplotlib currently does not support .* natively")
_log = logging.getLogger(__name__)
_said: set[str] = set()  # the letters that the log was told of, once


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
    with _drawing, mpl.rc_context(rc), warnings.catch_warnings():
        for message in _FONT_WARNINGS:
            warnings.filterwarnings("ignore", message, UserWarning)
        figure = figure_class(figsize=(width, height), layout="constrained")
        yield figure
        data = _render(figure, target.suffix.lower())
        _say_what_the_font_lacks(figure)
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


def _say_what_the_font_lacks(figure: "Figure") -> None:
    from matplotlib.font_manager import findfont, get_font
    from matplotlib.text import Text

    font = get_font(findfont(FONT))
    texts: list[Any] = figure.findobj(Text)
    letters = "".join(text.get_text() for text in texts)
    lacking = {one for one in letters if not one.isspace() and not font.get_char_index(ord(one))}
    if lacking and not _said:
        _said.update(lacking)
        _log.warning(
            "the font of the pictures, %s, lacks letters such as %s: boxes stand for them",
            FONT,
            " ".join(sorted(lacking)[:5]),
        )
