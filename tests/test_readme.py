"""The README's Python snippets run as they stand, in order, in an empty directory."""

import re
import subprocess
import sys
from pathlib import Path

README = Path(__file__).parents[1] / "README.md"
HUNG_S = 600  # ends a run that hangs, judges none


def python_snippets(text: str) -> list[str]:
    return re.findall(r"^```python\n(.*?)^```", text, flags=re.DOTALL | re.MULTILINE)


def test_snippets_are_found_between_their_fences() -> None:
    text = "a\n```python\nx = 1\n```\n```bash\nls\n```\n```python\ny = x\n\nz = 2\n```\n"
    assert python_snippets(text) == ["x = 1\n", "y = x\n\nz = 2\n"]


def test_readme_snippets_run(tmp_path: Path) -> None:
    snippets = python_snippets(README.read_text(encoding="utf-8"))
    assert snippets, "README.md must hold at least one ```python snippet, got none"
    # One script, since later snippets use the names of earlier ones.
    script = tmp_path / "readme.py"
    script.write_text("\n".join(snippets), encoding="utf-8")
    run = subprocess.run(
        [sys.executable, "-W", "error", script.name],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=HUNG_S,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr
