"""Importing the package stays light: what is heavy is imported where it is used."""

import subprocess
import sys
import tomllib
from pathlib import Path

PROJECT = Path(__file__).parents[1] / "pyproject.toml"


def modules_after(statement: str) -> set[str]:
    script = f"import sys; {statement}; print(*sys.modules)"
    run = subprocess.run(
        [sys.executable, "-W", "error", "-c", script], capture_output=True, text=True, check=True
    )
    return set(run.stdout.split())


def test_import_brings_in_nothing_heavy_and_warns_of_nothing() -> None:
    rules = tomllib.loads(PROJECT.read_text(encoding="utf-8"))["tool"]["ruff"]["lint"]
    heavy = rules["flake8-tidy-imports"]["banned-module-level-imports"]
    loaded = modules_after("import spiral_monolith_neat_numpy")
    assert "spiral_monolith_neat_numpy" in loaded
    assert "matplotlib" in heavy
    # Numba brings in SciPy where it is installed; what we add to it is what counts.
    assert not (loaded - modules_after("import numba")).intersection(heavy)
