"""How long a user waits: import, the first run ever, and a second process.

The first run compiles every kernel into an empty cache; a second process finds them there.
Each is a process of its own, timed from its start to the end of generation 1 (the second
generation) of ``spiral-neat run spiral``.

    python benchmarks/startup.py [--quick] [--json FILE]
"""

import os
import subprocess
import sys
import tempfile
import time

from harness import Options, Report, read_options

_IMPORT = "import spiral_monolith_neat_numpy"
_TWO_GENERATIONS = (
    "from spiral_monolith_neat_numpy.experiment.config import ExperimentConfig;"
    "from spiral_monolith_neat_numpy.experiment.run import run_experiment;"
    "run_experiment(ExperimentConfig('spiral', gens=2, pop=64, steps=40, seed=42))"
)


def seconds(code: str, cache: str) -> float:
    """Return the wall time of a fresh interpreter that runs ``code``."""
    started = time.perf_counter()
    environment = {**os.environ, "SPIRAL_NEAT_CACHE_DIR": cache}
    subprocess.run([sys.executable, "-c", code], env=environment, check=True)
    return time.perf_counter() - started


def measure(options: Options) -> Report:
    """Time all three."""
    report = Report("start-up", seeds=[42], options=options)
    repeats = 3 if options.quick else 10
    with tempfile.TemporaryDirectory() as cache:
        first = [seconds(_TWO_GENERATIONS, cache)]
        second = [seconds(_TWO_GENERATIONS, cache) for _ in range(repeats)]
        imports = [seconds(_IMPORT, cache) for _ in range(repeats)]
    if not options.quick:
        for _ in range(2):
            with tempfile.TemporaryDirectory() as cache:
                first.append(seconds(_TWO_GENERATIONS, cache))
    report.add_samples("import", imports, "s", 1.0, goal_is_minimum=False)
    report.add_samples("first run to generation 1", first, "s", 25.0, goal_is_minimum=False)
    report.add_samples("second process", second, "s", 3.0, goal_is_minimum=False)
    return report


if __name__ == "__main__":
    measure(read_options(__doc__)).finish()
