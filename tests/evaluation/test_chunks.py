"""Portions: everything handed out once, the costly first, little at the end."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from spiral_monolith_neat_numpy.arrays import FloatArray
from spiral_monolith_neat_numpy.evaluation.chunks import Portions, estimated_costs
from spiral_monolith_neat_numpy.genes.population import Population

some_costs = st.lists(st.floats(0.5, 1e6), min_size=1, max_size=300).map(np.array)
some_workers = st.integers(1, 9)


def portions_of(costs: FloatArray, workers: int) -> Portions:
    return Portions(costs, workers, np.full(costs.size, -1))


def all_of(portions: Portions) -> list[list[int]]:
    found = []
    while len(portions):
        n = len(portions)
        begin, end = portions.take()
        assert len(portions) == n - (end - begin)
        found.append(portions.genomes((begin, end)))
    return found


@given(costs=some_costs, workers=some_workers)
def test_every_genome_is_handed_out_once_and_the_costly_first(
    costs: FloatArray, workers: int
) -> None:
    found = all_of(portions_of(costs, workers))
    assert min(len(portion) for portion in found) >= 1
    order = [index for portion in found for index in portion]
    assert sorted(order) == list(range(costs.size))
    assert (np.diff(costs[order]) <= 0).all()


@given(costs=some_costs, workers=some_workers)
def test_no_portion_is_more_than_its_share_unless_it_is_one_genome(
    costs: FloatArray, workers: int
) -> None:
    left = total = costs.sum()
    for portion in all_of(portions_of(costs, workers)):
        cost = costs[portion].sum()
        most = max(left / 3, total / 64) / workers
        assert len(portion) == 1 or cost <= most * (1 + 1e-9)
        left -= cost


@given(n=st.integers(1, 5000), workers=some_workers)
def test_the_number_of_portions_has_a_limit_however_many_genomes(n: int, workers: int) -> None:
    assert len(all_of(portions_of(np.ones(n), workers))) <= 2 * 64 * workers


def test_a_large_genome_goes_alone_and_first() -> None:
    portions = portions_of(np.array([1.0, 1.0, 500.0, 1.0]), 2)
    assert portions.genomes(portions.take()) == [2]
    assert portions.genomes(portions.only(1)) == [1]


@given(costs=some_costs, workers=some_workers, data=st.data())
def test_what_comes_back_goes_next_in_pieces_and_the_others_keep_what_they_have(
    costs: FloatArray, workers: int, data: st.DataObject
) -> None:
    portions = portions_of(costs, workers)
    held = []  # as workers that are at work
    lost = None
    while len(portions) and lost is None:
        portion = portions.take()
        if data.draw(st.booleans()):
            held.append((portion, portions.genomes(portion)))
        else:
            lost = portion
    if lost is None:
        return
    genomes = portions.genomes(lost)
    left = [index for index in genomes if data.draw(st.booleans())]
    portions.put_back(lost, left)
    n = len(portions)
    assert [portions.genomes(portion) for portion, _ in held] == [given for _, given in held]
    pieces = list[list[int]]()
    while sum(map(len, pieces)) < len(left):
        pieces.append(portions.genomes(portions.take()))
    assert [index for piece in pieces for index in piece] == left
    assert max(map(len, pieces), default=0) <= -(-len(left) // workers)
    assert n == len(left) + costs.size - sum(len(given) for _, given in held) - len(genomes)


def test_costs_grow_with_the_genes() -> None:
    small, large = Population.first(2, 1, 1), Population.first(2, 9, 9)
    assert (estimated_costs(small) == 13.0).all()
    assert (estimated_costs(large) == 18 + 81 + 10.0).all()
