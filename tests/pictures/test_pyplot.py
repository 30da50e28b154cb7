"""Pyplot, which is global state, is never imported; matplotlib only when something is drawn."""

import subprocess
import sys
from pathlib import Path

SCRIPT = """
import sys
from pathlib import Path
import numpy as np
from spiral_monolith_neat_numpy.pictures.confusion import draw_confusion
from spiral_monolith_neat_numpy.pictures.decision_boundary import draw_decision_boundary
from spiral_monolith_neat_numpy.pictures.learning_curve import draw_learning_curve
from spiral_monolith_neat_numpy.pictures.regression_fit import draw_regression_fit
from spiral_monolith_neat_numpy.pictures.topology import draw_topology
assert "matplotlib" not in sys.modules
from tests.pictures.images import network, record
out = Path(sys.argv[1])
draw_confusion([[3, 1], [0, 4]], [], out / "a.png")
X = np.array([[0.0, 0.0], [1.0, 1.0]])
draw_decision_boundary(lambda x: np.stack([x[:, 0], 1 - x[:, 0]], 1), X, [0, 1], out / "b.png")
draw_learning_curve([record(0), record(1)], out / "c.png")
draw_regression_fit([1.0, 2.0], [1.5, 1.5], out / "d.png")
draw_topology(network(2, 3, 1, 0.8), out / "e.png")
assert "matplotlib.figure" in sys.modules
assert "matplotlib.pyplot" not in sys.modules
"""


def test_drawing_everything_never_imports_pyplot(tmp_path: Path) -> None:
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", SCRIPT, str(tmp_path)],
        cwd=root,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert len(list(tmp_path.glob("*.png"))) == 5
