"""Tables of records: fresh rows, joining and cutting."""

from dataclasses import fields

import numpy as np
import pytest
from hypothesis import given
from tests.genes.strategies import populations

from spiral_monolith_neat_numpy.genes.population import Population
from spiral_monolith_neat_numpy.genes.table import PopulationTable
from spiral_monolith_neat_numpy.kernels.rows import Rows


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
    assert table.hybrid_scale.tolist() == table.noise_scale.tolist() == [1.0, 1.0]
    for column in (table.birth, table.sex, table.head, table.regen, table.regen_mode):
        assert not column.any()


@pytest.mark.parametrize("n", [0, 3])
def test_unset_rows_have_the_types_of_fresh_ones(n: int) -> None:
    unset, fresh = PopulationTable.unset(n), PopulationTable.fresh(np.arange(n))
    assert len(unset) == n
    assert [a.dtype for a in unset.arrays()] == [a.dtype for a in fresh.arrays()]
    assert [a.shape for a in unset.arrays()] == [(n,)] * len(fresh.arrays())
    assert all(array.flags.carray for array in unset.arrays())


def test_columns_stand_in_the_order_of_the_fields_and_of_the_kernels() -> None:
    names = tuple(spec.name for spec in fields(PopulationTable))
    table = PopulationTable.fresh(np.array([7]))
    assert names == Rows._fields
    assert [id(column) for column in table.arrays()] == [id(getattr(table, n)) for n in names]


def test_tables_differ_when_a_factor_on_the_moves_does() -> None:
    one, other = (PopulationTable.fresh(np.array([7])) for _ in range(2))
    assert one == other
    other.noise_scale[0] = 2.0
    assert one != other
    assert other.row(0).noise_scale.tolist() == other.copy().noise_scale.tolist() == [2.0]


def test_no_rows_joined_are_a_table_without_rows() -> None:
    assert len(PopulationTable.joined([])) == 0
    assert PopulationTable.joined([]) != []
    with pytest.raises(TypeError, match="unhashable"):
        hash(PopulationTable.joined([]))
