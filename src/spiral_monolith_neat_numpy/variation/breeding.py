"""From a generation and a mating plan to the next generation, in two compiled passes.

The children as their parents make them, with their mutations proposed; then, numbered by the
innovation tracker, the children as they will be. Every child draws from streams of its own, so
ranges of them can be worked on at once.
"""

from typing import Any

import numpy as np

from spiral_monolith_neat_numpy.arrays import FloatArray, IntArray
from spiral_monolith_neat_numpy.genes.gather import (
    as_kernels_take,
    edge_arrays,
    node_arrays,
    unset_genes,
)
from spiral_monolith_neat_numpy.genes.innovation import InnovationTracker
from spiral_monolith_neat_numpy.genes.packed import Genes
from spiral_monolith_neat_numpy.genes.plan import MatingPlan
from spiral_monolith_neat_numpy.genes.population import Population
from spiral_monolith_neat_numpy.genes.ranges import Spread, at_once
from spiral_monolith_neat_numpy.genes.table import PopulationTable
from spiral_monolith_neat_numpy.kernels.breed import Draft, Keys, conceive, deliver
from spiral_monolith_neat_numpy.kernels.inherit import Matings, choose_base
from spiral_monolith_neat_numpy.kernels.jit import direct
from spiral_monolith_neat_numpy.kernels.layout import Genomes
from spiral_monolith_neat_numpy.kernels.numbering import sum_sizes
from spiral_monolith_neat_numpy.kernels.rows import Rows, inherit_rows
from spiral_monolith_neat_numpy.kernels.splice import N_IDS
from spiral_monolith_neat_numpy.kernels.structure import N_COLUMNS
from spiral_monolith_neat_numpy.seeding import Purpose
from spiral_monolith_neat_numpy.settings import Settings
from spiral_monolith_neat_numpy.variation.rates import variation_of

# Children whose making takes some ten microseconds.
_LEAST_CONCEIVED = 16
_LEAST_DELIVERED = 50


class Room:
    """Where children are drafted; kept from generation to generation, it grows as they do."""

    def __init__(self) -> None:
        """Begin with room for nobody."""
        self._size = (0, 0, 0)
        self._base = self._other = nobody = np.empty(0, np.int64)
        nothing = np.empty(0, np.bool_)
        self.matings = Matings(nobody, nobody, nothing, nobody, nobody, nothing)
        self.draft = _draft(0, 0, 0)

    def begin(self, theirs: Genomes, plan: MatingPlan, fitness: FloatArray) -> None:
        """Choose the parent that lends its structure to each child, and make room for them."""
        n = len(plan)
        if n != self._size[0]:
            self._size = (-1, 0, 0)  # room for nobody, should this be left half done
            self.draft = _draft(n, 0, 0)
            self._base, self._other = np.empty(n, np.int64), np.empty(n, np.int64)
            self._size = (n, 0, 0)
        node_offset, edge_offset = self.draft.genomes.node_offset, self.draft.genomes.edge_offset
        direct(choose_base)(
            plan.mother,
            plan.father,
            fitness,
            theirs.node_offset,
            theirs.edge_offset,
            self._base,
            self._other,
            node_offset,
            edge_offset,
        )
        n_nodes, n_edges = int(node_offset[n]), int(edge_offset[n])
        if n_nodes > self._size[1] or n_edges > self._size[2]:
            room = _draft(n, n_nodes + n_nodes // 4, n_edges + n_edges // 4)
            room.genomes.node_offset[:], room.genomes.edge_offset[:] = node_offset, edge_offset
            self.draft = room
            self._size = (n, room.genomes.nodes.id.size, room.genomes.edges.weight.size)
        self.matings = Matings(
            self._base, self._other, plan.average, plan.plus, plan.minus, plan.elite
        )

    def __getstate__(self) -> dict[str, Any]:
        """Leave the room behind: a copy makes its own."""
        return {}

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Begin with room for nobody."""
        Room.__init__(self)


def breed(
    parents: Population,
    plan: MatingPlan,
    settings: Settings,
    tracker: InnovationTracker,
    seed: int,
    generation: int,
    first_id: int,
    spread: Spread = at_once,
    room: Room | None = None,
) -> Population:
    """Return the next generation, one child per row of ``plan``.

    Matching genes come from either parent at random, or are the mean of both; disjoint and excess
    ones from the fitter parent, of equals the one with fewer genes, then the mother. An elite is
    the same genome: it keeps its id, parents and birth. The others get ids ``first_id`` up to
    ``first_id + plan.n_births - 1`` in the order of the plan. Nobody has a score yet. Head, sex
    and the other marks come from the fitter parent.

    Args:
        parents: genomes with their scores in ``parents.table.fitness``, NaN the worst;
            ``tracker`` knows them.
        plan: who begets whom.
        settings: probabilities, spreads and caps.
        tracker: gives out the numbers of new genes.
        seed: seed of the run.
        generation: number of the children's generation, from 0.
        first_id: id of the first new genome.
        spread: may share the work out among threads (see ``genes.ranges``).
        room: what the generation before was bred in, if any.

    Raises:
        ValueError: the plan names a parent that is not there, or numbers are used up.
    """
    plan.check_places(len(parents))
    theirs, n = parents.packed, len(plan)
    room = Room() if room is None else room
    known = Rows(*map(as_kernels_take, parents.table.arrays()))
    room.begin(theirs, plan, known.fitness)
    matings, draft = room.matings, room.draft
    variation = variation_of(settings, parents.feed_forward)
    keys = Keys(np.uint64(seed), int(Purpose.INHERIT), int(Purpose.STRUCTURE), generation)

    begun = theirs, matings, known.noise_scale, variation, keys, tracker.known, draft
    spread(n, _LEAST_CONCEIVED, direct(conceive), *begun)
    unnumbered = np.flatnonzero(draft.unnumbered)
    tracker.number_proposals(draft.genomes.edges, unnumbered, draft.proposal, draft.ids)
    node_offset, edge_offset = np.empty(n + 1, np.int64), np.empty(n + 1, np.int64)
    direct(sum_sizes)(draft.proposal, node_offset, edge_offset)
    genes = unset_genes(int(node_offset[-1]), int(edge_offset[-1]))
    children = _as_genomes(node_offset, edge_offset, genes)

    spread(n, _LEAST_DELIVERED, direct(deliver), draft, variation, children)
    table = PopulationTable.unset(n)
    born_as = generation, first_id, Rows(*table.arrays())
    direct(inherit_rows)(known, plan.mother, plan.father, matings, draft.scale, *born_as)
    born = Population.trusted(node_offset, edge_offset, genes, table)
    born.feed_forward = parents.feed_forward
    return born


def _draft(n: int, n_nodes: int, n_edges: int) -> Draft:
    genes = unset_genes(n_nodes, n_edges)
    offsets = np.empty(n + 1, np.int64), np.empty(n + 1, np.int64)
    return Draft(
        genomes=_as_genomes(*offsets, genes),
        proposal=np.empty((n, N_COLUMNS), np.int64),
        weight=np.empty(n),
        scale=np.empty(n),
        ids=np.empty((n, N_IDS), np.int64),
        unnumbered=np.empty(n, np.bool_),
    )


def _as_genomes(node_offset: IntArray, edge_offset: IntArray, genes: Genes) -> Genomes:
    return Genomes(node_offset, node_arrays(genes), edge_offset, edge_arrays(genes))
