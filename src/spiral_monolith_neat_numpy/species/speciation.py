"""Species of a population, and how they follow from those of the generation before.

Stanley & Miikkulainen (2002), section 3.3: each species is represented by a member of the
generation before, a random one or the best; a genome near to no representative founds a
species. A species whose representative is near to an older one's is one with it again, so that
the number of species can fall as well as rise.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple, overload

import numpy as np

from spiral_monolith_neat_numpy.arrays import FloatArray, IntArray
from spiral_monolith_neat_numpy.errors import check_number
from spiral_monolith_neat_numpy.genes.gather import Packed, as_kernels_take, gather
from spiral_monolith_neat_numpy.genes.packed import Genes, check_layout
from spiral_monolith_neat_numpy.genes.population import Population
from spiral_monolith_neat_numpy.genes.ranges import Spread, at_once
from spiral_monolith_neat_numpy.kernels.describe import Records, Rules, describe
from spiral_monolith_neat_numpy.kernels.distance import Measure, Spans
from spiral_monolith_neat_numpy.kernels.jit import direct
from spiral_monolith_neat_numpy.kernels.speciate import absorb, approach, defect, divide, found
from spiral_monolith_neat_numpy.seeding import Purpose
from spiral_monolith_neat_numpy.settings import Settings
from spiral_monolith_neat_numpy.species.scores import checked_scores


@dataclass(frozen=True, slots=True, eq=False)
class Species:
    """One species of one generation.

    Attributes:
        id: permanent number, from 0.
        members: int64 places in the population, rising; never empty.
        representative: copy of a member's genes: next generation's genomes near to it belong
            to this species.
        best_fitness: best of all its generations, -inf before the first score.
        last_improved: generation in which ``best_fitness`` last rose.
        created: generation in which it was founded.
    """

    id: int
    members: IntArray
    representative: Genes
    best_fitness: float
    last_improved: int
    created: int


_LEAST_APPROACHED = 30  # genomes whose nearest species takes some ten microseconds to find
_INT = np.dtype(np.int64)
_TYPE_OF = {"best_fitness": np.dtype(np.float64)}  # all others are int64
_COLUMNS = (
    "id",
    "created",
    "last_improved",
    "best_fitness",
    "label",
    "member_offset",
    "members",
)


@dataclass(frozen=True, eq=False)
class SpeciesSet(Sequence[Species]):
    """All species of one generation in a few arrays; a sequence of ``Species``.

    Attributes:
        id: ``(s,)`` int64, rising.
        created: ``(s,)`` int64 generations.
        last_improved: ``(s,)`` int64 generations.
        best_fitness: ``(s,)`` float64.
        label: ``(n,)`` int64, place of each genome's species in this sequence.
        member_offset: ``(s + 1,)`` int64; species k owns ``members[member_offset[k]]`` to
            ``members[member_offset[k + 1]]``.
        members: ``(n,)`` int64 places in the population, rising within a species.
        representatives: one genome per species.
        next_id: id of the next species to be founded.
    """

    id: IntArray
    created: IntArray
    last_improved: IntArray
    best_fitness: FloatArray
    label: IntArray
    member_offset: IntArray
    members: IntArray
    representatives: Packed
    next_id: int

    def __post_init__(self) -> None:
        """Check that the arrays are of their types, which kernels take for granted.

        Raises:
            ValueError: one is of another type or not contiguous.
            GenomeError: genes of the representatives are.
        """
        for name in _COLUMNS:
            column, wanted = getattr(self, name), _TYPE_OF.get(name, _INT)
            if column.dtype != wanted or not column.flags.c_contiguous:
                raise ValueError(
                    f"{name} must be contiguous and of type {wanted.name}, got "
                    f"{column.dtype.name} with strides {column.strides}"
                )
        for offset in self.representatives[:2]:
            if offset.dtype != _INT:
                raise ValueError(f"representatives' offsets must be int64, got {offset.dtype.name}")
        check_layout(self.representatives.genes)

    @classmethod
    def from_species(cls, species: "Iterable[Species] | SpeciesSet") -> "SpeciesSet":
        """Return the set of these species, which share out a population among them.

        Raises:
            ValueError: the members are not all of 0 to n - 1, each once, or there are none.
        """
        if isinstance(species, SpeciesSet):
            return species
        listed = sorted(species, key=lambda one: one.id)
        members = np.concatenate([np.zeros(0, np.int64)] + [one.members for one in listed])
        sizes = np.array([one.members.size for one in listed], dtype=np.int64)
        taken = np.bincount(members[members >= 0], minlength=1)
        if not sizes.all() or taken.size != members.size or (taken != 1).any():
            raise ValueError(
                "species must hold each genome of the population once and none be empty, "
                f"got members {[one.members.tolist() for one in listed]}"
            )
        label = np.empty(members.size, dtype=np.int64)
        label[members] = np.repeat(np.arange(sizes.size), sizes)
        parts = [one.representative for one in listed]
        return cls(
            id=np.array([one.id for one in listed], dtype=np.int64),
            created=np.array([one.created for one in listed], dtype=np.int64),
            last_improved=np.array([one.last_improved for one in listed], dtype=np.int64),
            best_fitness=np.array([one.best_fitness for one in listed], dtype=np.float64),
            label=label,
            member_offset=np.cumsum([0, *sizes], dtype=np.int64),
            members=members,
            representatives=Packed(
                np.cumsum([0] + [part.n_nodes for part in parts], dtype=np.int64),
                np.cumsum([0] + [part.n_edges for part in parts], dtype=np.int64),
                Genes.joined(parts),
            ),
            next_id=listed[-1].id + 1,
        )

    @property
    def size(self) -> IntArray:
        """``(s,)`` int64, number of members of each species."""
        sizes: IntArray = self.member_offset[1:] - self.member_offset[:-1]
        return sizes

    @property
    def records(self) -> Records:
        """What is known of each species, in the form that kernels take."""
        return Records(self.id, self.created, self.last_improved, self.best_fitness)

    def __len__(self) -> int:
        """Return the number of species."""
        return int(self.id.size)

    @overload
    def __getitem__(self, index: int) -> Species: ...

    @overload
    def __getitem__(self, index: slice) -> list[Species]: ...

    def __getitem__(self, index: int | slice) -> Species | list[Species]:
        """Return one species, or a list of them."""
        if isinstance(index, slice):
            return [self[k] for k in range(*index.indices(len(self)))]
        k = range(len(self))[index]
        return Species(
            id=int(self.id[k]),
            members=self.members[self.member_offset[k] : self.member_offset[k + 1]],
            representative=self.representatives.part(k),
            best_fitness=float(self.best_fitness[k]),
            last_improved=int(self.last_improved[k]),
            created=int(self.created[k]),
        )

    def __repr__(self) -> str:
        """Return the sizes by id."""
        sizes = ", ".join(f"{k}: {n}" for k, n in zip(self.id, self.size, strict=True))
        return f"SpeciesSet({{{sizes}}})"


class Moment(NamedTuple):
    """When species are looked at, which keys their random draws.

    Attributes:
        seed: seed of the run, from 0 to 2**64 - 1.
        generation: its number, from 0.
    """

    seed: int
    generation: int


def speciate(
    population: Population,
    fitnesses: FloatArray,
    previous: SpeciesSet | None,
    settings: Settings,
    threshold: float,
    moment: Moment,
    spread: Spread = at_once,
) -> SpeciesSet:
    """Divide ``population`` into species by the nearest representative under ``threshold``.

    Species of ``previous`` are merged first where their representatives are as near to one
    another: the older one goes on under its id, with the better of the records of progress.
    Only where a genome near to the younger one is near to no other does that one go on, by
    this genome. Those that win no member die out. A species whose best member beats its record
    has improved in this generation. Then ``settings.representative`` says who stands for it
    in the next one: a member at random, or the one with the best score, of equals the first.

    Args:
        population: genomes of this generation, at least one.
        fitnesses: ``(n,)`` float64, one per genome; NaN is the worst.
        previous: species of the generation before; None for the first.
        settings: the distance's coefficients, and who represents a species.
        threshold: distance below which a genome belongs to a representative's species, > 0.
        moment: the run's seed and the number of this generation.
        spread: may share the work out among threads (see ``genes.ranges``).

    Raises:
        ValueError: an empty population, a wrong number of scores, or a threshold out of range.
    """
    n = len(population)
    if n == 0:
        raise ValueError("population must have at least 1 genome, got 0")
    scores = checked_scores(fitnesses, n)
    check_number("threshold", threshold, 0.0, low_open=True)
    before = _nothing_known() if previous is None else previous
    into, known_mark = np.empty(len(before), dtype=np.int64), np.empty(len(before), np.uint64)
    label, kept = np.empty(n, dtype=np.int64), np.empty(n, dtype=np.int64)
    own_mark, gap = np.empty(n, dtype=np.uint64), np.empty(n)
    own, known = _spans(population), _spans(before.representatives)
    measure, limit = _measure(settings), float(threshold)
    direct(absorb)(known, measure, limit, known_mark, into)

    near = own, known, known_mark, into, measure, limit, own_mark, gap, label
    spread(n, _LEAST_APPROACHED, direct(approach), *near)
    founder, n_known = np.empty(n, dtype=np.int64), into.size
    n_new = direct(found)(own, own_mark, n_known, measure, gap, label, founder)
    founder = founder[:n_new]
    if n_new:
        new = own, own_mark, founder, n_known, measure, gap, label
        spread(n, _LEAST_APPROACHED, direct(defect), *new)
    n_kept = direct(divide)(founder, own, known, measure, limit, into, label, kept)
    kept = kept[:n_kept]
    offset, members = np.empty(n_kept + 1, dtype=np.int64), np.empty(n, dtype=np.int64)
    records, chosen = _unset_records(n_kept), np.empty(n_kept, dtype=np.int64)
    rules = Rules(
        takes_best=settings.representative == "best",
        seed=np.uint64(moment.seed),
        purpose=int(Purpose.SPECIES),
        generation=moment.generation,
        next_id=before.next_id,
    )
    direct(describe)(
        kept, into, label, scores, before.records, rules, offset, members, records, chosen
    )
    return SpeciesSet(
        *records,
        label=label,
        member_offset=offset,
        members=members,
        representatives=gather(
            population.node_offset, population.edge_offset, population.genes, chosen
        ),
        next_id=before.next_id + max(0, int(kept[-1]) + 1 - len(before)),
    )


def _nothing_known() -> SpeciesSet:
    none = np.empty(0, dtype=np.int64)
    return SpeciesSet(
        *_unset_records(0),
        label=none,
        member_offset=np.zeros(1, dtype=np.int64),
        members=none,
        representatives=Packed.empty(),
        next_id=0,
    )


def _unset_records(n: int) -> Records:
    id_, created, improved = (np.empty(n, dtype=np.int64) for _ in range(3))
    return Records(id_, created, improved, np.empty(n))


def _measure(settings: Settings) -> Measure:
    s = settings
    return Measure(s.c_excess, s.c_disjoint, s.c_weight, float(s.normalise_above))


def _spans(genomes: Packed | Population) -> Spans:
    genes = genomes.genes
    return Spans(as_kernels_take(genomes.edge_offset), genes.edge_innovation, genes.edge_weight)
