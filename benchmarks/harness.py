"""What every benchmark shares: its options, its table, its JSON, and the machine it ran on.

A benchmark is a script ``benchmarks/NAME.py [--quick] [--json FILE]``::

    options = read_options(__doc__)
    report = Report("spirals", seeds=range(20), options=options)
    report.add_samples("accuracy", accuracies, "share", goal=0.98)
    report.add("wall time", seconds, "s", goal=2.5, goal_is_minimum=False)
    report.finish()
"""

import argparse
import json
import os
import platform
import re
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np
import threadpoolctl

PACKAGES = ("spiral-monolith-neat-numpy", "numpy", "numba", "llvmlite")
_ROW = "{:<40} {:>12} {:<24} {:<10} {:>12}  {}"


@dataclass(frozen=True)
class Options:
    """What the command line asked for."""

    quick: bool = False
    json: Path | None = None


def read_options(description: str | None, argv: Sequence[str] | None = None) -> Options:
    """Return the options of a benchmark's command line.

    Args:
        description: what ``--help`` says; the script's docstring.
        argv: arguments without the program's name; None: those of this process.
    """
    parser = argparse.ArgumentParser(
        description=description, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="a smaller run of under a minute")
    parser.add_argument(
        "--json", type=Path, metavar="FILE", help="write the figures as one flat JSON object"
    )
    known = parser.parse_args(argv)
    return Options(quick=known.quick, json=known.json)


def time_calls(function: Callable[[], object], repeats: int, warm_up: int = 1) -> list[float]:
    """Return the seconds that each of ``repeats`` calls took, after ``warm_up`` untimed ones."""
    for _ in range(warm_up):
        function()
    seconds = []
    for _ in range(repeats):
        start = time.perf_counter()
        function()
        seconds.append(time.perf_counter() - start)
    return seconds


