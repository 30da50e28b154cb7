"""Small runs for the tests of evolution, and what tells two of them apart."""

import hashlib
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from spiral_monolith_neat_numpy.evaluation.backprop import (
    BackpropData,
    BackpropSettings,
    FitnessBackprop,
)
from spiral_monolith_neat_numpy.evaluation.context import EvaluationContext
from spiral_monolith_neat_numpy.evolution.neat import ReproPlanaNEATPlus
from spiral_monolith_neat_numpy.evolution.run_settings import EvalMode
from spiral_monolith_neat_numpy.genes.genome import Genome
from spiral_monolith_neat_numpy.genes.population import Population
from spiral_monolith_neat_numpy.network.genome_network import compile_genome
from spiral_monolith_neat_numpy.settings import Settings

VANILLA = EvalMode()
PENALISED = EvalMode(vanilla=False)
GROWING = Settings(p_add_node=0.3, p_add_connection=0.4, p_mutate_weights=0.5)

_rng = np.random.default_rng(5)
X = _rng.uniform(-1.0, 1.0, (96, 2))
y = (X[:, 0] * X[:, 1] > 0.0).astype(np.int64)
DATA = BackpropData(X[:64], y[:64], X[64:], y[64:])


def make_neat(pop: int = 12, seed: int = 3, settings: Settings = GROWING) -> ReproPlanaNEATPlus:
    neat = ReproPlanaNEATPlus(2, 1, pop, rng=seed, settings=settings)
    neat.parallel_backend = "serial"
    return neat


def gradient(**changes: Any) -> FitnessBackprop:
    return FitnessBackprop(DATA, replace(BackpropSettings(steps=6, lr=0.05), **changes))


def closeness(genome: Genome) -> float:
    """Higher the nearer the network's output comes to the labels; never trains."""
    return float(1.0 - np.abs(compile_genome(genome).activate(X)[:, 0] - y).mean())


def shaking(genome: Genome, context: EvaluationContext) -> float:
    """Change every weight from the genome's own stream, then score."""
    genome.genes.edge_weight[:] += context.rng().normal(0.0, 0.1, genome.genes.n_edges)
    return closeness(genome)


def size(genome: Genome) -> float:
    return float(genome.n_hidden + genome.n_enabled)


def flat(genome: Genome) -> float:
    return 1.0


def nan(genome: Genome) -> float:
    return float("nan")


class FailsAt:
    """Scores as ``closeness`` until a generation; then raises ``error`` on one genome."""

    def __init__(self, generation: int, error: BaseException, index: int = 4) -> None:
        self.generation, self.error, self.index = generation, error, index
        self.seen: list[int] = []

    def __call__(self, genome: Genome, context: EvaluationContext) -> float:
        if context.generation == self.generation:
            self.seen.append(genome.id)
            genome.genes.edge_weight[:] = 77.0
            if len(self.seen) > self.index:
                raise self.error
        return closeness(genome)


def bits(population: Population) -> str:
    """Return a hash of all genes and of the table."""
    mark = hashlib.sha256()
    for array in (*population.genes.arrays(), *population.table.arrays()):
        mark.update(array.tobytes())
    return mark.hexdigest()


def trace(neat: ReproPlanaNEATPlus, fitness: Callable[..., Any], n: int = 4) -> dict[str, Any]:
    """Evolve, and return all that must not depend on how it was computed."""
    best, history = neat.evolve(fitness, n, verbose=False)
    return {
        "history": history,
        "best": bits(Population.from_genomes([best])),
        "population": bits(neat.population),
        "records": [replace(record, seconds=0.0) for record in neat.records],
        "ids": neat.best_ids,
        "snapshots": bits(Population.from_genomes(neat.snapshots_genomes)),
        "scars": neat.snapshots_scars,
    }
