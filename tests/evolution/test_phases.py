"""Phased search in a run: it grows, turns, shrinks, and says so."""

import numpy as np
from tests.evolution import runs

from spiral_monolith_neat_numpy.settings import Settings, shrinking

PHASED = Settings(
    p_add_node=0.5,
    p_add_connection=0.5,
    phased_search=True,
    phase_room=2.0,
    phase_patience=3,
    stagnation_generations=1000,
)


def test_a_stalled_population_grows_and_shrinks_in_turns() -> None:
    neat = runs.make_neat(20, settings=PHASED)
    neat.evolve(runs.flat, 60, verbose=False)
    phases = [event for event in neat.event_log if event.kind == "phase"]
    words = [event.message.split(":")[0] for event in phases]
    assert words[:4] == ["simplify", "complexify", "simplify", "complexify"]
    assert "the new ceiling is" in phases[1].message
    size = np.array([record.mean_hidden + record.mean_edges for record in neat.records])
    begin, end = phases[0].generation, phases[1].generation
    assert size[begin - 1] > size[0] + 2.0
    largest = [max(counts) for counts in neat.edge_counts_history[begin - 1 : end]]
    assert (np.diff(largest) <= 0.0).all()
    assert size[end - 1] < size[begin - 1]


def test_without_it_a_population_grows_on() -> None:
    neat = runs.make_neat(20, settings=PHASED.with_changes(phased_search=False))
    neat.evolve(runs.flat, 20, verbose=False)
    size = [record.mean_hidden + record.mean_edges for record in neat.records]
    assert size[-1] > size[0] + 4.0
    assert not [event for event in neat.event_log if event.kind == "phase"]


def test_shrinking_settings_take_away_what_was_added_and_mate_nobody() -> None:
    found = shrinking(PHASED)
    assert (found.p_add_node, found.p_add_connection, found.p_crossover) == (0.0, 0.0, 0.0)
    assert (found.p_remove_node, found.p_remove_connection) == (0.5, 0.5)
    assert (
        found.with_changes(
            p_add_node=0.5,
            p_add_connection=0.5,
            p_remove_node=0.0,
            p_remove_connection=0.0,
            p_crossover=PHASED.p_crossover,
        )
        == PHASED
    )
