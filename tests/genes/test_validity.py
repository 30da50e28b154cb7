"""Valid genomes pass; each broken law is refused by a message that names it."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.genes.strategies import genes, innovation_of, make_genes, populations

from spiral_monolith_neat_numpy.errors import GenomeError
from spiral_monolith_neat_numpy.genes.codes import HIDDEN, INPUT, OUTPUT
from spiral_monolith_neat_numpy.genes.live import MAX_ID
from spiral_monolith_neat_numpy.genes.packed import Genes
from spiral_monolith_neat_numpy.genes.population import Population
from spiral_monolith_neat_numpy.genes.validity import (
    check_genome,
    check_population,
    find_cycle,
)

NODES = {0: (INPUT, 0, 0.0), 1: (INPUT, 0, 0.0), 2: (OUTPUT, 1, 0.0), 3: (HIDDEN, 1, 0.0)}


def small(*edges: tuple[int, int]) -> Genes:
    """Return two inputs 0 and 1, output 2, hidden 3, and these edges."""
    return make_genes(NODES, list(edges) or [(0, 2), (1, 3), (3, 2)])


@given(genes())
def test_every_drawn_genome_is_valid(some: Genes) -> None:
    check_genome(
        some,
        num_inputs=int((some.node_kind == INPUT).sum()),
        num_outputs=int((some.node_kind == OUTPUT).sum()),
    )
    assert find_cycle(some) == []


@given(populations())
def test_every_drawn_population_is_valid(population: Population) -> None:
    check_population(population)


def test_genomes_without_nodes_or_without_edges_are_valid() -> None:
    check_genome(Genes.empty(), num_inputs=0, num_outputs=0)
    check_genome(make_genes(NODES, []))


def with_value(name: str, index: int, value: object) -> Callable[[], Genes]:
    def broken() -> Genes:
        made = small()
        getattr(made, name)[index] = value
        return made

    return broken


def with_order(names: tuple[str, ...], order: list[int]) -> Callable[[], Genes]:
    return lambda: replace(small(), **{name: getattr(small(), name)[order] for name in names})


EDGES = ("edge_innovation", "edge_source", "edge_target")

BROKEN: list[tuple[str, Callable[[], Genes], str]] = [
    (
        "ids sorted",
        with_order(("node_id",), [0, 2, 1, 3]),
        "node ids must be sorted, got 1 after 2",
    ),
    ("ids unique", with_value("node_id", 1, 0), "node ids must be unique, got 0 after 0"),
    ("ids from 0", with_value("node_id", 0, -1), "node ids must be from 0 to 2147483647, got -1"),
    ("ids fit", with_value("node_id", 3, MAX_ID + 1), "node ids must be from 0 .*got 2147483648"),
    ("kind known", with_value("node_kind", 3, 3), r"node_kind must hold .*0 to 2 \(inp.*got 3"),
    ("kind >= 0", with_value("node_kind", 3, -1), "node_kind must hold codes .*got -1"),
    ("activation", with_value("node_activation", 2, 100), "node_activation must hold .*got 100"),
    ("bias", with_value("node_bias", 2, np.nan), "bias of node 2 must be finite, got nan"),
    ("edges sorted", with_order(EDGES, [1, 0, 2]), "innovation numbers must be sorted, got"),
    ("edges unique", with_order(EDGES, [0, 0, 1]), "innovation numbers must be unique, got"),
    ("numbers from 0", with_value("edge_innovation", 0, -5), "innovation numbers .*got -5"),
    ("weight", with_value("edge_weight", 1, -np.inf), r"weight of connection \d+ .*got -inf"),
    ("source exists", lambda: small((4, 2)), "must join existing nodes, got one from node 4"),
    ("target exists", lambda: small((0, 9)), "must join existing nodes, got one to node 9"),
    (
        "ends at all",
        lambda: make_genes({}, [(0, 0)]),
        "must join existing nodes, got one from node 0",
    ),
    (
        "not into input",
        lambda: small((0, 2), (3, 1)),
        f"connection {innovation_of(3, 1)} must not lead into an input, got 3 -> 1",
    ),
    (
        "one each way",
        lambda: replace(small((0, 2), (1, 2)), edge_source=np.array([1, 1])),
        r"at most one connection each way, got \d+ and \d+ for 1 -> 2",
    ),
    (
        "not out of output",
        lambda: small((0, 2), (2, 3)),
        f"connection {innovation_of(2, 3)} of a feed-forward .* not come from an output.*2 -> 3",
    ),
    ("no self-loop", lambda: small((3, 3)), "feed-forward genome must have no cycle, got 3 -> 3"),
    (
        "layout",
        lambda: replace(small(), node_bias=np.zeros(1)),
        r"node_bias must have shape \(4,\) to match node_id, got \(1,\)",
    ),
]


@pytest.mark.parametrize(
    ("broken", "message"), [case[1:] for case in BROKEN], ids=[case[0] for case in BROKEN]
)
def test_a_broken_law_is_named(broken: Callable[[], Genes], message: str) -> None:
    check_genome(small())
    with pytest.raises(GenomeError, match=message):
        check_genome(broken())


@pytest.mark.parametrize("end", [-1, MAX_ID, 2**62])
def test_ends_far_outside_are_refused(end: int) -> None:
    for name in ("edge_source", "edge_target"):
        for base in (small(), make_genes({}, [(0, 1)])):
            getattr(base, name)[0] = end
            with pytest.raises(GenomeError, match="must join existing nodes"):
                check_genome(base)


@pytest.mark.parametrize(
    ("num_inputs", "num_outputs", "message"),
    [(3, 1, "must have 3 input nodes, got 2"), (2, 0, "must have 0 output nodes, got 1")],
)
def test_another_number_of_inputs_or_outputs_is_refused(
    num_inputs: int, num_outputs: int, message: str
) -> None:
    with pytest.raises(GenomeError, match=message):
        check_genome(small(), num_inputs=num_inputs, num_outputs=num_outputs)


def test_a_disabled_connection_closes_a_cycle_too() -> None:
    nodes = NODES | {4: (HIDDEN, 1, 0.0)}
    looped = make_genes(nodes, [(0, 3), (3, 4), (4, 3), (4, 2)])
    looped.edge_enabled[:] = False
    with pytest.raises(GenomeError, match="no cycle, got (3 -> 4 -> 3|4 -> 3 -> 4)"):
        check_genome(looped)


@pytest.mark.parametrize("edges", [((3, 3),), ((2, 3), (3, 2)), ((2, 2), (0, 2))])
def test_recurrent_genomes_are_valid_when_they_may_be(edges: tuple[tuple[int, int], ...]) -> None:
    check_genome(small(*edges), feed_forward=False)
    with pytest.raises(GenomeError):
        check_genome(small(*edges))


@given(st.lists(st.tuples(st.integers(0, 7), st.integers(0, 7)), unique=True, max_size=14))
def test_a_cycle_is_found_exactly_when_there_is_one(edges: list[tuple[int, int]]) -> None:
    found = find_cycle(make_genes({i: (HIDDEN, 1, 0.0) for i in range(8)}, edges))
    reach = np.zeros((8, 8), dtype=np.int64)
    for source, target in edges:
        reach[source, target] = 1
    walks = np.eye(8, dtype=np.int64)
    closed = 0
    for _ in range(8):
        walks = np.minimum(walks @ reach, 1)
        closed += int(np.trace(walks))
    assert bool(found) == (closed > 0)
    if found:
        assert found[0] == found[-1]
        assert len(set(found)) == len(found) - 1
        assert set(zip(found[:-1], found[1:], strict=True)) <= set(edges)


def test_a_chain_of_thousands_of_nodes_is_checked_without_recursion() -> None:
    n = 5000
    chain = Genes(
        node_id=np.arange(n),
        node_kind=np.full(n, HIDDEN, dtype=np.int8),
        node_activation=np.ones(n, dtype=np.int8),
        node_bias=np.zeros(n),
        edge_innovation=np.arange(n - 1),
        edge_source=np.arange(n - 1),
        edge_target=np.arange(1, n),
        edge_weight=np.ones(n - 1),
        edge_enabled=np.ones(n - 1, dtype=np.bool_),
    )
    check_genome(chain)
    ring = replace(chain, edge_target=np.append(chain.edge_target[:-1], 0))
    with pytest.raises(GenomeError, match="no cycle, got"):
        check_genome(ring)


def test_a_population_names_the_genome_that_breaks_a_law() -> None:
    population = Population.first(3, 2, 1)
    population.table.id[1] = 17
    population.genes.node_bias[4] = np.inf
    with pytest.raises(GenomeError, match=r"population\[1\], id 17: bias of node 1 must be"):
        check_population(population)
    with pytest.raises(GenomeError, match=r"population\[0\], id 0: genome must have 3 input"):
        check_population(population, num_inputs=3)
