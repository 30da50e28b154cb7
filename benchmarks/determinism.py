"""One seed, one result: history, last population and champion, bit for bit, wherever it runs.

Every place gets the same seeds; the digest of a place is over all that its runs found. Two
fitnesses: the gradient one on spirals, as the experiment runs it, and a plain Python function
that draws random numbers and changes weights. Every place must give the digest of the first
one, and no two seeds may give the same.

    python benchmarks/determinism.py [--quick] [--json FILE]
"""

import hashlib
import multiprocessing
import os
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, fields
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
FITNESSES = ("gradient", "plain Python")


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


class OneByOne:
    """The gradient fitness without its call for a whole population, so that processes get it."""

    def __init__(self, fitness: FitnessBackprop) -> None:
        """Wrap ``fitness``."""
        self._fitness = fitness

    def __call__(self, genome: Genome, context: EvaluationContext) -> float:
        """Train and score a genome."""
        return self._fitness(genome, context)


@dataclass(frozen=True)
class Place:
    """Where genomes are scored.

    Attributes:
        backend: "serial", "thread" or "process".
        workers: threads or processes.
        start_method: how processes start.
        again: no other place than the same without it, but once more.
        afresh: the whole run is in a process of its own.
    """

    backend: str
    workers: int = 1
    start_method: str = "spawn"
    again: bool = False
    afresh: bool = False

    def __str__(self) -> str:
        """Return a name for the table."""
        if self.backend == "process":
            return f"{self.workers} processes by {self.start_method}"
        if self.backend == "thread":
            return f"{self.workers} thread{'s' * (self.workers > 1)}"
        more = ", again" if self.again else ", another process" if self.afresh else ""
        return f"{self.backend}{more}"


def places() -> list[Place]:
    """Return every place that this system has; the first one sets what the others must give."""
    methods = [one for one in ("spawn", "fork") if one in available_start_methods()]
    return [
        Place("serial"),
        Place("serial", again=True),
        Place("serial", afresh=True),
        *(Place("thread", workers) for workers in (1, 2, 3)),
        *(Place("process", 2, method) for method in methods),
    ]


def run(fitness: str, seed: int, gens: int, place: Place) -> str:
    """Return the digest of one run: history, last population and champion."""
    os.environ["NEAT_PROCESS_START_METHOD"] = place.start_method
    score: Any = shaken
    if fitness == "gradient":
        config = ExperimentConfig("spiral", gens=gens, pop=64, steps=40, seed=seed)
        neat, score = build(config, load_task("spiral", seed))
        score = OneByOne(score) if place.backend == "process" else score
    else:
        neat = ReproPlanaNEATPlus(2, 1, 64, rng=seed)
    neat.parallel_backend, neat.eval_workers = place.backend, place.workers
    neat.pool_keepalive = 1  # the same processes for all generations
    best, history = neat.evolve(score, gens, verbose=False)
    neat._close_pool()
    found = hashlib.sha256(np.array(history).tobytes())
    for population in (neat.population, Population.from_genomes([best])):
        columns = (getattr(population.table, field.name) for field in fields(population.table))
        for array in (*columns, *population.genes.arrays()):
            found.update(np.ascontiguousarray(array).tobytes())
    return found.hexdigest()


def run_at(fitness: str, seed: int, gens: int, place: Place) -> str:
    """Return the digest of one run, in a new process if the place asks for it."""
    if not place.afresh:
        return run(fitness, seed, gens, place)
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=context) as executor:
        return executor.submit(run, fitness, seed, gens, place).result()


def measure(options: Options) -> Report:
    """Run every seed at every place."""
    seeds = range(2) if options.quick else range(5)
    gens = 5 if options.quick else 20
    report = Report("determinism", seeds=seeds, options=options)
    for fitness in FITNESSES:
        first: list[str] = []
        agreeing = 0
        for place in places():
            digests = [run_at(fitness, seed, gens, place) for seed in seeds]
            whole = hashlib.sha256("".join(digests).encode()).hexdigest()[:12]
            first = first or digests
            agreeing += digests == first
            report.add(f"{fitness}, {place}", whole)
        report.add(f"{fitness}: places that agree", agreeing, "", len(places()))
        report.add(f"{fitness}: different results", len(set(first)), "", len(seeds))
    return report


if __name__ == "__main__":
    measure(read_options(__doc__)).finish()
