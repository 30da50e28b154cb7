"""How long a user waits: import, the first run ever, and a second process.

The first run compiles every kernel into an empty cache; a second process finds them there.
Timed is the installed command, from its start to its end:

    spiral-neat run spiral --gens 2 --pop 64 --steps 40 --seed 42

which is past generation 1, the second one. The first run must say what it is waiting for;
the second has nothing to wait for and must say nothing.

    python benchmarks/startup.py [--quick] [--json FILE]
"""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from harness import Options, Report, read_options

COMMAND = str(Path(sys.executable).with_name("spiral-neat"))
_RUN = [COMMAND, *["run", "spiral", "--gens", "2", "--pop", "64", "--steps", "40", "--seed", "42"]]
_IMPORT = [sys.executable, "-c", "import spiral_monolith_neat_numpy"]
_NUMBA = [sys.executable, "-c", "import numba"]


def seconds(command: list[str], cache: str) -> tuple[float, float | None]:
    """Return the wall time of a process, and when it said its first word on standard error.

    Raises:
        RuntimeError: it failed.
    """
    environment = {**os.environ, "SPIRAL_NEAT_CACHE_DIR": cache}
    started = time.perf_counter()
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stderr is not None
        first = process.stderr.readline()
        first_s = time.perf_counter() - started if first else None
        rest = process.stderr.read()
    taken_s = time.perf_counter() - started
    if process.returncode:
        raise RuntimeError(f"{command} must end with status 0, got {first}{rest}")
    return taken_s, first_s


def measure(options: Options) -> Report:
    """Time all of them."""
    report = Report("start-up", seeds=[42], options=options)
    repeats = 3 if options.quick else 10
    first: list[tuple[float, float | None]] = []
    for _ in range(1 if options.quick else 3):
        with tempfile.TemporaryDirectory() as cache:
            first.append(seconds(_RUN, cache))
            second = [seconds(_RUN, cache) for _ in range(repeats)]
    with tempfile.TemporaryDirectory() as cache:
        seconds(_IMPORT, cache)  # modules compiled, files read from the disk
        imports = [seconds(_IMPORT, cache)[0] for _ in range(repeats)]
        numba = [seconds(_NUMBA, cache)[0] for _ in range(repeats)]
    said = [said_s for _, said_s in first if said_s is not None]
    report.add_samples("import", imports, "s", 1.0, goal_is_minimum=False)
    report.add_samples("import of Numba alone", numba, "s")
    report.add_samples("first run", [taken for taken, _ in first], "s", 25.0, goal_is_minimum=False)
    report.add("first runs that say what they wait for", len(said) / len(first), "share", 1.0)
    if said:
        report.add_samples("first run until it says so", said, "s")
    report.add_samples("second process", [s for s, _ in second], "s", 3.0, goal_is_minimum=False)
    silent = sum(said_s is None for _, said_s in second) / len(second)
    report.add("second processes with nothing to wait for", silent, "share", 1.0)
    return report


if __name__ == "__main__":
    measure(read_options(__doc__)).finish()
