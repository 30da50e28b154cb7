"""Genes become a program: order, pruning and memory, against recursion and closure."""

from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.genes.strategies import genes as feed_forward_genes
from tests.genes.strategies import make_genes, recurrent_genes
from tests.network_reference import useful_nodes
from tests.recurrent_reference import PlainRecurrentNetwork, reachable

from spiral_monolith_neat_numpy.genes.gather import pack_genes
from spiral_monolith_neat_numpy.genes.genome import Genome
from spiral_monolith_neat_numpy.genes.packed import Genes
from spiral_monolith_neat_numpy.genes.population import Population
from spiral_monolith_neat_numpy.kernels.jit import exact_kernel
from spiral_monolith_neat_numpy.kernels.layout import Genomes
from spiral_monolith_neat_numpy.kernels.program import (
    NO_NETWORK,
    Program,
    Room,
    compile_program,
    make_room,
)


@exact_kernel
def compile_one(genomes: Genomes, g: int, out_room: Room) -> tuple[int, int, int, int]:
    """Stand by itself: the fragment is only ever part of a kernel."""
    return compile_program(genomes, g, out_room.work, out_room.program)


@dataclass
class Compiled:
    """What ``compile_program`` says of some genes, in node ids."""

    counts: tuple[int, int, int, int]
    program: Program
    ids: list[int]

    @property
    def order(self) -> list[int]:
        return [self.ids[node] for node in self.program.order[: self.counts[2]]]

    @property
    def running(self) -> list[int]:
        return [self.ids[node] for node in self.program.input[: self.counts[0]]] + self.order

    def edges(self) -> list[tuple[int, int, float]]:
        """Return (source, target, weight) of the edges into nodes that run."""
        start = self.program.start
        return [
            (self.ids[self.program.source[k]], self.ids[node], float(self.program.weight[k]))
            for node in self.program.order[: self.counts[2]]
            for k in range(start[node], start[node + 1])
        ]

    def recurrent(self) -> set[tuple[int, int]]:
        rank = {node: at for at, node in enumerate(self.running)}
        return {(s, t) for s, t, _ in self.edges() if rank[s] >= rank[t]}


def compiled(genes: Genes, room: Room | None = None) -> Compiled:
    genomes = pack_genes(genes)
    used = make_room(genomes, 0, 1) if room is None else room
    counts = compile_one(genomes, 0, used)
    return Compiled(counts, used.program, genes.node_id.tolist())


@given(recurrent_genes())
def test_what_runs_is_what_outputs_depend_on(genes: Genes) -> None:
    found = compiled(genes)
    n_in, n_out = int((genes.node_kind == 0).sum()), int((genes.node_kind == 2).sum())
    inputs = genes.node_id[genes.node_kind == 0].tolist()
    assert found.counts[:2] == (n_in, n_out)
    assert found.running[:n_in] == inputs
    assert sorted(found.order) == sorted(useful_nodes(genes) - set(inputs))


@given(recurrent_genes())
def test_order_and_recurrent_edges_are_those_of_the_twin(genes: Genes) -> None:
    found, twin = compiled(genes), PlainRecurrentNetwork(genes)
    assert found.running == twin.order
    assert found.recurrent() == twin.recurrent()
    assert found.counts[3] == len(twin.recurrent())


@given(recurrent_genes())
def test_only_edges_between_nodes_that_depend_on_each_other_are_recurrent(genes: Genes) -> None:
    place = {node: at for at, node in enumerate(genes.node_id.tolist())}
    leads = reachable(genes)
    for source, target in compiled(genes).recurrent():
        assert leads[place[target], place[source]]


@given(recurrent_genes())
def test_every_cycle_has_a_recurrent_edge(genes: Genes) -> None:
    late = compiled(genes).recurrent()
    cut = genes.copy()
    for k, pair in enumerate(zip(genes.edge_source, genes.edge_target, strict=True)):
        cut.edge_enabled[k] &= pair not in late
    useful = np.isin(genes.node_id, list(useful_nodes(genes)))
    assert not np.diag(reachable(cut))[useful].any()


