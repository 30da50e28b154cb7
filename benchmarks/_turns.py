"""What the sides of ``peers.py`` share: taking turns, our generations, the plain fitness."""

import gc
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np

from spiral_monolith_neat_numpy import ReproPlanaNEATPlus, Settings

T = TypeVar("T")
Activate = Callable[[Any], Any]  # one sample's inputs to its outputs
Cases = Sequence[tuple[Any, float]]

RATES = Settings(
    threshold_control="step",
    refocus_species=0,
    p_add_connection=0.2,
    p_add_node=0.2,
    p_remove_connection=0.75,
    p_remove_node=0.3,
    p_mutate_weights=0.9,
    p_replace_weight=1 / 9,
    weight_sigma=0.5,
    weight_clip=30.0,
    p_mutate_bias=0.8,
    bias_sigma=0.5,
    p_toggle=0.04,  # of a genome; neat-python 0.005 of each connection
    p_crossover=1.0,
    p_interspecies=0.0,
    survival_fraction=0.2,
    stagnation_generations=20,
    c_weight=0.5,
    normalise_above=0,
    hidden_activation="steep_sigmoid",
    activation_options=("steep_sigmoid",),
)


@dataclass(frozen=True)
class Run:
    """Generations of one library, and what stood at their end.

    Attributes:
        first_s: seconds until the first population was there.
        seconds: of the generations after that.
        scored: genomes scored.
        n_hidden: mean number of hidden nodes in the last population.
        n_connections: mean number of connection genes in it, disabled ones included.
        n_species: mean number of species over the generations.
    """

    first_s: float
    seconds: float
    scored: int
    n_hidden: float
    n_connections: float
    n_species: float

    @property
    def speed(self) -> float:
        """Genomes per second."""
        return self.scored / self.seconds


def xor_closeness(activate: Activate, cases: Cases) -> float:
    """Return 4 less the squared errors: the plain Python fitness of both sides."""
    left = 4.0
    for inputs, wanted in cases:
        error = activate(inputs)[0] - wanted
        left -= error * error
    return left


def in_turn(sides: dict[str, Callable[[int], T]], repeats: int) -> dict[str, list[T]]:
    """Return what each side gave with each seed; the sides take turns, seed after seed."""
    found: dict[str, list[T]] = {name: [] for name in sides}
    for seed in range(repeats):
        for name, run in sides.items():
            gc.collect()
            found[name].append(run(seed))
    return found


def median(values: Sequence[float]) -> float:
    """Return the median as a plain number."""
    return float(np.median(values))


def ours(num_inputs: int, size: int, seed: int, threads: int = 1) -> ReproPlanaNEATPlus:
    """Return a first population that is going to evolve at ``RATES``."""
    neat = ReproPlanaNEATPlus(num_inputs, 1, size, seed, "steep_sigmoid", RATES)
    neat.species_target_mode = "fixed"
    neat.parallel_backend = "serial" if threads == 1 else "thread"
    neat.eval_workers = threads
    return neat


def evolve_xor(fitness: Any, size: int, gens: int, seed: int, threads: int = 1) -> Run:
    """Run generations of XOR."""
    started = time.perf_counter()
    neat = ours(2, size, seed, threads)
    first = time.perf_counter()
    neat.evolve(fitness, gens, verbose=False)
    ended = time.perf_counter()
    population = neat.population
    return Run(
        first - started,
        ended - first,
        neat.records[-1].evaluations,
        float(population.n_hidden().mean()),
        population.genes.n_edges / len(population),
        float(np.mean([record.n_species for record in neat.records])),
    )
