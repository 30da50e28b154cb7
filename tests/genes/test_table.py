"""Tables of records: fresh rows, joining and cutting."""

import numpy as np
import pytest
from hypothesis import given
from tests.genes.strategies import populations

from spiral_monolith_neat_numpy.genes.population import Population
from spiral_monolith_neat_numpy.genes.table import PopulationTable


@given(populations())
def test_rows_joined_are_the_table(population: Population) -> None:
    table = population.table
    assert PopulationTable.joined([table.row(i) for i in range(len(table))]) == table


@given(populations())
def test_a_copy_shares_nothing(population: Population) -> None:
    table = population.table
    twin = table.copy()
    assert twin == table
    for mine, theirs in zip(table.arrays(), twin.arrays(), strict=True):
        assert mine.dtype == theirs.dtype
        assert not np.shares_memory(mine, theirs)


def test_fresh_rows_have_the_defaults() -> None:
    table = PopulationTable.fresh(np.array([4, 9]))
    assert table.id.tolist() == [4, 9]
    assert np.isnan(table.fitness).all()
    assert table.mother.tolist() == table.father.tolist() == [-1, -1]
    assert table.hybrid_scale.tolist() == [1.0, 1.0]
    for column in (table.birth, table.sex, table.head, table.regen, table.regen_mode):
        assert not column.any()


def test_no_rows_joined_are_a_table_without_rows() -> None:
    assert len(PopulationTable.joined([])) == 0
    assert PopulationTable.joined([]) != []
    with pytest.raises(TypeError, match="unhashable"):
        hash(PopulationTable.joined([]))
