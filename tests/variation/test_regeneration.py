"""Regeneration: valid at every intensity, each mode by its own marks, a guard that holds."""

import copy
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.evolution import runs

from spiral_monolith_neat_numpy.evolution.neat import ReproPlanaNEATPlus
from spiral_monolith_neat_numpy.genes.codes import HIDDEN, INPUT, OUTPUT, REGEN_MODES
from spiral_monolith_neat_numpy.genes.innovation import InnovationTracker
from spiral_monolith_neat_numpy.genes.packed import EDGE_FIELDS, Genes
from spiral_monolith_neat_numpy.genes.validity import check_genome
from spiral_monolith_neat_numpy.settings import Settings
from spiral_monolith_neat_numpy.variation.regeneration import regenerated

SETTINGS = Settings()
modes = st.sampled_from(REGEN_MODES)


def grown(seed: int, generations: int = 8, **changes: Any) -> tuple[Genes, InnovationTracker]:
    """Return the genes of a genome with some hidden nodes, and what numbers it."""
    neat = runs.make_neat(6, seed, runs.GROWING.with_changes(**changes))
    neat.evolve(runs.size, generations, verbose=False)
    best = max(neat.population, key=lambda genome: genome.n_hidden)
    return best.genes.copy(), neat.tracker


GENES, TRACKER = grown(1)


def regrow(
    mode: str, intensity: float = 0.5, seed: int = 0, settings: Settings = SETTINGS
) -> tuple[Genes, InnovationTracker]:
    tracker = TRACKER.copy()
    rng = np.random.default_rng(seed)
    return regenerated(GENES, mode, intensity, settings, tracker, rng), tracker


def table(genes: Genes) -> dict[tuple[int, int], tuple[float, bool]]:
    pairs = zip(genes.edge_source.tolist(), genes.edge_target.tolist(), strict=True)
    values = zip(genes.edge_weight.tolist(), genes.edge_enabled.tolist(), strict=True)
    return dict(zip(pairs, values, strict=True))


def of_kind(genes: Genes, kind: int) -> set[int]:
    return set(genes.node_id[genes.node_kind == kind].tolist())


@given(
    mode=modes,
    intensity=st.floats(0.0, 1.0),
    seed=st.integers(0, 10**6),
    caps=st.tuples(st.integers(0, 12), st.integers(1, 40)),
)
def test_every_child_is_valid_and_within_the_caps(
    mode: str, intensity: float, seed: int, caps: tuple[int, int]
) -> None:
    before = copy.deepcopy(GENES)
    settings = Settings(max_hidden_nodes=caps[0], max_edges=caps[1], weight_clip=2.0)
    genes, tracker = regrow(mode, intensity, seed, settings)
    assert before == GENES
    check_genome(genes, feed_forward=True)
    tracker.learn(genes)
    n_hidden = len(of_kind(GENES, HIDDEN))
    assert len(of_kind(genes, HIDDEN)) <= max(caps[0], n_hidden)
    assert genes.n_edges <= max(caps[1], GENES.n_edges)
    assert of_kind(genes, INPUT) == of_kind(GENES, INPUT)
    assert of_kind(genes, OUTPUT) == of_kind(GENES, OUTPUT)
    assert genes == regrow(mode, intensity, seed, settings)[0]


@given(mode=modes, seed=st.integers(0, 10**4))
def test_recurrent_genomes_regenerate_too(mode: str, seed: int) -> None:
    genes = regenerated(
        *_RECURRENT[:1], mode, 0.7, SETTINGS, _RECURRENT[1].copy(), np.random.default_rng(seed)
    )
    check_genome(genes, feed_forward=False)


_RECURRENT = grown(3, feed_forward=False)


def test_at_the_head_connections_fade_go_off_and_split() -> None:
    genes, _ = regrow("head", 1.0)
    old, new, inputs = table(GENES), table(genes), of_kind(GENES, INPUT)
    first = [pair for pair, (_, on) in old.items() if on and pair[0] in inputs]
    added = of_kind(genes, HIDDEN) - of_kind(GENES, HIDDEN)
    assert 1 <= len(added) <= 3
    assert all(old[pair] == new[pair] for pair in old if pair not in first)
    assert any(not new[pair][1] for pair in first)
    for pair in first:
        ratio = new[pair][0] / old[pair][0]
        assert ratio == 1.0 or 0.6 <= ratio <= 0.9
    assert any(new[pair][0] != old[pair][0] for pair in first)
    for node in added:
        ((source, _),) = [pair for pair in new if pair[1] == node]
        assert source in inputs
        assert new[source, node] == (1.0, True)


