"""Every benchmark runs with ``--quick`` and writes one flat JSON object."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[1] / "benchmarks"
SCRIPTS = sorted(path.name for path in FOLDER.glob("[!_]*.py") if path.name != "harness.py")
HUNG_S = 600  # far above the minute that --quick may take: ends a run that hangs, judges none


@pytest.mark.parametrize("script", SCRIPTS)
def test_quick_run_writes_one_flat_object(script: str, tmp_path: Path) -> None:
    target = tmp_path / "figures.json"
    command = [sys.executable, str(FOLDER / script), "--quick", "--json", str(target)]
    run = subprocess.run(
        command, cwd=tmp_path, capture_output=True, text=True, timeout=HUNG_S, check=False
    )
    assert run.returncode == 0, run.stdout + run.stderr
    figures = json.loads(target.read_text(encoding="utf-8"))
    assert isinstance(figures, dict)
    assert figures["extent"] == "quick"
    odd = {key: value for key, value in figures.items() if type(value) not in (int, float, str)}
    assert not odd
