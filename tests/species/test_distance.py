"""The distance of two genomes, as users call it."""

import numpy as np
import pytest
from hypothesis import given
from tests import reference
from tests.genes.strategies import genomes

from spiral_monolith_neat_numpy.genes.genome import ConnectionGene, Genome
from spiral_monolith_neat_numpy.genes.population import Population
from spiral_monolith_neat_numpy.species.distance import compatibility_distance


def weights_of(genome: Genome) -> dict[int, float]:
    return {i: gene.weight for i, gene in genome.connections.items()}


@given(genomes(), genomes())
def test_distance_is_symmetric_and_zero_on_itself(a: Genome, b: Genome) -> None:
    assert compatibility_distance(a, b) == compatibility_distance(b, a) >= 0.0
    assert compatibility_distance(a, a.copy()) == 0.0


@given(genomes(), genomes())
def test_distance_equals_its_twin(a: Genome, b: Genome) -> None:
    for genome in (a, b):
        np.clip(genome.genes.edge_weight, -1e3, 1e3, out=genome.genes.edge_weight)
    found = compatibility_distance(a, b, 2.0, 3.0, 0.5, 5)
    wanted = reference.distance(weights_of(a), weights_of(b), 2.0, 3.0, 0.5, 5)
    assert found == pytest.approx(wanted)


def test_first_genomes_differ_by_their_weights_alone() -> None:
    a, b = Population.first(2, 3, 1, seed=5)
    gap = np.abs(a.genes.edge_weight - b.genes.edge_weight).mean()
    assert compatibility_distance(a, b) == pytest.approx(0.4 * gap)


def test_a_disabled_connection_counts_as_an_enabled_one() -> None:
    a, b = Population.first(2, 2, 1, sigma=0.0)
    b.connections[0].enabled = False
    assert compatibility_distance(a, b) == 0.0
    del b.connections[1]
    assert compatibility_distance(a, b) == 1.0
    assert compatibility_distance(a, b, normalise_above=2) == 0.5


@pytest.mark.parametrize(
    ("name", "value"),
    [("c_excess", -1.0), ("c_disjoint", -0.1), ("c_weight", -2), ("normalise_above", -1)],
)
def test_a_wrong_coefficient_is_named(name: str, value: float) -> None:
    with pytest.raises(ValueError, match=f"{name} must be >= 0"):
        compatibility_distance(Genome(), Genome(), **{name: value})  # type: ignore[arg-type]


def test_only_genomes_have_a_distance() -> None:
    with pytest.raises(TypeError, match="b must be a Genome, got ConnectionGene"):
        compatibility_distance(Genome(), ConnectionGene(0, 1, 0.5))  # type: ignore[arg-type]
