"""Fitness functions that worker processes can import."""

import os
import signal
import threading
import time
from pathlib import Path
from typing import Any

import numpy as np

from spiral_monolith_neat_numpy.evaluation.context import EvaluationContext
from spiral_monolith_neat_numpy.evaluation.shared import get_shared_dataset
from spiral_monolith_neat_numpy.genes.genome import Genome, NodeGene


def weight_sum(genome: Genome) -> float:
    return float(genome.genes.edge_weight.sum())


def train(genome: Genome, context: EvaluationContext) -> np.float64:
    """Set everything that a fitness may set, from the genome's own stream."""
    rng = context.rng()
    for gene in genome.connections.values():
        gene.weight += rng.normal()
        gene.enabled = bool(rng.random() < 0.5)
    for node in genome.nodes.values():
        node.bias = rng.normal()
    genome.nodes[max(genome.nodes)].activation = "sine"
    genome.sex = "female" if rng.random() < 0.5 else "male"
    genome.hybrid_scale = rng.random()
    return np.float64(genome.genes.edge_weight.sum() + context.generation)


def zero_sign(genome: Genome) -> float:
    genome.nodes[0].bias = -0.0
    return 0.0


def nan_for_odd_ids(genome: Genome) -> float:
    return float("nan") if genome.id % 2 else float("inf")


class NeedsTwoError(Exception):
    """Pickles, but does not load: ``args`` holds one value."""

    def __init__(self, one: int, two: int) -> None:
        super().__init__(f"{one} and {two}")


def fail_from_five(genome: Genome) -> float:
    if genome.id >= 5:
        raise KeyError(f"no luck with {genome.id}")
    return 0.0


def fail_unpicklably(genome: Genome) -> float:
    raise NeedsTwoError(1, 2)


def grow(genome: Genome) -> float:
    if genome.id == 3:
        genome.nodes[99] = NodeGene(99, "hidden")
    return 0.0


def return_none(genome: Genome) -> None:
    return None


def return_text(genome: Genome) -> str:
    return "good"


def return_flag(genome: Genome) -> bool:
    return True


def return_vector(genome: Genome) -> object:
    return np.ones(3)


def return_complex(genome: Genome) -> complex:
    return 1j


def shared_total(genome: Genome) -> float:
    return float(get_shared_dataset("X").sum()) + genome.id


def process_id(genome: Genome) -> int:
    return os.getpid()


def thread_limits(genome: Genome) -> int:
    import threadpoolctl

    return max((pool["num_threads"] for pool in threadpoolctl.threadpool_info()), default=1)


def blas_variable(genome: Genome) -> int:
    return int(os.environ["OMP_NUM_THREADS"])


def exit_from_five(genome: Genome) -> float:
    if genome.id >= 5:
        raise SystemExit(genome.id)
    return 0.0


def interrupt_from_five(genome: Genome) -> float:
    if genome.id >= 5:
        raise KeyboardInterrupt
    return 0.0


class SpeechlessError(Exception):
    def __str__(self) -> str:
        raise ValueError("no words")


def fail_speechlessly(genome: Genome) -> float:
    raise SpeechlessError


class LeavesThreads:
    """Leaves threads running that keep their process alive."""

    def __init__(self) -> None:
        self.has_left = False

    def __call__(self, genome: Genome) -> float:
        if not self.has_left:
            threading.Thread(target=time.sleep, args=(600.0,), daemon=False).start()
            self.has_left = True
        return float(genome.id)


def die_on_four(genome: Genome) -> float:
    if genome.id == 4:
        os._exit(3)
    return 0.0


class Offset:
    """A fitness with a setting, as a picklable object."""

    def __init__(self, offset: float, ballast: str = "") -> None:
        self.offset, self.ballast = offset, ballast

    def __call__(self, genome: Genome) -> float:
        return self.offset + genome.id


def slow_process_id(genome: Genome) -> int:
    time.sleep(0.01)
    return os.getpid()


def flat(genome: Genome) -> float:
    return 1.0


class Dying:
    """As ``train``, but its process is killed in the midst of one genome, so many times."""

    def __init__(self, marks: Path, times: int, genome_id: int = 4) -> None:
        self.marks, self.times, self.genome_id = marks, times, genome_id

    def __call__(self, genome: Genome, context: EvaluationContext) -> float:
        score = train(genome, context)
        if genome.id == self.genome_id:
            n = len(list(self.marks.iterdir()))
            if n < self.times:
                (self.marks / str(n)).touch()
                os.kill(os.getpid(), signal.SIGKILL)
        return float(score)


class Slow:
    """As ``train``, but takes its time on one genome."""

    def __init__(self, seconds: float, genome_id: int = 4) -> None:
        self.seconds, self.genome_id = seconds, genome_id

    def __call__(self, genome: Genome, context: EvaluationContext) -> float:
        score = train(genome, context)
        if genome.id == self.genome_id:
            time.sleep(self.seconds)
        return float(score)


class Unloadable:
    """Pickles, but no other process can make anything of it."""

    def __reduce__(self) -> tuple[Any, ...]:
        return (_only_in, (os.getpid(),))

    def __call__(self, genome: Genome) -> float:
        return float(genome.id)


def _only_in(pid: int) -> Unloadable:
    if os.getpid() != pid:
        raise RuntimeError("made elsewhere")
    return Unloadable()


def die(genome: Genome) -> float:
    os._exit(3)


class DiesWhenLoaded:
    """Ends the process that unpickles it."""

    def __reduce__(self) -> tuple[Any, ...]:
        return (os._exit, (7,))

    def __call__(self, genome: Genome) -> float:
        return 0.0
