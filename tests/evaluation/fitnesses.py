"""Fitness functions that worker processes can import."""

import os

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


def die_on_four(genome: Genome) -> float:
    if genome.id == 4:
        os._exit(3)
    return 0.0


class Offset:
    """A fitness with a setting, as a picklable object."""

    def __init__(self, offset: float) -> None:
        self.offset = offset

    def __call__(self, genome: Genome) -> float:
        return self.offset + genome.id
