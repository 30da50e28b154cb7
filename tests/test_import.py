"""Importing the package stays light: what is heavy is imported where it is used."""

import subprocess
import sys
import tomllib
from pathlib import Path

PROJECT = Path(__file__).parents[1] / "pyproject.toml"


def test_import_brings_in_nothing_heavy_and_warns_of_nothing() -> None:
    rules = tomllib.loads(PROJECT.read_text(encoding="utf-8"))["tool"]["ruff"]["lint"]
    heavy = rules["flake8-tidy-imports"]["banned-module-level-imports"]
    script = "import sys, spiral_monolith_neat_numpy; print(*sys.modules)"
    run = subprocess.run(
        [sys.executable, "-W", "error", "-c", script], capture_output=True, text=True, check=True
    )
    loaded = set(run.stdout.split())
    assert "spiral_monolith_neat_numpy" in loaded
    assert "matplotlib" in heavy
    assert not loaded.intersection(heavy)
