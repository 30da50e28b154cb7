"""Compile or load the kernels that a run needs, before it and not in its midst."""

import logging
from collections.abc import Callable

import numpy as np

from spiral_monolith_neat_numpy.evaluation.backprop import (
    BackpropData,
    BackpropSettings,
    FitnessBackprop,
)
from spiral_monolith_neat_numpy.evolution.neat import ReproPlanaNEATPlus
from spiral_monolith_neat_numpy.kernels.breed import deliver
from spiral_monolith_neat_numpy.kernels.forward import run_rows
from spiral_monolith_neat_numpy.kernels.jit import is_loaded, is_warm
from spiral_monolith_neat_numpy.kernels.train import train
from spiral_monolith_neat_numpy.network.prediction import predict
from spiral_monolith_neat_numpy.settings import Settings

_log = logging.getLogger("spiral_monolith_neat_numpy")


def _go_on() -> None:
    pass


def is_quick() -> bool:
    """Return whether ``warm_up`` has nothing to compile."""
    return is_warm(train, deliver, run_rows)


def warm_up(pause: Callable[[], None] = _go_on) -> None:
    """Make what training, breeding and prediction need ready to run in this process.

    In the calling thread, where Ctrl-C ends it; one run leaves the kernels in a cache for all
    later ones. Where they have to be compiled, the log says what the wait is for.

    Args:
        pause: called now and then between two kernels; what it raises ends the warm-up.
    """
    if is_loaded(train, deliver, run_rows):
        return
    if not is_quick():
        _log.info("compiling kernels for this machine, once: up to a minute ...")
    X = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    y = np.array([0, 1, 1, 0])
    # Every child grows: what splices new genes in is compiled too.
    neat = ReproPlanaNEATPlus(2, 1, 4, rng=0, settings=Settings(p_add_node=1.0))
    neat.parallel_backend = "serial"
    predict(neat.population[0], X)
    pause()
    fitness = FitnessBackprop(BackpropData(X, y, X, y), BackpropSettings(steps=1))
    neat.evolve(fitness, 2, verbose=False, on_generation=lambda _: pause())