class Report:
    """The figures of one benchmark: a row of the table each, and one flat JSON object."""

    def __init__(
        self,
        name: str,
        *,
        seeds: Iterable[int],
        options: Options,
        packages: Sequence[str] = (),
    ) -> None:
        """Print what was run, with what and where.

        Args:
            name: name of the benchmark.
            seeds: every seed that the run depends on.
            options: of the command line.
            packages: distributions to name beside ``PACKAGES``.
        """
        self._options = options
        self._goals: list[bool] = []
        self.figures: dict[str, float | int | str] = {
            "benchmark": name,
            "extent": "quick" if options.quick else "full",
            "date": datetime.now(UTC).isoformat(timespec="seconds"),
            "seeds": _seed_words(list(seeds)),
            **_versions((*PACKAGES, *packages)),
            **_machine(),
        }
        for key, value in self.figures.items():
            print(f"{key.replace('_', ' ')}: {value}")
        print()
        print(_ROW.format("figure", "measured", "spread", "unit", "goal", ""), flush=True)

    def add(
        self,
        name: str,
        value: float | np.number[Any] | str,
        unit: str = "",
        goal: float | None = None,
        goal_is_minimum: bool = True,
    ) -> None:
        """Print one figure and keep it; with a goal, say whether it is met.

        Args:
            name: what was measured, unlike every other name of this report.
            value: a finite number, or a word.
            unit: of value and goal; empty for a plain number.
            goal: the limit that the figure is held to.
            goal_is_minimum: the goal is met from ``goal`` up; otherwise up to ``goal``.

        Raises:
            ValueError: the name is taken, the number is not finite, or a word has a goal.
        """
        key = self._new_key(name)
        if not isinstance(value, str):
            value = _plain_number(name, value)
        elif goal is not None:
            raise ValueError(f"{name} must be a number to have a goal, got {value!r}")
        self.figures[key] = value
        if unit:
            self.figures[f"{key}_unit"] = unit
        goal_words, verdict = "", ""
        if goal is not None and not isinstance(value, str):
            met = value >= goal if goal_is_minimum else value <= goal
            goal_words = f"{'>=' if goal_is_minimum else '<='} {goal:g}"
            verdict = "met" if met else "missed"
            self._goals.append(met)
            self.figures[f"{key}_goal"] = goal_words
            self.figures[f"{key}_verdict"] = verdict
        self._print_row(name, value, self._spread_words(key), unit, goal_words, verdict)

    def add_samples(
        self,
        name: str,
        values: Iterable[float],
        unit: str = "",
        goal: float | None = None,
        goal_is_minimum: bool = True,
    ) -> None:
        """Add the median of several measurements, held to the goal, and their spread.

        Raises:
            ValueError: as ``add``, or there are no values.
        """
        samples = [float(value) for value in values]
        if not samples:
            raise ValueError(f"{name} must have at least one value, got none")
        key = self._new_key(name)
        self.figures[f"{key}_least"] = _plain_number(name, min(samples))
        self.figures[f"{key}_most"] = _plain_number(name, max(samples))
        self.figures[f"{key}_measurements"] = len(samples)
        self.add(name, float(np.median(samples)), unit, goal, goal_is_minimum)

    def finish(self) -> None:
        """Print how many goals were met, and write the JSON file if one was asked for."""
        met = sum(self._goals)
        if self._goals:
            print(f"\n{met} of {len(self._goals)} goals met")
            self.figures["goals"] = len(self._goals)
            self.figures["goals_met"] = met
        if self._options.json is not None:
            text = json.dumps(self.figures, indent=2, allow_nan=False)
            self._options.json.write_text(text + "\n", encoding="utf-8")
            print(f"figures written to {self._options.json}")

    def _new_key(self, name: str) -> str:
        key = re.sub(r"\W+", "_", name).strip("_").lower()
        if not key or key in self.figures:
            raise ValueError(f"name must be a new one in this report, got {name!r}")
        return key

    def _spread_words(self, key: str) -> str:
        if f"{key}_measurements" not in self.figures:
            return ""
        least, most = self.figures[f"{key}_least"], self.figures[f"{key}_most"]
        return f"{least:.5g} .. {most:.5g} of {self.figures[f'{key}_measurements']}"

    def _print_row(self, name: str, value: float | str, *rest: str) -> None:
        shown = value if isinstance(value, str) else f"{value:.5g}"
        print(_ROW.format(name, shown, *rest).rstrip(), flush=True)


def _plain_number(name: str, value: float | np.number[Any]) -> float | int:
    if not np.isfinite(value):
        raise ValueError(f"{name} must be a finite number, got {value}")
    return int(value) if isinstance(value, (int, np.integer)) else float(value)


def _seed_words(seeds: list[int]) -> str:
    if len(seeds) > 2 and seeds == list(range(seeds[0], seeds[-1] + 1)):
        return f"{seeds[0]} to {seeds[-1]}"
    return ", ".join(str(seed) for seed in seeds) or "none"


def _versions(packages: Iterable[str]) -> dict[str, str]:
    versions = {"python": platform.python_version()}
    for package in packages:
        versions[package] = metadata.version(package)
    return versions


def _machine() -> dict[str, str | int]:
    libraries = [
        f"{pool['internal_api']} {pool['version']} {pool.get('architecture', '')}".strip()
        for pool in threadpoolctl.threadpool_info()
        if pool["user_api"] == "blas"
    ]
    return {
        "system": platform.platform(terse=True),
        "processor": _processor(),
        "cores": os.cpu_count() or 1,
        "usable_cores": _usable_cores(),
        "blas": ", ".join(sorted(set(libraries))) or "none loaded",
    }


def _processor() -> str:
    cpu_info = Path("/proc/cpuinfo")
    if cpu_info.exists():
        found = re.search(r"^model name\s*:\s*(.+)$", cpu_info.read_text(), re.MULTILINE)
        if found:
            return found.group(1).strip()
    return platform.processor() or platform.machine()


def _usable_cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
