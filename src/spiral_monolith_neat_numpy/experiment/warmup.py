"""Compile or load the kernels that a run needs, before it and not in its midst."""

import contextlib
import gc
import logging
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from spiral_monolith_neat_numpy.evaluation.backprop import (
    BackpropData,
    BackpropSettings,
    FitnessBackprop,
)
from spiral_monolith_neat_numpy.evaluation.environment import usable_cpus
from spiral_monolith_neat_numpy.evolution.neat import ReproPlanaNEATPlus
from spiral_monolith_neat_numpy.genes.plan import MatingPlan
from spiral_monolith_neat_numpy.kernels.breed import deliver
from spiral_monolith_neat_numpy.kernels.forward import run_rows
from spiral_monolith_neat_numpy.kernels.jit import is_loaded, is_warm
from spiral_monolith_neat_numpy.kernels.train import train
from spiral_monolith_neat_numpy.network.prediction import predict
from spiral_monolith_neat_numpy.settings import Settings
from spiral_monolith_neat_numpy.species.mating import plan_mating
from spiral_monolith_neat_numpy.species.sharing import allot_offspring
from spiral_monolith_neat_numpy.variation.breeding import breed

_log = logging.getLogger("spiral_monolith_neat_numpy")

_BREED = f"from {__name__} import breed_once; breed_once()"
_MARK = "_SPIRAL_NEAT_HELPER"  # in the environment of a helper, which starts no other
_PATIENCE_S = 60.0  # more than the rest of breeding ever takes: one that hangs is left
_TICK = 0.05  # seconds between two pauses while the helper is waited for
_GARBAGE = 50_000  # objects between two looks for garbage: a compiler makes millions that stay


def _go_on() -> None:
    pass


def is_quick() -> bool:
    """Return whether ``warm_up`` has nothing to compile."""
    return is_warm(train, deliver, run_rows)


def warm_up(pause: Callable[[], None] = _go_on) -> None:
    """Make what training, breeding and prediction need ready to run in this process.

    In the calling thread, where Ctrl-C ends it; one run leaves the kernels in a cache for all
    later ones. Where they have to be compiled, the log says what the wait is for, and a second
    process, if there is a second processor, compiles what breeding needs.

    Args:
        pause: called now and then between two kernels; what it raises ends the warm-up.
    """
    if is_loaded(train, deliver, run_rows):
        return
    if is_quick():
        _evolve(pause)
        return
    _log.info("compiling kernels for this machine, once: up to a minute ...")
    with _few_collections(), _helper(_BREED, pause) as wait:
        _evolve(pause, wait)


def breed_once() -> None:
    """Compile what breeding needs, and nothing else."""
    neat = _first()
    plan = MatingPlan(np.array([0, 1]), np.array([-1, 2]), np.array([False, False]))
    with _few_collections():
        breed(neat.population, plan, neat.settings, neat.tracker, 0, 1, 4)


def _first() -> ReproPlanaNEATPlus:
    # Every child grows: what splices new genes in is compiled too.
    neat = ReproPlanaNEATPlus(2, 1, 4, rng=0, settings=Settings(p_add_node=1.0))
    neat.parallel_backend = "thread"  # with what threads share their work by
    return neat


def _evolve(pause: Callable[[], None], before_breeding: Callable[[], None] = _go_on) -> None:
    X = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    y = np.array([0, 1, 1, 0])
    neat = _first()
    predict(neat.population[0], X)
    pause()
    fitness = FitnessBackprop(BackpropData(X, y, X, y), BackpropSettings(steps=1))
    neat.evolve(fitness, 1, verbose=False, on_generation=lambda _: pause())
    scores = neat.population.table.fitness
    species = neat.speciate(scores)
    offspring = allot_offspring(species, scores, len(neat.population), neat.settings, 0)
    plan_mating(species, offspring, scores, neat.settings, 0, 0)
    pause()
    before_breeding()
    neat.evolve(fitness, 1, verbose=False, on_generation=lambda _: pause())


@contextlib.contextmanager
def _few_collections() -> Iterator[None]:
    """Look for garbage seldom: of what a compiler makes hardly anything is, and much of it stays.

    This takes a sixth of the time away. The memory that it costs is a tenth more.
    """
    before = gc.get_threshold()
    if 0 < before[0] < _GARBAGE:  # 0: somebody has switched it off
        gc.set_threshold(_GARBAGE, 20, 20)
    try:
        yield
    finally:
        gc.set_threshold(*before)


@contextlib.contextmanager
def _helper(script: str, pause: Callable[[], None]) -> Iterator[Callable[[], None]]:
    """Run a script in another process meanwhile, if there are a processor and a Python for it.

    It fills the cache, nothing depends on it: what it has not compiled, this process will.

    Yields:
        What waits for its end, but not for ever.
    """
    process = _started(script)
    if process is None:
        yield _go_on
        return
    with process:

        def wait() -> None:
            deadline = time.monotonic() + _PATIENCE_S
            while process.poll() is None and time.monotonic() < deadline:
                pause()
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(_TICK)
            if process.returncode != 0:
                _log.debug("the helping process ended with %s", process.returncode)

        try:
            yield wait
        finally:
            process.kill()


def _started(script: str) -> "subprocess.Popen[bytes] | None":
    """Return a process that runs the script, or None where there is no Python to run it.

    Of a frozen program, and where Python is embedded, ``sys.executable`` is something else.
    """
    is_python = "python" in Path(sys.executable or "").name.lower()
    if usable_cpus() < 2 or not is_python or hasattr(sys, "frozen") or _MARK in os.environ:
        return None
    command, quiet = [sys.executable, "-P", "-c", script], subprocess.DEVNULL
    environment = {**os.environ, _MARK: "1"}
    try:
        return subprocess.Popen(command, stdin=quiet, stdout=quiet, stderr=quiet, env=environment)
    except OSError as error:
        _log.debug("no helping process: %s", error)
        return None
