"""Breeding keeps the laws of genomes, the plan and the caps, whatever the settings."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.genes.strategies import populations

from spiral_monolith_neat_numpy.genes.innovation import InnovationTracker
from spiral_monolith_neat_numpy.genes.plan import MatingPlan
from spiral_monolith_neat_numpy.genes.population import Population
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


@st.composite
def any_settings(draw: st.DrawFn) -> Settings:
    return Settings().with_changes(
        **{name: draw(SHARE) for name in PROBABILITIES},
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
    rows = draw(
        st.lists(
            st.tuples(st.integers(0, n_parents - 1), st.integers(-1, n_parents - 1), st.booleans()),
            max_size=max_size,
        )
    )
    return make_plan(*((m, -1 if elite else f, elite) for m, f, elite in rows))


def make_plan(*rows: tuple[int, int, bool]) -> MatingPlan:
    columns = list(zip(*rows, strict=True)) or [(), (), ()]
    mother, father, elite = columns
    return MatingPlan(
        np.array(mother, dtype=np.int64),
        np.array(father, dtype=np.int64),
        np.array(elite, dtype=np.bool_),
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
    children = run_breed(parents, plan)
    for k in np.flatnonzero(plan.elite).tolist():
        parent = parents[int(plan.mother[k])].copy()
        parent.fitness = None
        assert children[k] == parent


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
    still = Settings().with_changes(**dict.fromkeys(PROBABILITIES, 0.0))
    children = run_breed(parents, make_plan((1, -1, False)), still)
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


def test_a_parent_that_is_not_there_is_refused() -> None:
    with pytest.raises(ValueError, match="mother must be from 0 to 1, got 2"):
        run_breed(Population.first(2, 1, 1), make_plan((2, -1, False)))
