"""Genes as arrays: joining, cutting and copying keep every value; a wrong layout is refused."""

import pickle
from dataclasses import FrozenInstanceError, replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.genes.strategies import genes

from spiral_monolith_neat_numpy.errors import GenomeError
from spiral_monolith_neat_numpy.genes.packed import GENE_DTYPES, Genes, check_layout, find


@given(st.lists(genes(), max_size=4))
def test_joined_then_cut_is_identity(parts: list[Genes]) -> None:
    whole = Genes.joined(parts)
    check_layout(whole)
    node = edge = 0
    for part in parts:
        cut = whole.part(slice(node, node + part.n_nodes), slice(edge, edge + part.n_edges))
        assert cut == part
        node += part.n_nodes
        edge += part.n_edges
    assert (node, edge) == (whole.n_nodes, whole.n_edges)


@given(genes())
def test_a_copy_and_a_pickle_share_nothing(original: Genes) -> None:
    for twin in (original.copy(), pickle.loads(pickle.dumps(original))):
        assert twin == original
        for mine, theirs in zip(original.arrays(), twin.arrays(), strict=True):
            assert not np.shares_memory(mine, theirs)
            assert theirs.flags.writeable


def test_a_copy_of_read_only_strided_arrays_is_writable_and_contiguous() -> None:
    strided = np.arange(6.0)[::2]
    strided.flags.writeable = False
    made = replace(Genes.empty(), node_bias=strided).copy()
    assert made.node_bias.flags.writeable
    assert made.node_bias.flags.c_contiguous


def test_arrays_follow_the_order_of_the_fields() -> None:
    made = Genes.empty()
    for name, array in zip(GENE_DTYPES, made.arrays(), strict=True):
        assert array is getattr(made, name)
        assert array.dtype == GENE_DTYPES[name]
    assert made == Genes.joined([])


def test_genes_are_frozen_unhashable_and_compare_only_with_genes() -> None:
    made = Genes.empty()
    with pytest.raises(FrozenInstanceError):
        made.node_id = np.zeros(1, dtype=np.int64)  # type: ignore[misc]
    with pytest.raises(TypeError, match="unhashable"):
        hash(made)
    assert made != 3


@pytest.mark.parametrize(
    ("name", "array", "message"),
    [
        ("node_bias", np.zeros(2), r"node_bias must have shape \(0,\) to match node_id.*\(2,\)"),
        ("edge_weight", np.zeros((0, 2)), r"edge_weight must have shape \(0,\).*\(0, 2\)"),
        ("node_id", np.zeros(0, dtype=np.int32), "node_id must be of type int64, got int32"),
        ("edge_enabled", np.zeros(0), "edge_enabled must be of type bool, got float64"),
    ],
)
def test_a_wrong_layout_is_refused(name: str, array: object, message: str) -> None:
    with pytest.raises(GenomeError, match=message):
        check_layout(replace(Genes.empty(), **{name: array}))  # type: ignore[arg-type]


def test_strided_arrays_are_refused() -> None:
    one = Genes.joined([Genes.empty()] * 2)
    wide = replace(
        one,
        node_id=np.arange(3),
        node_kind=np.zeros(3, dtype=np.int8),
        node_activation=np.zeros(3, dtype=np.int8),
        node_bias=np.zeros(6)[::2],
    )
    with pytest.raises(GenomeError, match=r"node_bias must be contiguous, got strides \(16,\)"):
        check_layout(wide)


@pytest.mark.parametrize(
    ("key", "place"),
    [(2, 0), (np.int64(5), 1), (9, 2), (0, -1), (7, -1), (10, -1), (10**30, -1), (-(10**30), -1)],
)
def test_find_gives_the_place_of_a_key_or_minus_one(key: object, place: int) -> None:
    assert find(np.array([2, 5, 9]), key) == place


@pytest.mark.parametrize("key", ["2", None, 2.0, True, np.array([2])])
def test_find_knows_no_key_that_is_not_a_whole_number(key: object) -> None:
    assert find(np.array([1, 2]), key) == -1
