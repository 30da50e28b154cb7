"""Random valid genomes and populations."""

import numpy as np
from hypothesis import strategies as st

from spiral_monolith_neat_numpy.genes.codes import ACTIVATIONS, HEADS, REGEN_MODES, SEXES
from spiral_monolith_neat_numpy.genes.genome import Genome
from spiral_monolith_neat_numpy.genes.packed import Genes
from spiral_monolith_neat_numpy.genes.population import Population

_LARGEST_ID = 40
# One number per pair of nodes in all genomes, in an order that has nothing to do with the ids.
_NUMBERS = np.random.default_rng(1).permutation((_LARGEST_ID + 1) ** 2)

finite = st.floats(allow_nan=False, allow_infinity=False)


def innovation_of(source: int, target: int) -> int:
    """Return the number that every strategy here gives that connection."""
    return int(_NUMBERS[source * (_LARGEST_ID + 1) + target])


def make_genes(nodes: dict[int, tuple[int, int, float]], edges: list[tuple[int, int]]) -> Genes:
    """Return genes from id -> (kind, activation, bias) and pairs; weights are all 1."""
    ids = sorted(nodes)
    pairs = sorted(edges, key=lambda pair: innovation_of(*pair))
    return Genes(
        node_id=np.array(ids, dtype=np.int64),
        node_kind=np.array([nodes[i][0] for i in ids], dtype=np.int8),
        node_activation=np.array([nodes[i][1] for i in ids], dtype=np.int8),
        node_bias=np.array([nodes[i][2] for i in ids], dtype=np.float64),
        edge_innovation=np.array([innovation_of(*pair) for pair in pairs], dtype=np.int64),
        edge_source=np.array([pair[0] for pair in pairs], dtype=np.int64),
        edge_target=np.array([pair[1] for pair in pairs], dtype=np.int64),
        edge_weight=np.ones(len(pairs)),
        edge_enabled=np.ones(len(pairs), dtype=np.bool_),
    )


@st.composite
def genes(draw: st.DrawFn, n_in: int | None = None, n_out: int | None = None) -> Genes:
    """Draw the genes of a valid feed-forward genome."""
    inputs = range(draw(st.integers(1, 3)) if n_in is None else n_in)
    n_outputs = draw(st.integers(1, 3)) if n_out is None else n_out
    outputs = range(len(inputs), len(inputs) + n_outputs)
    free = st.integers(outputs.stop, _LARGEST_ID)
    hidden = draw(st.lists(free, unique=True, max_size=4))  # in topological order
    order = [*inputs, *hidden, *outputs]
    kinds = [0] * len(inputs) + [1] * len(hidden) + [2] * n_outputs
    code = st.integers(0, len(ACTIVATIONS) - 1)
    nodes = {i: (kind, draw(code), draw(finite)) for i, kind in zip(order, kinds, strict=True)}
    first_output = len(order) - n_outputs
    possible = [
        (order[a], order[b])
        for a in range(first_output)
        for b in range(max(a + 1, len(inputs)), len(order))
    ]
    edges = draw(st.lists(st.sampled_from(possible), unique=True, max_size=9))
    made = make_genes(nodes, edges)
    made.edge_weight[:] = draw(st.lists(finite, min_size=len(edges), max_size=len(edges)))
    made.edge_enabled[:] = draw(st.lists(st.booleans(), min_size=len(edges), max_size=len(edges)))
    return made


@st.composite
def genomes(draw: st.DrawFn, n_in: int | None = None, n_out: int | None = None) -> Genome:
    """Draw a valid feed-forward genome with a record."""
    genome = Genome.from_genes(
        draw(genes(n_in, n_out)), draw(st.integers(0, 1000)), draw(st.sampled_from(HEADS))
    )
    genome.fitness = draw(st.none() | st.floats(allow_nan=False))
    genome.sex = draw(st.sampled_from(SEXES))
    genome.regen = draw(st.booleans())
    genome.regen_mode = draw(st.sampled_from(REGEN_MODES))
    genome.hybrid_scale = draw(st.floats(0.0, 10.0))
    genome.parents = draw(st.lists(st.integers(0, 1000), max_size=2))
    genome.birth_generation = draw(st.integers(0, 100))
    return genome


@st.composite
def populations(draw: st.DrawFn, min_size: int = 1, max_size: int = 3) -> Population:
    """Draw a valid population whose genomes have the same inputs and outputs."""
    n_in, n_out = draw(st.integers(1, 3)), draw(st.integers(1, 3))
    members = st.lists(genomes(n_in, n_out), min_size=min_size, max_size=max_size)
    return Population.from_genomes(draw(members))


@st.composite
def recurrent_genes(draw: st.DrawFn, n_in: int | None = None, n_out: int | None = None) -> Genes:
    """Draw a valid genome of any wiring: cycles, loops, edges out of outputs, dead ends."""
    inputs = range(draw(st.integers(1, 3)) if n_in is None else n_in)
    n_outputs = draw(st.integers(1, 3)) if n_out is None else n_out
    outputs = range(len(inputs), len(inputs) + n_outputs)
    free = st.integers(outputs.stop, _LARGEST_ID)
    hidden = draw(st.lists(free, unique=True, max_size=4))
    code = st.integers(0, len(ACTIVATIONS) - 1)
    kinds = dict.fromkeys(inputs, 0) | dict.fromkeys(outputs, 2) | dict.fromkeys(hidden, 1)
    made_of = {i: (kind, draw(code), draw(st.floats(-2.0, 2.0))) for i, kind in kinds.items()}
    targets = [*outputs, *hidden]
    pairs = st.tuples(st.sampled_from([*inputs, *targets]), st.sampled_from(targets))
    edges = draw(st.lists(pairs, unique=True, max_size=14))
    made = make_genes(made_of, edges)
    weight = st.floats(-2.0, 2.0)
    made.edge_weight[:] = draw(st.lists(weight, min_size=len(edges), max_size=len(edges)))
    is_on = st.sampled_from([True, True, True, False])
    made.edge_enabled[:] = draw(st.lists(is_on, min_size=len(edges), max_size=len(edges)))
    return made
