"""Stepping a packed program, against the twin."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.conftest import JIT_OFF
from tests.genes.strategies import make_genes, recurrent_genes
from tests.recurrent_reference import PlainRecurrentNetwork

from spiral_monolith_neat_numpy.arrays import FloatArray
from spiral_monolith_neat_numpy.genes.gather import pack_genes
from spiral_monolith_neat_numpy.genes.genome import Genome
from spiral_monolith_neat_numpy.genes.packed import Genes
from spiral_monolith_neat_numpy.kernels.stepping import (
    activate_each,
    activate_packed,
    pack_program,
)
from spiral_monolith_neat_numpy.network.genome_network import GenomeNetwork, compile_genome


def compiled(genes: Genes) -> GenomeNetwork:
    return compile_genome(Genome.from_genes(genes))


@given(recurrent_genes(), st.integers(0, 1000))
def test_outputs_over_time_are_those_of_the_twin(genes: Genes, seed: int) -> None:
    network, twin = compiled(genes), PlainRecurrentNetwork(genes)
    rng = np.random.default_rng(seed)
    for _ in range(5):
        x = rng.normal(size=network.n_inputs)
        found, wanted = network.activate(x), twin.activate(x)
        if np.abs(wanted).max() > 1e6:  # a square fed back grows beyond all bounds
            break
        np.testing.assert_allclose(found, wanted, rtol=1e-11, atol=1e-12)


def test_a_loop_worked_by_hand() -> None:
    # y = 0.5 + 2 x + 3 (y before)
    genes = make_genes({0: (0, 0, 0.0), 1: (2, 0, 0.5)}, [(0, 1), (1, 1)])
    genes.edge_weight[genes.edge_source == 0] = 2.0
    genes.edge_weight[genes.edge_source == 1] = 3.0
    network = compiled(genes)
    assert [network.activate([x])[0] for x in (1.0, 0.0, -1.0)] == [2.5, 8.0, 22.5]


def one_edge(x: float) -> FloatArray:
    """Return a program worked by hand: node 0 the input, node 1 the output with bias 4, weight 2.

    What it computed before, 7, is still there.
    """
    head, order, inputs, outputs = [2, 1, 1, 1, 0, 1], [1, 0], [0, 0], [1, 0]
    reals = np.array([x, 7.0, 0.0, 5.0, 0.0, 4.0, 2.0]).view(np.int64)
    activations, starts, source = [0, 0], [0, 0, 1], [0]
    parts = head, reals, order, inputs, outputs, activations, starts, source
    program: FloatArray = np.concatenate(parts).astype(np.int64).view(np.float64)
    return program


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_an_input_that_is_no_number_changes_nothing(bad: float) -> None:
    program = one_edge(bad)
    assert not activate_packed(program)
    assert program.tobytes() == one_edge(bad).tobytes()


def test_layout_worked_by_hand() -> None:
    program = one_edge(3.0)
    assert activate_packed(program)
    assert program[6:13].tolist() == [3.0, 10.0, 3.0, 10.0, 0.0, 4.0, 2.0]


def test_a_genome_is_packed_as_by_hand() -> None:
    genes = make_genes({0: (0, 0, 0.0), 1: (2, 0, 4.0)}, [(0, 1)])
    genes.edge_weight[:] = 2.0
    program, n_inputs, n_outputs = pack_program(pack_genes(genes), 0)
    assert (n_inputs, n_outputs) == (1, 1)
    wanted = one_edge(0.0)
    wanted[6:10] = 0.0  # at rest
    assert program.tobytes() == wanted.tobytes()


def test_each_genome_runs_on_its_own_sample_and_keeps_its_own_state() -> None:
    # y = x + (y before), and y = 2 x; the row of the second holds no number at first.
    genes = [
        make_genes({0: (0, 0, 0.0), 1: (2, 0, 0.0)}, [(0, 1), (1, 1)]),
        make_genes({0: (0, 0, 0.0), 1: (2, 0, 0.0)}, [(0, 1)]),
    ]
    genes[1].edge_weight[:] = 2.0
    parts = [pack_program(pack_genes(one), 0)[0] for one in genes]
    programs = np.concatenate(parts)
    offset = np.cumsum([0] + [part.size for part in parts])
    out = np.zeros((2, 1))
    for X, bad, wanted in (
        ([[1.0], [np.nan]], 1, [1.0, np.nan]),
        ([[1.0], [5.0]], -1, [2.0, 10.0]),
    ):
        assert activate_each(offset, np.array(X), programs, out) == bad
        np.testing.assert_array_equal(out[:, 0], wanted)


def test_a_genome_without_a_network_is_packed_as_nothing() -> None:
    genes = make_genes({0: (0, 0, 0.0), 1: (2, 0, 0.0)}, [(0, 1)])
    genes.edge_target[:] = 9
    program, n_inputs, n_outputs = pack_program(pack_genes(genes), 0)
    assert program.size == 0
    assert n_inputs < 0
    assert n_outputs < 0


@pytest.mark.skipif(JIT_OFF, reason="nothing is compiled")
def test_each_was_compiled_once() -> None:
    compiled(make_genes({0: (0, 0, 0.0), 1: (2, 0, 0.5)}, [(0, 1)])).activate([1.0])
    kernels: list[Any] = [activate_packed, pack_program]
    assert [len(one.signatures) for one in kernels] == [1, 1]
