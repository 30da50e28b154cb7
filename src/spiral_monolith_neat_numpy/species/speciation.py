"""Species of a population, and how they follow from those of the generation before.

Stanley & Miikkulainen (2002), section 3.3: each species is represented by a random member
of the generation before; a genome near to no representative founds a species. A species
whose representative is near to an older one's is one with it again, so that the number of
species can fall as well as rise.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import overload

import numpy as np

from spiral_monolith_neat_numpy.arrays import FloatArray, IntArray
from spiral_monolith_neat_numpy.errors import check_length, check_number
from spiral_monolith_neat_numpy.genes.gather import Packed, gather
from spiral_monolith_neat_numpy.genes.packed import Genes
from spiral_monolith_neat_numpy.genes.population import Population
from spiral_monolith_neat_numpy.genes.streams import start_streams
from spiral_monolith_neat_numpy.kernels.speciate import (
    absorb,
    assign,
    choose_representatives,
    group,
    succeed,
)
from spiral_monolith_neat_numpy.seeding import Purpose
from spiral_monolith_neat_numpy.settings import Settings


@dataclass(frozen=True, slots=True, eq=False)
class Species:
    """One species of one generation.

    Attributes:
        id: permanent number, from 0.
        members: int64 places in the population, rising; never empty.
        representative: copy of a random member's genes: next generation's genomes near to
            it belong to this species.
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
        sizes: IntArray = np.diff(self.member_offset)
        return sizes

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


def speciate(
    population: Population,
    previous: SpeciesSet | None,
    settings: Settings,
    threshold: float,
    seed: int,
    generation: int,
) -> SpeciesSet:
    """Divide ``population`` into species by the nearest representative under ``threshold``.

    Species of ``previous`` are merged first where their representatives are as near to one
    another: the older one goes on under its id, with the better of the records of progress.
    Only where a genome near to the younger one is near to no other does that one go on, by
    this genome. Those that win no member die out. Scores are not looked at:
    ``note_progress`` enters them.

    Args:
        population: genomes of this generation, at least one.
        previous: species of the generation before; None for the first.
        settings: the distance's coefficients.
        threshold: distance below which a genome belongs to a representative's species, > 0.
        seed: seed of the run.
        generation: its number, from 0.

    Raises:
        ValueError: an empty population, or a threshold out of range.
    """
    n = len(population)
    if n == 0:
        raise ValueError("population must have at least 1 genome, got 0")
    check_number("threshold", threshold, 0.0, low_open=True)
    genes = population.genes
    known = Packed.empty() if previous is None else previous.representatives
    found, into = _assigned(population, known, _coefficients(settings), float(threshold))
    n_new = max(0, int(found.max()) + 1 - into.size)
    n_all = into.size + n_new
    kept, offset = np.empty(n_all, dtype=np.int64), np.empty(n_all + 1, dtype=np.int64)
    label, members = np.empty(n, dtype=np.int64), np.empty(n, dtype=np.int64)
    n_kept = group(found, np.empty(n_all, dtype=np.int64), kept, label, offset, members)
    kept, offset = kept[:n_kept], offset[: n_kept + 1]
    ids, created, improved, best = _records(previous, into, n_new, generation)
    streams = start_streams(seed, Purpose.SPECIES, generation, ids[kept])
    chosen = np.empty(n_kept, dtype=np.int64)
    choose_representatives(offset, members, streams, chosen)
    return SpeciesSet(
        id=ids[kept],
        created=created[kept],
        last_improved=improved[kept],
        best_fitness=best[kept],
        label=label,
        member_offset=offset,
        members=members,
        representatives=gather(population.node_offset, population.edge_offset, genes, chosen),
        next_id=(0 if previous is None else previous.next_id) + n_new,
    )


def note_progress(species: SpeciesSet, fitnesses: FloatArray, generation: int) -> SpeciesSet:
    """Return ``species`` with this generation's scores entered.

    A species whose best member beats its record has improved in this generation. A score
    that is not a number is the worst.

    Args:
        species: of this generation.
        fitnesses: ``(n,)`` float64, one per genome.
        generation: its number, from 0.

    Raises:
        ValueError: a wrong number of scores.
    """
    check_length("fitnesses", fitnesses, species.label.size, "the population")
    scores = np.where(np.isnan(fitnesses), -np.inf, fitnesses)
    best = np.maximum.reduceat(scores[species.members], species.member_offset[:-1])
    improved = best > species.best_fitness
    return replace(
        species,
        best_fitness=np.where(improved, best, species.best_fitness),
        last_improved=np.where(improved, generation, species.last_improved),
    )


def _coefficients(settings: Settings) -> FloatArray:
    s = settings
    return np.array([s.c_excess, s.c_disjoint, s.c_weight, s.normalise_above], dtype=np.float64)


def _assigned(
    population: Population, known: Packed, coefficients: FloatArray, threshold: float
) -> tuple[IntArray, IntArray]:
    """Return the species of each genome, and into which each known species has merged.

    Species are counted from 0: first the known ones, then the new ones. One that goes on has
    merged into itself.
    """
    theirs, genes = known.genes, population.genes
    found, founder = (np.empty(len(population), dtype=np.int64) for _ in range(2))
    into = np.empty(known.edge_offset.size - 1, dtype=np.int64)
    packed = known.edge_offset, theirs.edge_innovation, theirs.edge_weight
    absorb(*packed, coefficients, threshold, into)
    stays = np.flatnonzero(into == np.arange(into.size))
    left = gather(known.node_offset, known.edge_offset, theirs, stays)
    n_founders = assign(
        population.edge_offset,
        genes.edge_innovation,
        genes.edge_weight,
        left.edge_offset,
        left.genes.edge_innovation,
        left.genes.edge_weight,
        coefficients,
        threshold,
        found,
        founder,
    )
    founded = np.empty(n_founders, dtype=np.int64)
    own = population.edge_offset, genes.edge_innovation, genes.edge_weight
    succeed(founder[:n_founders], *own, *packed, coefficients, threshold, into, founded)
    return np.concatenate([stays, founded])[found], into


def _records(
    previous: SpeciesSet | None, into: IntArray, n_new: int, generation: int
) -> tuple[IntArray, IntArray, IntArray, FloatArray]:
    """Return id, created, last improved and best fitness of old and new species.

    The best score of merged species is the best of theirs, and rose last when that one did:
    merging is no progress.
    """
    now = np.full(n_new, generation, dtype=np.int64)
    unscored = np.full(n_new, -np.inf)
    if previous is None:
        return np.arange(n_new, dtype=np.int64), now, now, unscored
    ranked = np.lexsort((previous.last_improved, -previous.best_fitness, into))
    goes_on, first = np.unique(into[ranked], return_index=True)
    holder = np.arange(into.size)
    holder[goes_on] = ranked[first]
    return (
        np.concatenate([previous.id, np.arange(previous.next_id, previous.next_id + n_new)]),
        np.concatenate([previous.created, now]),
        np.concatenate([previous.last_improved[holder], now]),
        np.concatenate([previous.best_fitness[holder], unscored]),
    )
