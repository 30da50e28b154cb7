"""Importing the package stays light: what is heavy is imported where it is used."""

import subprocess
import sys

HEAVY = (
    "gymnasium", "matplotlib", "onnx", "onnxruntime", "pandas", "PIL", "playwright", "plotly",
    "ray", "rich", "scipy", "sklearn", "torch", "typer",
)  # fmt: skip


def test_import_brings_in_nothing_heavy_and_warns_of_nothing() -> None:
    script = "import sys, spiral_monolith_neat_numpy; print(*sys.modules)"
    run = subprocess.run(
        [sys.executable, "-W", "error", "-c", script], capture_output=True, text=True, check=True
    )
    loaded = set(run.stdout.split())
    assert "spiral_monolith_neat_numpy" in loaded
    assert not loaded.intersection(HEAVY)
