"""Portions: everything handed out once, the costly first, little at the end."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from spiral_monolith_neat_numpy.evaluation.chunks import Portions, estimated_costs
from spiral_monolith_neat_numpy.genes.population import Population

costs = st.lists(st.floats(0.5, 1e6), min_size=1, max_size=300).map(np.array)
workers = st.integers(1, 9)


def all_of(portions: Portions) -> list[list[int]]:
    found = []
    while len(portions):
        found.append(portions.take().tolist())
    assert portions.take().size == 0
    return found


@given(costs=costs, workers=workers)
def test_every_genome_is_handed_out_once_and_the_costly_first(
    costs: "np.ndarray[tuple[int], np.dtype[np.float64]]", workers: int
) -> None:
    found = all_of(Portions(costs, workers))
    assert min(len(portion) for portion in found) >= 1
    order = [index for portion in found for index in portion]
    assert sorted(order) == list(range(costs.size))
    assert (np.diff(costs[order]) <= 0).all()


@given(costs=costs, workers=workers)
def test_no_portion_is_more_than_its_share_unless_it_is_one_genome(
    costs: "np.ndarray[tuple[int], np.dtype[np.float64]]", workers: int
) -> None:
    left = total = costs.sum()
    for portion in all_of(Portions(costs, workers)):
        cost = costs[portion].sum()
        most = max(left / 3, total / 64) / workers
        assert len(portion) == 1 or cost <= most * (1 + 1e-9)
        left -= cost


@given(n=st.integers(1, 5000), workers=workers)
def test_the_number_of_portions_has_a_limit_however_many_genomes(n: int, workers: int) -> None:
    assert len(all_of(Portions(np.ones(n), workers))) <= 2 * 64 * workers


def test_a_large_genome_goes_alone_and_first() -> None:
    portions = Portions(np.array([1.0, 1.0, 500.0, 1.0]), 2)
    assert portions.take().tolist() == [2]


@given(costs=costs, workers=workers, data=st.data())
def test_what_comes_back_is_handed_out_next_and_what_is_dropped_never(
    costs: "np.ndarray[tuple[int], np.dtype[np.float64]]", workers: int, data: st.DataObject
) -> None:
    portions = Portions(costs, workers)
    first = portions.take().tolist()
    portions.put_back(first)
    assert portions.take().tolist() == first
    portions.put_back(first)
    limit = data.draw(st.integers(0, costs.size))
    portions.drop_above(limit)
    left = [index for portion in all_of(portions) for index in portion]
    assert sorted(left) == list(range(limit))


def test_costs_grow_with_the_genes() -> None:
    small, large = Population.first(2, 1, 1), Population.first(2, 9, 9)
    assert (estimated_costs(small) == 13.0).all()
    assert (estimated_costs(large) == 18 + 81 + 10.0).all()