@given(feed_forward_genes())
def test_without_cycles_nothing_is_recurrent(genes: Genes) -> None:
    found = compiled(genes)
    assert found.counts[3] == 0
    assert found.recurrent() == set()


@given(recurrent_genes())
def test_edges_into_a_node_keep_their_weights_and_the_order_of_genes(genes: Genes) -> None:
    found, useful = compiled(genes), useful_nodes(genes)
    rows = zip(genes.edge_source, genes.edge_target, genes.edge_weight, strict=True)
    wanted = [row for row, on in zip(rows, genes.edge_enabled, strict=True) if on]
    for node in found.order:
        assert [e for e in found.edges() if e[1] == node] == [e for e in wanted if e[1] == node]
    assert len(found.edges()) == sum(target in useful for _, target, _ in wanted)


@given(st.lists(recurrent_genes(2, 1), min_size=1, max_size=5))
def test_genomes_compiled_in_one_room_do_not_meet(several: list[Genes]) -> None:
    population = Population.from_genomes([Genome.from_genes(genes) for genes in several])
    genomes = population.packed
    room = make_room(genomes, 0, len(several))
    for g, genes in enumerate(several):
        alone = compiled(genes)
        counts = compile_one(genomes, g, room)
        together = Compiled(counts, room.program, alone.ids)
        assert together.counts == alone.counts
        assert together.running == alone.running
        assert together.edges() == alone.edges()


def test_worked_example_with_two_cycles_in_a_row_and_a_dead_end() -> None:
    # 0 -> 3 <-> 4 -> 5 (itself) -> 1 -> 2; 1, 2 outputs; 6 reads 5 and leads nowhere.
    nodes = {0: (0, 0, 0.0), 1: (2, 0, 0.0), 2: (2, 0, 0.0)}
    nodes |= {i: (1, 0, 0.0) for i in (3, 4, 5, 6)}
    edges = [(0, 3), (3, 4), (4, 3), (4, 5), (5, 5), (5, 1), (1, 2), (5, 6)]
    found = compiled(make_genes(nodes, edges))
    assert found.order == [3, 4, 5, 1, 2]
    assert found.recurrent() == {(4, 3), (5, 5)}
    assert found.counts == (1, 2, 5, 2)


@pytest.mark.parametrize("edge", [(0, 99), (99, 1), (1, 0), (0, 70_000), (-1, 1), (5, 1)])
def test_an_edge_to_nowhere_or_into_an_input_is_refused(edge: tuple[int, int]) -> None:
    genes = make_genes({0: (0, 0, 0.0), 1: (2, 0, 0.0), 7: (1, 0, 0.0)}, [(0, 1)])
    genes.edge_source[0], genes.edge_target[0] = edge
    assert compiled(genes).counts == NO_NETWORK
    genes.edge_enabled[0] = False
    assert compiled(genes).counts == (1, 1, 1, 0)


def test_ids_beyond_the_table_are_found() -> None:
    genes = make_genes({0: (0, 0, 0.0), 1: (2, 0, 0.0), 2: (1, 0, 0.0)}, [(0, 2), (2, 1)])
    genes.node_id[2] = genes.edge_target[genes.edge_source == 0] = 2**31 - 1
    genes.edge_source[genes.edge_target == 1] = 2**31 - 1
    assert compiled(genes).order == [2**31 - 1, 1]


def test_no_genes_give_no_inputs() -> None:
    assert compiled(Genes.empty()).counts == (0, 0, 0, 0)


def test_ids_below_zero_harm_nothing() -> None:
    genes = make_genes({0: (0, 0, 0.0), 1: (2, 0, 0.0)}, [(0, 1)])
    genes.node_id[0] = genes.edge_source[0] = -(2**40)
    assert compiled(genes).counts == (1, 1, 1, 0)
