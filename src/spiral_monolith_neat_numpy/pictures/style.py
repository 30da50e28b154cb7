"""House style of all pictures: colours, fonts, grid.

The colours stay apart under the common forms of colour blindness: Okabe & Ito (2008),
"Color Universal Design", and Paul Tol's qualitative schemes (SRON/EPS/TN/09-002).
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.axes import Axes

DPI = 150
FONT = "DejaVu Sans"  # Matplotlib brings it along

INK = "#22272e"
SOFT_INK = "#6a737d"
RULE = "#c9ced4"
GRID = "#e9ecef"
PAPER = "#ffffff"

BLUE = "#0072b2"
VERMILLION = "#d55e00"
GREEN = "#009e73"
ORANGE = "#e69f00"
SKY = "#56b4e9"
PURPLE = "#cc79a7"

# Okabe-Ito in an order that keeps neighbours far apart; classes beyond go on with Tol's muted.
CLASS_COLOURS = (
    BLUE,
    VERMILLION,
    GREEN,
    ORANGE,
    PURPLE,
    SKY,
    "#332288",
    "#999933",
    "#882255",
    "#44aa99",
    "#7a7a7a",
    "#661100",
)

# Tol's light scheme and a violet: too light for white figures, so labels on nodes are INK.
ACTIVATION_COLOURS = {
    "tanh": "#77aadd",
    "relu": "#ee8866",
    "sigmoid": "#44bb99",
    "sine": "#eedd88",
    "gaussian": "#ffaabb",
    "softplus": "#bbcc33",
    "abs": "#99ddff",
    "square": "#aaaa00",
    "steep_sigmoid": "#bb99dd",
    "identity": "#dddddd",
}

HOUSE_RC: dict[str, Any] = {
    "figure.facecolor": PAPER,
    "figure.dpi": DPI,
    "figure.constrained_layout.w_pad": 0.1,
    "figure.constrained_layout.h_pad": 0.1,
    "savefig.dpi": "figure",
    "savefig.facecolor": PAPER,
    "savefig.bbox": None,
    "svg.hashsalt": "spiral-monolith-neat-numpy",  # SVG ids are random without it
    "font.family": [FONT],
    "font.size": 9.0,
    "text.color": INK,
    "text.parse_math": False,  # a "$" in a user's column name is a dollar
    "axes.facecolor": PAPER,
    "axes.edgecolor": RULE,
    "axes.labelcolor": INK,
    "axes.labelsize": 9.0,
    "axes.linewidth": 0.8,
    "axes.titlesize": 10.0,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.titlepad": 8.0,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": False,
    "axes.axisbelow": True,
    "axes.unicode_minus": True,
    "grid.color": GRID,
    "grid.linewidth": 0.8,
    "xtick.color": RULE,
    "xtick.labelcolor": SOFT_INK,
    "xtick.labelsize": 8.0,
    "xtick.major.size": 3.0,
    "ytick.color": RULE,
    "ytick.labelcolor": SOFT_INK,
    "ytick.labelsize": 8.0,
    "ytick.major.size": 0.0,
    "lines.linewidth": 1.6,
    "lines.solid_capstyle": "round",
    "legend.frameon": False,
    "legend.fontsize": 8.0,
    "legend.labelcolor": INK,
    "legend.handlelength": 1.6,
    "legend.columnspacing": 1.4,
    "legend.borderaxespad": 0.0,
}


def class_colour(index: int) -> str:
    """Return the colour of class ``index``; colours repeat after the twelfth class."""
    return CLASS_COLOURS[index % len(CLASS_COLOURS)]


def horizontal_grid(axes: "Axes") -> None:
    """Draw a restrained grid behind the data, along y alone."""
    axes.grid(visible=True, axis="y")


def legend_above(axes: "Axes") -> None:
    """Put the legend above the axes at the right, where it hides no data."""
    axes.legend(loc="lower right", bbox_to_anchor=(1.0, 1.015), ncols=4)


def legend_under_title(axes: "Axes", title: str) -> None:
    """Write a title and, on a line of its own below it, the legend above the axes."""
    axes.set_title(title, pad=21.0)
    if axes.get_legend_handles_labels()[0]:
        axes.legend(loc="lower left", bbox_to_anchor=(0.0, 1.015), ncols=4, handlelength=1.2)


def headline(axes: "Axes", title: str, note: str) -> None:
    """Write a bold title and, on a line of its own below it, a soft note above the axes."""
    if note:
        axes.annotate(
            note,
            xy=(0.0, 1.0),
            xycoords="axes fraction",
            xytext=(0.0, 6.0),
            textcoords="offset points",
            fontsize=8.5,
            color=SOFT_INK,
        )
    if title:
        axes.set_title(title, pad=21.0 if note else 8.0)
