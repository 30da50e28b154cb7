"""One seed, one result: the same history and champion, bit for bit, wherever it runs.

The grid is places x fitnesses. Places: one thread; 1 to 3 threads; processes of the user's own
executor; 1 to 3 worker processes by each start method, kept alive or started for each generation.
Fitnesses: the gradient one on spirals with inherited weights or without, with noise on its inputs
or without, and a plain Python function that draws random numbers and changes weights. The digest
of a place is over all that its runs found. Every place must give the digest of the first one, and
no two seeds may give the same. ``--quick`` takes each value of the grid at least once.

    python benchmarks/determinism.py [--quick] [--json FILE]
"""

import hashlib
import multiprocessing
import os
from collections.abc import Iterator
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np

from spiral_monolith_neat_numpy import (
    EvaluationContext,
    FitnessBackprop,
    Genome,
    Population,
    ReproPlanaNEATPlus,
    compile_genome,
    make_xor,
)
from spiral_monolith_neat_numpy.evaluation.environment import available_start_methods
from spiral_monolith_neat_numpy.experiment.config import ExperimentConfig
from spiral_monolith_neat_numpy.experiment.run import build
from spiral_monolith_neat_numpy.tasks.registry import load_task

from harness import Options, Report, read_options

_X, _Y = make_xor(64, noise=0.05, seed=0)


def shaken(genome: Genome, context: EvaluationContext) -> float:
    """Return how well xor is met; a random change of the weights is kept if it helps."""
    before = _closeness(genome)
    rng = context.rng()
    weights = {number: gene.weight for number, gene in genome.connections.items()}
    for gene in genome.connections.values():
        gene.weight += 0.3 * rng.normal()
    after = _closeness(genome)
    if after >= before:
        return after
    for number, weight in weights.items():
        genome.connections[number].weight = weight
    return before


def _closeness(genome: Genome) -> float:
    found = compile_genome(genome).activate(_X)[:, 0]
    return -float(np.mean(np.square(found - _Y)))


@dataclass(frozen=True)
class Work:
    """What is evolved.

    Attributes:
        inheritance: of the gradient fitness; "": the plain Python function instead.
        noise_std: of the noise on the inputs of training.
    """

    inheritance: str = ""
    noise_std: float = 0.0

    def __str__(self) -> str:
        """Return a name for the table."""
        if not self.inheritance:
            return "plain Python"
        return f"{self.inheritance}{', noise' if self.noise_std else ''}"


@dataclass(frozen=True)
class Place:
    """Where genomes are scored.

    Attributes:
        backend: "serial", "thread", "process" or "executor".
        workers: threads or processes.
        start_method: how processes start.
        keepalive: whether processes live across generations.
        again: no other place than the same without it, but once more.
        afresh: the whole run is in a process of its own.
    """

    backend: str
    workers: int = 1
    start_method: str = "spawn"
    keepalive: bool = True
    again: bool = False
    afresh: bool = False

    def __str__(self) -> str:
        """Return a name for the table."""
        if self.backend == "process":
            kept = "" if self.keepalive else ", not kept"
            return f"{self.workers} by {self.start_method}{kept}"
        if self.backend == "executor":
            return f"{self.workers} of an executor"
        if self.backend == "thread":
            return f"{self.workers} thread{'s' * (self.workers > 1)}"
        more = ", again" if self.again else ", another process" if self.afresh else ""
        return f"{self.backend}{more}"


def works() -> list[Work]:
    """Return every fitness of the grid."""
    return [
        *(Work(how, noise) for how in ("lamarckian", "baldwinian") for noise in (0.0, 0.05)),
        Work(),
    ]


def places(*, quick: bool) -> list[Place]:
    """Return the places that this system has; the first one sets what the others must give."""
    methods = available_start_methods()
    first = [Place("serial"), Place("serial", again=True), Place("serial", afresh=True)]
    if quick:
        pairs = zip(methods, (2, 3, 1), (True, False, True), strict=False)
        return [
            *first[:2],
            Place("thread", 2),
            Place("executor", 2, methods[1 % len(methods)]),  # fork, where it is there
            *(Place("process", workers, method, kept) for method, workers, kept in pairs),
        ]
    return [
        *first,
        *(Place(backend, n) for backend in ("thread", "executor") for n in (1, 2, 3)),
        *(
            Place("process", n, method, kept)
            for method in methods
            for n in (1, 2, 3)
            for kept in (True, False)
        ),
    ]


@contextmanager
def opened(place: Place) -> Iterator[str | Executor]:
    """Yield what ``parallel_backend`` is set to."""
    if place.backend != "executor":
        yield place.backend
        return
    context = multiprocessing.get_context(place.start_method)
    with ProcessPoolExecutor(place.workers, mp_context=context) as executor:
        yield executor


def run(work: Work, seed: int, gens: int, place: Place) -> str:
    """Return the digest of one run: history, last population and champion."""
    os.environ["NEAT_PROCESS_START_METHOD"] = place.start_method
    score: Any = shaken
    if work.inheritance:
        config = ExperimentConfig("spiral", gens=gens, pop=64, steps=40, seed=seed)
        neat, score = build(config, load_task("spiral", seed))
        settings = replace(score.settings, inheritance=work.inheritance)
        score = FitnessBackprop(score.data, settings)
    else:
        neat = ReproPlanaNEATPlus(2, 1, 64, rng=seed)
    with opened(place) as backend:
        neat.parallel_backend, neat.eval_workers = backend, place.workers
        neat.pool_keepalive = int(place.keepalive)
        schedule = {"noise_std": work.noise_std} if work.inheritance else {}
        best, history = neat.evolve(
            score, gens, verbose=False, env_schedule=lambda generation, context: schedule
        )
        neat._close_pool()
    found = hashlib.sha256(np.array(history).tobytes())
    for population in (neat.population, Population.from_genomes([best])):
        columns = (getattr(population.table, field.name) for field in fields(population.table))
        for array in (*columns, *population.genes.arrays()):
            found.update(np.ascontiguousarray(array).tobytes())
    return found.hexdigest()


def run_at(work: Work, seed: int, gens: int, place: Place) -> str:
    """Return the digest of one run, in a new process if the place asks for it."""
    if not place.afresh:
        return run(work, seed, gens, place)
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=context) as executor:
        return executor.submit(run, work, seed, gens, place).result()


def measure(options: Options) -> Report:
    """Run every seed at every place."""
    seeds = range(2)
    gens = 2 if options.quick else 6
    report = Report("determinism", seeds=seeds, options=options)
    grid = places(quick=options.quick)
    for work in works():
        first: list[str] = []
        agreeing = 0
        for place in grid:
            digests = [run_at(work, seed, gens, place) for seed in seeds]
            whole = hashlib.sha256("".join(digests).encode()).hexdigest()[:12]
            first = first or digests
            agreeing += digests == first
            report.add(f"{work}, {place}", whole)
        report.add(f"{work}: places that agree", agreeing, "", len(grid))
        report.add(f"{work}: different results", len(set(first)), "", len(seeds))
    return report


if __name__ == "__main__":
    measure(read_options(__doc__)).finish()
