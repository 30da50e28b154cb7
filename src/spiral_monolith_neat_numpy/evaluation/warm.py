"""Have the kernels that a fitness is likely to need compiled, or loaded, before it is timed."""

import functools

import numpy as np

from spiral_monolith_neat_numpy.evaluation.backprop import (
    BackpropData,
    BackpropSettings,
    FitnessBackprop,
)
from spiral_monolith_neat_numpy.evaluation.gradient_fitness import GradientFitness
from spiral_monolith_neat_numpy.genes.population import Population
from spiral_monolith_neat_numpy.interrupts import held_back
from spiral_monolith_neat_numpy.network.genome_network import compile_genome


def warm_up(fitness: object) -> None:
    """Run a small network, and train one if ``fitness`` does.

    In the parent before workers start, so that one process compiles and the others find it in the
    cache; in a worker before it is handed genomes, whose time is limited. Once in a process.
    """
    with held_back():  # an exception between compiled code and Python is a SystemError
        _warm_up(trains=isinstance(fitness, GradientFitness))


@functools.cache
def _warm_up(*, trains: bool) -> None:
    genome = Population.first(1, 2, 1)[0]
    X, y = np.eye(2), np.array([0, 1])
    compile_genome(genome).activate(X)
    if trains:
        FitnessBackprop(BackpropData(X, y, X, y), BackpropSettings(steps=1))(genome)
