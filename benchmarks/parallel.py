"""How well evaluation uses the processors, and what it costs beside the work itself.

Two workers against one, as a share of what this machine gives two independent processes over one
in the same round: the clock, the caches and the hour are the same for both. Who comes first
changes from round to round, since a machine may slow down after a second of two busy processors. A
genome takes one to two milliseconds. Then a generation of 1,000 genomes with a fitness that does
nothing, in processes that are kept; and a data set of a gigabyte, mapped by four processes and read
from end to end.

    python benchmarks/parallel.py [--quick] [--json FILE]
"""

import multiprocessing
import re
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Barrier
from pathlib import Path
from typing import Any

import numpy as np

from spiral_monolith_neat_numpy import (
    FitnessBackprop,
    Genome,
    Population,
    get_shared_dataset,
    make_spirals,
    shm_register_dataset,
    shm_release_all,
    shm_set_worker_meta,
)
from spiral_monolith_neat_numpy.evaluation.backends import Backend, make_backend
from spiral_monolith_neat_numpy.evaluation.backprop import BackpropData, BackpropSettings
from spiral_monolith_neat_numpy.evaluation.calling import Job
from spiral_monolith_neat_numpy.evaluation.settings import PoolSettings

from harness import Options, Report, read_options

_X, _y = make_spirals(512, noise=0.05, seed=0)
GENOMES = 120


def trained(genome: Genome) -> float:
    """Train a copy of a genome for some milliseconds, in compiled code."""
    return _TRAIN(genome.copy())


def counted(genome: Genome) -> float:
    """Count for some milliseconds, in plain Python."""
    total = 0
    for number in range(30_000):
        total += number & 7
    return float(total)


def nothing(genome: Genome) -> float:
    """Return a constant."""
    return 1.0


_TRAIN = FitnessBackprop(BackpropData(_X, _y, _X, _y), BackpropSettings(steps=500))


def rate(backend: Backend, fitness: Callable[[Genome], float], generations: int) -> float:
    """Return how many genomes a second are scored."""
    population = Population.first(GENOMES, 2, 2, seed=1)
    began = time.perf_counter()
    for generation in range(generations):
        backend.evaluate(population, Job.of(fitness, 0, generation))
    return generations * GENOMES / (time.perf_counter() - began)


def alone(
    fitness: Callable[[Genome], float],
    generations: int,
    together: Barrier,
    home: "Connection[Any, Any]",
) -> None:
    """Score in one process that shares nothing, as often as it is told."""
    backend = make_backend(PoolSettings(1, "serial"))
    rate(backend, fitness, 1)
    home.send(None)
    while home.recv():
        together.wait()
        home.send(rate(backend, fitness, generations))


class Independent:
    """Processes that score at the same time and know nothing of one another."""

    def __init__(self, n: int, fitness: Callable[[Genome], float], generations: int) -> None:
        """Start ``n`` of them."""
        context = multiprocessing.get_context("spawn")
        barrier = context.Barrier(n)
        self._ends = []
        for _ in range(n):
            mine, theirs = context.Pipe()
            arguments = (fitness, generations, barrier, theirs)
            context.Process(target=alone, args=arguments).start()
            self._ends.append(mine)
        for end in self._ends:
            end.recv()

    def rate(self) -> float:
        """Return how many genomes a second they score together."""
        for end in self._ends:
            end.send(True)
        return float(sum(end.recv() for end in self._ends))

    def close(self) -> None:
        """End them."""
        for end in self._ends:
            end.send(False)


def scaling(fitness: Callable[[Genome], float], kind: str, rounds: int) -> list[float]:
    """Return, of each round, the speed-up by a second worker over that by a second process."""
    generations = 3
    independent = [Independent(n, fitness, generations) for n in (1, 2)]
    backends = [make_backend(PoolSettings(n, kind, 1, 0)) for n in (1, 2)]
    for backend in backends:
        rate(backend, fitness, 1)
    shares = []
    for round_ in range(rounds):
        possible, reached = [], []
        for processes, backend in zip(independent, backends, strict=True):
            if round_ % 2 == 0:
                possible.append(processes.rate())
            reached.append(rate(backend, fitness, generations))
            if round_ % 2 == 1:
                possible.append(processes.rate())
        shares.append(reached[1] / reached[0] / (possible[1] / possible[0]))
    for processes, backend in zip(independent, backends, strict=True):
        processes.close()
        backend.close()
    return shares


def overheads(generations: int) -> list[float]:
    """Return the milliseconds that each generation of 1,000 genomes took beside its work."""
    population = Population.first(1000, 2, 1, seed=1)
    backend = make_backend(PoolSettings(2, "process", 1, 0))
    taken = []
    for generation in range(generations + 5):
        job = Job.of(nothing, 0, generation)
        began = time.perf_counter()
        backend.evaluate(population, job)
        taken.append(1e3 * (time.perf_counter() - began))
    backend.close()
    return taken[5:]


def private_memory() -> float:
    """Return the MiB of this process that lie in no file and no shared memory."""
    found = re.search(r"^RssAnon:\s+(\d+) kB", Path("/proc/self/status").read_text(), re.MULTILINE)
    assert found is not None
    return int(found.group(1)) / 1024.0


def attach(meta: dict[str, Any], home: "Connection[Any, Any]") -> None:
    """Map a data set, read all of it, and tell what that cost."""
    shm_set_worker_meta(meta)
    before = private_memory()
    began = time.perf_counter()
    data = get_shared_dataset("large")
    taken = time.perf_counter() - began
    total = float(data.sum())
    home.send((1e3 * taken, private_memory() - before, total))


def attached(n_bytes: int) -> list[tuple[float, float, float]]:
    """Return milliseconds, MiB and the sum that each of four processes found."""
    data = np.ones(n_bytes // 8)
    meta = {"large": shm_register_dataset("large", data)}
    wanted = float(data.sum())
    del data
    context = multiprocessing.get_context("spawn")
    ends = []
    for _ in range(4):
        mine, theirs = context.Pipe()
        context.Process(target=attach, args=(meta, theirs)).start()
        ends.append(mine)
    found = [end.recv() for end in ends]
    shm_release_all()
    if any(total != wanted for _, _, total in found):
        raise AssertionError("a process read other data than were registered")
    return found


def measure(options: Options) -> Report:
    """Take every figure."""
    report = Report("parallel", seeds=[0], options=options)
    rounds = 3 if options.quick else 50
    for fitness, kind, goal in (
        (trained, "thread", 0.95),
        (trained, "process", 0.90),
        (counted, "process", 0.90),
    ):
        name = f"{kind}: 2 workers over 1, {fitness.__name__}"
        report.add_samples(name, scaling(fitness, kind, rounds), "of 2 processes", goal)
    taken = overheads(20 if options.quick else 200)
    report.add_samples("overhead of 1,000 genomes", taken, "ms", 8.0, goal_is_minimum=False)
    found = attached(2**27 if options.quick else 2**30)
    size = "128 MiB" if options.quick else "1 GiB"
    slowest, most = max(one[0] for one in found), max(one[1] for one in found)
    report.add(f"{size} mapped, the slowest of 4", slowest, "ms", 20.0, goal_is_minimum=False)
    report.add(f"{size} read, private memory", most, "MiB", 8.0, goal_is_minimum=False)
    return report


if __name__ == "__main__":
    measure(read_options(__doc__)).finish()
