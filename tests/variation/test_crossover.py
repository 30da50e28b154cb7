"""Crossover of a whole population: structure of the fitter parent, genes of both."""

import numpy as np
import pytest

from spiral_monolith_neat_numpy.genes.genome import ConnectionGene, Genome, NodeGene
from spiral_monolith_neat_numpy.genes.plan import MatingPlan
from spiral_monolith_neat_numpy.genes.population import Population
from spiral_monolith_neat_numpy.genes.streams import start_streams
from spiral_monolith_neat_numpy.seeding import Purpose
from spiral_monolith_neat_numpy.variation.crossover import cross


def make_parents(*fitnesses: float) -> Population:
    """Return a small and a large genome with one connection in common."""
    small, large = Genome(1), Genome(2)
    for genome in (small, large):
        genome.nodes[0] = NodeGene(0, "input")
        genome.nodes[1] = NodeGene(1, "output", activation="sigmoid")
    large.nodes[2] = NodeGene(2, "hidden", 0.5)
    small.connections[0] = ConnectionGene(0, 1, -1.0)
    large.connections[0] = ConnectionGene(0, 1, 1.0)
    large.connections[1] = ConnectionGene(0, 2, 3.0, innovation=1)
    large.connections[2] = ConnectionGene(2, 1, 4.0, innovation=2)
    parents = Population.from_genomes([small, large])
    parents.table.fitness[:] = fitnesses
    return parents


def run_cross(parents: Population, n: int) -> tuple[list[int], set[float]]:
    """Return the base of each of n children, and the weights of their common connection."""
    plan = MatingPlan(np.zeros(n, int), np.ones(n, int), np.zeros(n, bool))
    streams = start_streams(0, Purpose.INHERIT, 0, np.arange(n))
    packed, base = cross(parents, plan, 0.75, streams)
    children = [packed.part(k) for k in range(n)]
    for child, place in zip(children, base.tolist(), strict=True):
        parent = parents[place].genes
        assert child.node_id.tolist() == parent.node_id.tolist()
        assert child.edge_innovation.tolist() == parent.edge_innovation.tolist()
        assert child.edge_weight[1:].tolist() == parent.edge_weight[1:].tolist()
    return base.tolist(), {float(child.edge_weight[0]) for child in children}


@pytest.mark.parametrize(
    ("fitnesses", "base"),
    [
        ((1.0, 2.0), 1),
        ((2.0, 1.0), 0),
        ((1.0, 1.0), 0),
        ((-9.0, np.nan), 0),
        ((np.nan, -9.0), 1),
        ((np.nan, np.nan), 0),
    ],
)
def test_the_fitter_parent_lends_structure_and_of_equals_the_smaller(
    fitnesses: tuple[float, float], base: int
) -> None:
    bases, weights = run_cross(make_parents(*fitnesses), 30)
    assert bases == [base] * 30
    assert weights == {-1.0, 1.0}


def test_parents_stay_as_they_were() -> None:
    parents = make_parents(1.0, 2.0)
    before = parents.genes.copy()
    run_cross(parents, 10)
    assert parents.genes == before
