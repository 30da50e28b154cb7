"""The command with keys pressed at given points, a child's script: ``pressing.py POINTS ...``.

A point is a key, a place and a count: "INT:fsync:2" is Ctrl-C as the second file is flushed.
"""

import os
import signal
import sys
from collections import Counter
from typing import Any

from spiral_monolith_neat_numpy.evaluation.backprop import FitnessBackprop
from spiral_monolith_neat_numpy.experiment import drawing, run
from spiral_monolith_neat_numpy.experiment.warmup import warm_up
from spiral_neat_command import main

PLACES: tuple[tuple[Any, str, str], ...] = (
    (FitnessBackprop, "evaluate_population", "generation"),
    (run, "collect", "choice"),
    (os, "fsync", "fsync"),
    (os, "unlink", "unlink"),
    (os, "replace", "replace"),
    (drawing, "draw_topology", "picture"),
)


def press_at(points: set[str], folder: str) -> None:
    """Send the process the signals of ``points``; of files, those in ``folder`` alone count."""
    reached: Counter[str] = Counter()

    def pressing(work: Any, place: str) -> Any:
        def pressed(*arguments: Any, **options: Any) -> Any:
            if place not in ("unlink", "replace") or str(arguments[-1]).startswith(folder):
                reached[place] += 1
                for key in ("INT", "KILL"):
                    if f"{key}:{place}:{reached[place]}" in points:
                        os.kill(os.getpid(), signal.Signals[f"SIG{key}"])
            return work(*arguments, **options)

        return pressed

    for owner, name, place in PLACES:
        setattr(owner, name, pressing(getattr(owner, name), place))


if __name__ == "__main__":
    warm_up()
    press_at(set(sys.argv.pop(1).split(",")), sys.argv[-1])
    main()
