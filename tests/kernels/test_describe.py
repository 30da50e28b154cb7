"""Members, records and representatives of species that were divided anew."""

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from tests import reference
from tests.kernels.packing import SEED
from tests.reference import Draws, Record

from spiral_monolith_neat_numpy.kernels.describe import (
    Records,
    Rules,
    describe,
    group,
    inherit_records,
)
from spiral_monolith_neat_numpy.seeding import Purpose, stream_key

NOW = 9
SCORES = st.sampled_from([math.nan, -math.inf, -1.0, 0.0, 2.5, 3.0])


def columns(records: list[Record]) -> Records:
    return Records(
        np.array([one.id for one in records], dtype=np.int64),
        np.array([one.created for one in records], dtype=np.int64),
        np.array([one.last_improved for one in records], dtype=np.int64),
        np.array([one.best_fitness for one in records], dtype=np.float64),
    )


def rows(records: Records) -> list[Record]:
    return [Record(*row) for row in zip(*(c.tolist() for c in records), strict=True)]


def rules(*, takes_best: bool) -> Rules:
    return Rules(takes_best, np.uint64(SEED), int(Purpose.SPECIES), NOW, 100)


def unset(n: int) -> Records:
    return columns([Record(-9, -9, -9, math.nan)] * n)


@given(st.lists(st.integers(0, 5), max_size=20))
def test_group_lists_the_members_of_every_species(drawn: list[int]) -> None:
    kept, label = np.unique(np.array(drawn, dtype=np.int64), return_inverse=True)
    offset, members = np.full(kept.size + 1, -9), np.full(label.size, -9)
    group(label, offset, members)
    listed = [members[offset[k] : offset[k + 1]].tolist() for k in range(kept.size)]
    assert listed == [np.flatnonzero(label == k).tolist() for k in range(kept.size)]


@st.composite
def divisions(draw: st.DrawFn) -> tuple[list[Record], list[int], list[int], list[float]]:
    """Draw known species, what each has joined, the genomes' species and their scores."""
    known: list[Record] = []
    into: list[int] = []
    for s in range(draw(st.integers(0, 5))):
        best, improved = draw(st.sampled_from([-math.inf, 1.0, 2.0])), draw(st.integers(0, 8))
        known.append(Record(3 * s, s % 2, improved, best))
        into.append(draw(st.sampled_from([s, *(k for k in range(s) if into[k] == k)])))
    possible = sorted({*into, *range(len(known), len(known) + 3)})
    species = draw(st.lists(st.sampled_from(possible), min_size=1, max_size=12))
    scores = draw(st.lists(SCORES, min_size=len(species), max_size=len(species)))
    return known, into, species, scores


@given(divisions(), st.booleans())
def test_species_are_described_as_by_the_twin(
    division: tuple[list[Record], list[int], list[int], list[float]], takes_best: bool
) -> None:
    known, into, species, scores = division
    kept, label = np.unique(np.array(species), return_inverse=True)
    offset, members = np.full(kept.size + 1, -9), np.full(label.size, -9)
    found, chosen = unset(kept.size), np.full(kept.size, -9)
    describe(
        kept,
        np.array(into, dtype=np.int64),
        label,
        np.array(scores),
        columns(known),
        rules(takes_best=takes_best),
        offset,
        members,
        found,
        chosen,
    )
    wanted, ranked = reference.describe(species, into, scores, known, NOW)
    assert rows(found) == wanted
    if takes_best:
        assert chosen.tolist() == [own[0] for own in ranked]
        return
    keys = [stream_key(SEED, Purpose.SPECIES, NOW, one.id) for one in wanted]
    drawn = [
        sorted(own)[Draws(*key).below(len(own))] for key, own in zip(keys, ranked, strict=True)
    ]
    assert chosen.tolist() == drawn


def test_merged_species_have_the_better_record() -> None:
    known = [Record(4, 0, 7, 1.0), Record(5, 2, 8, 3.0), Record(6, 3, 6, 3.0), Record(7, 4, 5, 9.0)]
    found = unset(2)
    kept, into = np.array([0, 4]), np.array([0, 0, 0, 3])
    inherit_records(kept, into, columns(known), rules(takes_best=False), found)
    assert rows(found) == [Record(4, 0, 6, 3.0), Record(100, NOW, NOW, -math.inf)]
