"""Children's rows tell who they are and whence they come; genes are counted by genome."""

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests import breeding_reference
from tests.breeding_reference import Mating
from tests.kernels.packing import matings_of, pack, random_genome
from tests.reference import PlainGenome

from spiral_monolith_neat_numpy.genes.table import PopulationTable
from spiral_monolith_neat_numpy.kernels.layout import Genomes
from spiral_monolith_neat_numpy.kernels.rows import (
    NO_PARENT,
    Rows,
    count_genes,
    inherit_rows,
    mark_repeats,
    sift_scores,
)


def some_rows(n: int) -> Rows:
    """Return rows in which every value tells its column and its place."""
    rng = np.random.default_rng(n)
    table = PopulationTable.fresh(rng.permutation(n) + 50)
    for column in table.arrays()[1:]:
        column[:] = rng.integers(0, 2 if column.dtype == np.bool_ else 99, n)
    return Rows(*table.arrays())


def as_dicts(rows: Rows) -> list[dict[str, Any]]:
    lists = zip(*(column.tolist() for column in rows), strict=True)
    return [dict(zip(Rows._fields, values, strict=True)) for values in lists]


def run_inherit(
    parents: Rows, mother: list[int], father: list[int], matings: list[Mating], scale: list[float]
) -> list[dict[str, Any]]:
    """Return the children's rows with None for no score, born in generation 5 from id 700 on."""
    children = Rows(*PopulationTable.unset(len(mother)).arrays())
    inherit_rows(
        parents,
        np.array(mother, dtype=np.int64),
        np.array(father, dtype=np.int64),
        matings_of(matings),
        np.array(scale, dtype=np.float64),
        5,
        700,
        children,
    )
    return [unscored(row) for row in as_dicts(children)]


def unscored(row: dict[str, Any]) -> dict[str, Any]:
    assert math.isnan(row["fitness"])
    return row | {"fitness": None}


@pytest.mark.parametrize("n", [0, 1, 30])
def test_rows_equal_those_of_the_twin(n: int) -> None:
    rng = np.random.default_rng(n)
    parents = some_rows(6)
    mother, father, matings = [], [], []
    for k in range(n):
        m, f = int(rng.integers(0, 6)), int(rng.integers(-1, 6))
        elite = k % 3 == 0
        mother.append(m)
        father.append(-1 if elite else f)
        swapped = rng.random() < 0.5 and father[-1] >= 0
        matings.append(Mating(*((f, m) if swapped else (m, father[-1])), elite=elite))
    scale = rng.random(n).tolist()
    wanted = breeding_reference.inherit_rows(
        as_dicts(parents), mother, father, matings, scale, 5, 700
    )
    found = run_inherit(parents, mother, father, matings, scale)
    assert found == [unscored(row) for row in wanted]


def test_births_get_ids_in_order_and_an_elite_keeps_its_own() -> None:
    parents = some_rows(3)
    matings = [Mating(1, 0), Mating(2, elite=True), Mating(0)]
    first, elite, last = run_inherit(parents, [0, 2, 0], [1, -1, -1], matings, [0.5, 2.0, 1.0])
    theirs = as_dicts(parents)
    assert elite == theirs[2] | {"fitness": None, "noise_scale": 2.0}
    born = ("id", "mother", "father", "birth")
    assert [first[name] for name in born] == [700, theirs[0]["id"], theirs[1]["id"], 5]
    assert [last[name] for name in born] == [701, theirs[0]["id"], NO_PARENT, 5]
    marks = ("sex", "head", "regen", "regen_mode", "hybrid_scale")
    assert [first[name] for name in marks] == [theirs[1][name] for name in marks]
    assert (first["noise_scale"], last["noise_scale"]) == (0.5, 1.0)


@pytest.mark.parametrize("n", [0, 1, 12])
def test_counts_equal_those_of_the_twin(n: int) -> None:
    rng = np.random.default_rng(n)
    genomes = [random_genome(rng) for _ in range(n)]
    if n > 2:
        genomes[1], genomes[2].edges = PlainGenome({}, {}), {}
    hidden, enabled = np.full(n, -9), np.full(n, -9)
    count_genes(Genomes(*pack(genomes)), hidden, enabled)
    assert hidden.tolist() == [len(genome.ids(1)) for genome in genomes]
    assert enabled.tolist() == [sum(e[3] for e in genome.edges.values()) for genome in genomes]


def test_counts_of_a_genome_by_hand() -> None:
    nodes = {0: [0, 0, 0.0], 1: [2, 0, 0.0], 2: [1, 0, 0.0]}
    genome = PlainGenome(nodes, {0: [0, 1, 1.0, True], 1: [0, 2, 1.0, False], 2: [2, 1, 1.0, True]})
    hidden, enabled = np.full(1, -9), np.full(1, -9)
    count_genes(Genomes(*pack([genome])), hidden, enabled)
    assert (hidden.tolist(), enabled.tolist()) == ([1], [2])


@given(st.lists(st.integers(0, 9), max_size=30))
def test_repeats_are_those_of_the_twin(ids: list[int]) -> None:
    again = np.ones(len(ids), dtype=np.bool_)
    found = mark_repeats(np.array(ids, dtype=np.int64), again)
    assert again.tolist() == [i in ids[:k] for k, i in enumerate(ids)]
    assert found == (len(ids) - len(set(ids)), max(ids, default=-1))


ODD_SCORES = [0.0, -2.0, 5.0, 9.0, 11.0, np.nan, np.inf, -np.inf, -11.0]


@given(st.lists(st.sampled_from(ODD_SCORES), min_size=1))
def test_sifted_scores_are_those_of_the_twin(found: list[float]) -> None:
    scores = np.empty(len(found))
    above, best, mean = sift_scores(np.array(found), 10.0, scores)
    counting = [score for score in found if score >= -10.0]
    wanted = [score if score >= -10.0 else -np.inf for score in found]
    assert scores.tolist() == wanted
    assert above == next((i for i, score in enumerate(found) if score > 10.0), -1)
    assert best == wanted.index(max(wanted))
    if np.inf not in found:
        np.testing.assert_allclose(mean, np.mean(counting) if counting else -np.inf)