def test_at_the_tail_weights_are_drawn_anew_and_hidden_nodes_joined() -> None:
    old, outputs = table(GENES), of_kind(GENES, OUTPUT)
    into = [pair for pair, (_, on) in old.items() if on and pair[1] in outputs]
    joined = 0
    for seed in range(40):
        new = table(regrow("tail", 1.0, seed)[0])
        changed = [pair for pair in old if old[pair] != new[pair]]
        assert all(pair[1] in outputs for pair in changed)
        again = [pair for pair in changed if pair in into]
        assert len(again) == max(1, int(len(into) * 0.6))
        more = set(new) - set(old)
        assert all(source not in outputs and target in outputs for source, target in more)
        joined += bool(more) or len(changed) > len(again)
    assert joined > 0


def test_a_split_shares_a_node_out_between_twins() -> None:
    old = table(GENES)
    moved_any = False
    for seed in range(20):
        genes, tracker = regrow("split", 1.0, seed)
        new = table(genes)
        (twin,) = of_kind(genes, HIDDEN) - of_kind(GENES, HIDDEN)
        doubled = tracker.to_arrays()
        ((model, same),) = zip(doubled["twin_of"], doubled["twin_node"], strict=True)
        assert same == twin
        for source, target in old:
            if target == model:
                assert abs(new[source, twin][0] - new[source, model][0]) < 0.5
            elif source == model:
                places = [pair for pair in ((model, target), (twin, target)) if pair in new]
                assert [new[pair] for pair in places] == [old[source, target]]
                moved_any |= places[0][0] == twin
            else:
                assert new[source, target] == old[source, target]
        assert tracker.twin_of(model) == twin
    assert moved_any


def test_without_hidden_nodes_a_split_is_of_the_head() -> None:
    neat = runs.make_neat(4)
    genes = neat.population[0].genes
    found = regenerated(genes, "split", 0.5, SETTINGS, neat.tracker, np.random.default_rng(0))
    assert len(of_kind(found, HIDDEN)) >= 1


def test_the_guard_joins_outputs_that_nothing_reaches() -> None:
    neat = runs.make_neat(4)
    genes = neat.population[0].genes.copy()
    genes.edge_enabled[:] = False
    for share, joined in ((0.0, False), (0.65, True), (1.0, True)):
        settings = Settings(min_conn_after_regen=share)
        rng = np.random.default_rng(0)
        found = regenerated(genes, "tail", 0.0, settings, neat.tracker.copy(), rng)
        assert found.edge_enabled.any() == joined


@pytest.mark.parametrize("seed", range(8))
def test_at_the_cap_the_guard_enables_what_is_there(seed: int) -> None:
    neat = ReproPlanaNEATPlus(4, 2, 2, rng=seed)
    genes = neat.population[0].genes.copy()
    lone = genes.edge_target == genes.edge_target.max()
    genes.edge_enabled[lone] = False
    kept = ~lone | (genes.edge_source == seed % 4)  # of those to the last output one, switched off
    genes = replace(genes, **{name: getattr(genes, name)[kept] for name in EDGE_FIELDS})
    settings = Settings(min_conn_after_regen=1.0, max_edges=5)
    found = regenerated(genes, "tail", 0.0, settings, neat.tracker.copy(), np.random.default_rng(0))
    assert found.n_edges == 5
    assert set(found.edge_target[found.edge_enabled].tolist()) == {4, 5}


def test_a_lost_output_without_a_way_does_not_hide_the_next() -> None:
    neat = ReproPlanaNEATPlus(2, 2, 2, rng=0)
    genes = neat.population[0].genes.copy()
    last = genes.edge_target == genes.edge_target.max()
    edges = {name: getattr(genes, name)[last] for name in EDGE_FIELDS}
    genes = replace(genes, **{**edges, "edge_enabled": np.zeros(2, dtype=np.bool_)})
    settings = Settings(min_conn_after_regen=0.5, max_edges=2)
    found = regenerated(genes, "tail", 0.0, settings, neat.tracker.copy(), np.random.default_rng(0))
    assert found.edge_enabled.any()


def test_wrong_arguments_are_named() -> None:
    with pytest.raises(ValueError, match="regen_mode must be one of .* got 'arm'"):
        regrow("arm")
    with pytest.raises(ValueError, match=r"intensity must be in \[0, 1\], got 1.5"):
        regrow("head", 1.5)


def test_twins_keep_their_numbers_and_have_twins_of_their_own() -> None:
    tracker = TRACKER.copy()
    first = tracker.twin_of(3)
    assert tracker.twin_of(3) == first
    second = tracker.twin_of(3, {first})
    assert second not in (3, first)
    again = InnovationTracker.from_arrays(tracker.to_arrays())
    assert (again.twin_of(3), again.twin_of(first)) == (first, second)
    assert again.next_node == tracker.next_node == TRACKER.next_node + 2
