"""Breeding keeps the laws of genomes, the plan and the caps, whatever the settings."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.genes.strategies import populations
from tests.kernels.packing import part_of

from spiral_monolith_neat_numpy.genes.genome import ConnectionGene, Genome, NodeGene
from spiral_monolith_neat_numpy.genes.innovation import InnovationTracker
from spiral_monolith_neat_numpy.genes.plan import MatingPlan
from spiral_monolith_neat_numpy.genes.population import Population
from spiral_monolith_neat_numpy.genes.ranges import Spread, at_once
from spiral_monolith_neat_numpy.genes.validity import check_population
from spiral_monolith_neat_numpy.settings import ACTIVATION_NAMES, Settings
from spiral_monolith_neat_numpy.variation.breeding import breed

SHARE = st.floats(0.0, 1.0)
PROBABILITIES = (
    "p_mutate_weights",
    "p_replace_weight",
    "p_mutate_bias",
    "p_mutate_activation",
    "p_add_node",
    "p_add_connection",
    "p_remove_node",
    "p_remove_connection",
    "p_toggle",
    "p_inherit_disabled",
)
LIVELY = Settings().with_changes(**dict.fromkeys(PROBABILITIES, 0.5))
STILL = Settings().with_changes(**dict.fromkeys(PROBABILITIES, 0.0))


@st.composite
def any_settings(draw: st.DrawFn) -> Settings:
    return Settings().with_changes(
        **{name: draw(SHARE) for name in PROBABILITIES},
        weight_noise=draw(st.sampled_from(["gaussian", "cauchy"])),
        initial_weights=draw(st.sampled_from(["normal", "uniform"])),
        noise_adaptation=draw(st.just(0.0) | st.floats(0.0, 10.0)),
        differential_weight=draw(st.floats(0.0, 10.0)),
        weight_sigma=draw(st.floats(0.0, 10.0)),
        bias_sigma=draw(st.floats(0.0, 10.0)),
        initial_weight_sigma=draw(st.floats(0.0, 10.0)),
        weight_clip=draw(st.floats(0.1, 100.0)),
        hidden_activation=draw(st.sampled_from(ACTIVATION_NAMES)),
        activation_options=tuple(draw(st.lists(st.sampled_from(ACTIVATION_NAMES), min_size=1))),
        max_hidden_nodes=draw(st.integers(0, 6)),
        max_edges=draw(st.integers(1, 12)),
    )


@st.composite
def plans(draw: st.DrawFn, n_parents: int, max_size: int = 8) -> MatingPlan:
    place = st.integers(0, n_parents - 1)
    ways = [
        st.tuples(place, st.just(-1), st.booleans()),
        st.tuples(place, place, st.just(False), st.booleans()),
        st.tuples(place, place, st.just(False), st.just(False), place, place),
    ]
    return make_plan(*draw(st.lists(st.one_of(ways), max_size=max_size)))


def make_plan(*rows: tuple[Any, ...]) -> MatingPlan:
    """Return the plan with these rows: mother, father, elite, average, plus, minus."""
    nobody = (0, -1, False, False, -1, -1)
    full = [(*row, *nobody[len(row) :]) for row in rows]
    mother, father, elite, average, plus, minus = zip(*full, strict=True) if full else [()] * 6
    return MatingPlan(
        np.array(mother, dtype=np.int64),
        np.array(father, dtype=np.int64),
        np.array(elite, dtype=np.bool_),
        np.array(average, dtype=np.bool_),
        np.array(plus, dtype=np.int64),
        np.array(minus, dtype=np.int64),
    )


def known(population: Population) -> InnovationTracker:
    tracker = InnovationTracker()
    tracker.learn(population.genes)
    return tracker


def run_breed(
    parents: Population, plan: MatingPlan, chosen: Settings = LIVELY, seed: int = 3
) -> Population:
    return breed(parents, plan, chosen, known(parents), seed, 5, 100)


def edge_counts(population: Population) -> list[int]:
    return [int(n) for n in np.diff(population.edge_offset)]


@settings(max_examples=60)
@given(populations(), any_settings(), st.integers(0, 2**64 - 1), st.data())
def test_every_child_is_valid_the_size_is_exact_and_the_caps_hold(
    parents: Population, chosen: Settings, seed: int, data: st.DataObject
) -> None:
    tracker = known(parents)
    first_id = 5000
    for generation in range(1, 4):
        plan = data.draw(plans(len(parents)))
        children = breed(parents, plan, chosen, tracker, seed, generation, first_id)
        check_population(children)
        assert len(children) == len(plan)
        assert ((children.table.noise_scale >= 1e-3) & (children.table.noise_scale <= 1e3)).all()
        for counts, cap in (
            (Population.n_hidden, chosen.max_hidden_nodes),
            (edge_counts, chosen.max_edges),
        ):
            check_cap(counts, cap, parents, children, plan)
        first_id += plan.n_births
        if len(children) == 0:
            break
        children.table.fitness[:] = np.arange(len(children)) % 3
        parents = children


def check_cap(
    counts: Callable[[Population], object],
    cap: int,
    parents: Population,
    children: Population,
    plan: MatingPlan,
) -> None:
    """A child passes the cap only where one of its parents did."""
    before, after = (np.asarray(counts(population)) for population in (parents, children))
    father = np.where(plan.father < 0, plan.mother, plan.father)
    inherited = np.maximum(before[plan.mother], before[father])
    assert (after <= np.maximum(cap, inherited)).all()


@given(populations(min_size=2), st.data())
def test_an_elite_is_the_same_genome_without_its_score(
    parents: Population, data: st.DataObject
) -> None:
    plan = data.draw(plans(len(parents)))
    parents.table.noise_scale[:] = 0.25
    children = run_breed(parents, plan, LIVELY.with_changes(noise_adaptation=0.5))
    for k in np.flatnonzero(plan.elite).tolist():
        parent = parents[int(plan.mother[k])].copy()
        parent.fitness = None
        assert children[k] == parent
    assert ((children.table.noise_scale == 0.25) == plan.elite).all()


def test_births_are_recorded_and_marks_come_from_the_fitter_parent() -> None:
    parents = Population.first(3, 2, 1)
    for genome, head, sex, score in zip(
        parents,
        ("plain", "softmax", "logistic"),
        ("female", "male", "male"),
        (1.0, 3.0, 2.0),
        strict=True,
    ):
        genome.head, genome.sex, genome.fitness = head, sex, score
        genome.regen, genome.regen_mode, genome.hybrid_scale = score == 3.0, "tail", score
        genome.id += 10
    plan = make_plan((0, 1, False), (2, -1, True), (2, 0, False), (1, -1, False))
    children = run_breed(parents, plan)
    table = children.table
    assert table.id.tolist() == [100, 12, 101, 102]
    assert table.mother.tolist() == [10, -1, 12, 11]
    assert table.father.tolist() == [11, -1, 10, -1]
    assert table.birth.tolist() == [5, 0, 5, 5]
    assert np.isnan(table.fitness).all()
    assert [child.head for child in children] == ["softmax", "logistic", "logistic", "softmax"]
    assert [child.sex for child in children] == ["male"] * 4
    assert [child.regen for child in children] == [True, False, False, True]
    assert [child.hybrid_scale for child in children] == [3.0, 2.0, 2.0, 3.0]
    assert {child.regen_mode for child in children} == {"tail"}


def test_a_clone_at_rate_zero_is_its_mother() -> None:
    parents = Population.first(2, 3, 2)
    children = run_breed(parents, make_plan((1, -1, False)), STILL)
    assert children[0].genes == parents[1].genes
    children.genes.edge_weight[:] = 9.0
    assert (parents.genes.edge_weight != 9.0).all()


def test_equal_keys_give_equal_children_and_other_seeds_others() -> None:
    parents = Population.first(20, 3, 2)
    plan = make_plan(*((k, (k * 7 + 3) % 20, False) for k in range(20)))
    one, two, other = (run_breed(parents, plan, seed=seed) for seed in (3, 3, 4))
    assert one.genes == two.genes
    assert one.table == two.table
    assert not np.array_equal(one.genes.edge_weight, other.genes.edge_weight)


def test_a_child_does_not_depend_on_its_siblings() -> None:
    parents = Population.first(10, 2, 1)
    fixed = LIVELY.with_changes(p_add_node=0.0, p_add_connection=0.0)
    rows = [(k, -1, False) for k in range(10)]
    alone = run_breed(parents, make_plan(*rows), fixed)
    changed = run_breed(parents, make_plan((9, 3, False), (0, -1, True), *rows[2:]), fixed)
    assert alone[2:] != []
    assert [a.genes for a in alone[2:]] == [b.genes for b in changed[2:]]


def test_recurrent_parents_have_recurrent_children() -> None:
    parents = Population.first(30, 1, 1)
    parents.feed_forward = False
    grows = Settings(p_add_connection=1.0, p_add_node=0.0)
    children = run_breed(parents, make_plan(*((k, -1, False) for k in range(30))), grows)
    assert children.feed_forward is False
    check_population(children, feed_forward=False)
    assert children.genes.edge_source.tolist() == [0, 1] * 30  # the output's self-loop
    assert children.genes.edge_target.tolist() == [1, 1] * 30


def make_pair(*fitnesses: float) -> Population:
    """Return a small and a large genome with one connection in common."""
    small, large = Genome(1), Genome(2)
    for genome in (small, large):
        genome.nodes[0] = NodeGene(0, "input")
        genome.nodes[1] = NodeGene(1, "output", activation="sigmoid")
    large.nodes[2] = NodeGene(2, "hidden", 0.5)
    small.connections[0] = ConnectionGene(0, 1, -1.0)
    large.connections[0] = ConnectionGene(0, 1, 2.0)
    large.connections[1] = ConnectionGene(0, 2, 3.0, innovation=1)
    large.connections[2] = ConnectionGene(2, 1, 4.0, innovation=2)
    parents = Population.from_genomes([small, large])
    parents.table.fitness[:] = fitnesses
    return parents


@pytest.mark.parametrize(
    ("fitnesses", "base"),
    [
        ((1.0, 2.0), 1),
        ((2.0, 1.0), 0),
        ((1.0, 1.0), 0),
        ((-9.0, np.nan), 0),
        ((np.nan, -9.0), 1),
        ((np.nan, np.nan), 0),
        ((np.nan, -np.inf), 0),
    ],
)
def test_the_fitter_parent_lends_structure_and_of_equals_the_smaller(
    fitnesses: tuple[float, float], base: int
) -> None:
    parents = make_pair(*fitnesses)
    parents.table.noise_scale[:] = 2.0, 4.0
    before = parents.copy()
    children = run_breed(parents, make_plan(*[(0, 1, False)] * 30), STILL)
    for child in children:
        assert child.genes.node_id.tolist() == parents[base].genes.node_id.tolist()
        assert child.genes.edge_innovation.tolist() == parents[base].genes.edge_innovation.tolist()
        assert child.genes.edge_weight[1:].tolist() == [3.0, 4.0][: 2 * base]
    assert {float(child.genes.edge_weight[0]) for child in children} == {-1.0, 2.0}
    assert children.table.noise_scale.tolist() == [[2.0, 4.0][base]] * 30
    assert parents.genes == before.genes
    assert parents.table == before.table


def test_a_mean_and_a_difference_are_taken_where_the_plan_says_so() -> None:
    parents = make_pair(1.0, 2.0)
    plan = make_plan((0, 1, False, True), (1, 1, False, False, 0, 1), (1, -1, False))
    mean, moved, clone = run_breed(parents, plan, STILL.with_changes(differential_weight=0.5))
    assert mean.genes.edge_weight.tolist() == [0.5, 3.0, 4.0]
    assert moved.genes.edge_weight.tolist() == [0.5, 3.0, 4.0]  # 2 + (-1 - 2) / 2
    assert clone.genes.edge_weight.tolist() == [2.0, 3.0, 4.0]


def test_a_split_of_the_same_edge_gives_the_same_genes_in_every_genome() -> None:
    parents = Population.first(30, 1, 1)
    chosen = STILL.with_changes(p_add_node=1.0, hidden_activation="sine")
    children = run_breed(parents, make_plan(*((k, -1, False) for k in range(30))), chosen)
    for k, child in enumerate(children):
        genes, weight = child.genes, parents.genes.edge_weight[k]
        assert genes.node_id.tolist() == [0, 1, 2]
        assert genes.node_kind.tolist() == [0, 2, 1]
        assert genes.node_activation.tolist() == [0, 3, 4]
        assert genes.edge_innovation.tolist() == [0, 1, 2]
        assert genes.edge_source.tolist() == [0, 0, 2]
        assert genes.edge_target.tolist() == [1, 2, 1]
        assert genes.edge_weight.tolist() == [weight, 1.0, weight]
        assert genes.edge_enabled.tolist() == [False, True, True]


def test_the_same_change_in_a_later_generation_gets_the_same_number() -> None:
    parents = Population.first(20, 3, 2)
    tracker = known(parents)
    plan = make_plan(*((k, -1, False) for k in range(20)))
    chosen = STILL.with_changes(p_add_node=1.0, p_add_connection=1.0)
    first = breed(parents, plan, chosen, tracker, 1, 5, 100)
    state = {name: values.tolist() for name, values in tracker.to_arrays().items()}
    again = breed(parents, plan, chosen, tracker, 1, 5, 200)
    assert first.genes == again.genes
    assert {name: values.tolist() for name, values in tracker.to_arrays().items()} == state
    breed(parents, plan, chosen, tracker, 1, 6, 300)
    assert tracker.next_node == 5 + 6  # each of the six connections was split


@given(populations(), st.integers(0, 2**32), st.booleans(), st.data())
def test_one_number_stands_for_one_pair_of_nodes(
    parents: Population, seed: int, feed_forward: bool, data: st.DataObject
) -> None:
    parents.feed_forward = feed_forward
    tracker = known(parents)
    children = breed(parents, data.draw(plans(len(parents))), LIVELY, tracker, seed, 1, 5000)
    check_population(children, feed_forward=feed_forward)
    pairs: dict[int, tuple[int, int]] = {}
    for genes in (parents.genes, children.genes):
        ends = zip(genes.edge_source.tolist(), genes.edge_target.tolist(), strict=True)
        for number, pair in zip(genes.edge_innovation.tolist(), ends, strict=True):
            assert pairs.setdefault(number, pair) == pair
    assert len(set(pairs.values())) == len(pairs)
    tracker.learn(children.genes)  # raises if the tracker knew other numbers


def test_genomes_the_tracker_does_not_know_are_refused() -> None:
    splits = STILL.with_changes(p_add_node=1.0)
    with pytest.raises(ValueError, match="edges must hold known connections, got number"):
        breed(
            Population.first(5, 2, 1),
            make_plan((0, -1, False)),
            splits,
            InnovationTracker(next_node=3),
            0,
            0,
            9,
        )


def in_pieces(n: int, least: int, kernel: Any, *arguments: Any) -> int:
    """Do the work piece by piece, the last one first."""
    for first in reversed(range(0, n, 7)):
        kernel(part_of(first, min(n, first + 7)), *arguments)
    return -1


def on_threads(n: int, least: int, kernel: Any, *arguments: Any) -> int:
    with ThreadPoolExecutor(4) as pool:
        futures = [
            pool.submit(kernel, part_of(first, min(n, first + 5)), *arguments)
            for first in range(0, n, 5)
        ]
        for future in futures:
            future.result()
    return -1


@pytest.mark.parametrize("spread", [in_pieces, on_threads])
def test_children_are_the_same_however_the_work_is_spread(spread: Spread) -> None:
    parents = Population.first(20, 3, 2)
    chosen = LIVELY.with_changes(noise_adaptation=0.3, weight_noise="cauchy")
    ways = [(False,), (False, True), (False, False, 3, 8)]
    plan = make_plan(*((k % 20, (k * 7 + 3) % 20, *ways[k % 3]) for k in range(52)))
    wanted = run_breed(parents, plan, chosen)
    found = breed(parents, plan, chosen, known(parents), 3, 5, 100, spread)
    assert found.genes == wanted.genes
    assert found.table == wanted.table
    assert found.node_offset.tolist() == wanted.node_offset.tolist()
    assert found.edge_offset.tolist() == wanted.edge_offset.tolist()


def test_an_empty_plan_gives_no_children() -> None:
    parents = Population.first(3, 2, 1)
    for spread in (at_once, in_pieces):
        children = breed(parents, make_plan(), LIVELY, known(parents), 3, 5, 100, spread)
        assert len(children) == 0


def test_read_only_parents_have_the_same_children() -> None:
    parents = Population.first(6, 2, 1)
    plan = make_plan(*((k, (k + 1) % 6, False) for k in range(6)))
    wanted = run_breed(parents, plan)
    for array in (*parents.genes.arrays(), parents.node_offset, parents.edge_offset):
        array.flags.writeable = False
    assert run_breed(parents, plan).genes == wanted.genes


def test_a_parent_that_is_not_there_is_refused() -> None:
    with pytest.raises(ValueError, match="mother must be from 0 to 1, got 2"):
        run_breed(Population.first(2, 1, 1), make_plan((2, -1, False)))
