"""Records of generations, and the table of them."""

import csv
import dataclasses
import io

import pytest
from tests.evolution import runs

from spiral_monolith_neat_numpy.evolution.records import (
    RECORD_FIELDS,
    GenerationRecord,
    records_csv,
)

RECORD = GenerationRecord(
    generation=7,
    best_fitness=0.1 + 0.2,
    mean_fitness=-float("inf"),
    n_species=3,
    species_target=6.5,
    compatibility_threshold=3.0,
    arm="pid",
    reward=0.25,
    error=-0.5,
    difficulty=0.5,
    mean_hidden=1.5,
    mean_edges=4.0,
    evaluations=96,
    gradient_steps=960,
    seconds=0.25,
)


def test_a_record_is_frozen() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        RECORD.generation = 8  # type: ignore[misc]


def test_the_promised_columns_come_in_order() -> None:
    assert RECORD_FIELDS == (
        "generation",
        "best_fitness",
        "mean_fitness",
        "n_species",
        "species_target",
        "compatibility_threshold",
        "arm",
        "reward",
        "error",
        "difficulty",
        "mean_hidden",
        "mean_edges",
        "evaluations",
        "gradient_steps",
        "seconds",
    )


def test_the_table_keeps_every_digit() -> None:
    rows = list(csv.DictReader(io.StringIO(records_csv([RECORD]))))
    (row,) = rows
    assert float(row["best_fitness"]) == 0.1 + 0.2
    assert row["mean_fitness"] == "-inf"
    assert (row["generation"], row["arm"], row["gradient_steps"]) == ("7", "pid", "960")


def test_an_empty_table_has_its_header() -> None:
    assert records_csv([]) == ",".join(RECORD_FIELDS) + "\n"


def test_the_line_for_a_person() -> None:
    assert RECORD.line() == (
        "generation    7  best 0.3000  mean -inf  species 3 (target 6.5)  hidden 1.5  "
        "edges 4.0  0.25 s"
    )


def test_a_run_fills_its_records_with_plain_values() -> None:
    neat = runs.make_neat()
    neat.evolve(runs.gradient(), 3, verbose=False)
    for generation, record in enumerate(neat.records):
        kinds = [type(value).__name__ for value in dataclasses.astuple(record)]
        wanted = [spec.type if isinstance(spec.type, str) else spec.type.__name__
                  for spec in dataclasses.fields(record)]  # fmt: skip
        assert kinds == wanted
        assert record.generation == generation
        assert record.evaluations == 12 * (generation + 1)
        assert record.gradient_steps == 6 * record.evaluations
        assert record.mean_hidden == sum(neat.hidden_counts_history[generation]) / 12
        assert record.mean_edges == sum(neat.edge_counts_history[generation]) / 12
        assert record.seconds > 0.0


def test_a_species_without_a_share_is_an_event() -> None:
    neat = runs.make_neat(30)
    neat.compatibility_threshold = 0.5
    neat.evolve(lambda genome: float(genome.id == 7), 2, verbose=False)
    told = [event for event in neat.event_log if event.kind == "extinction"]
    assert told
    assert all(event.generation == 0 for event in told)
    assert all("has too small a share: no offspring" in event.message for event in told)


def test_a_species_without_progress_is_an_event() -> None:
    settings = runs.GROWING.with_changes(stagnation_generations=2, threshold_gain=0.0)
    neat = runs.make_neat(30, settings=settings)
    neat.compatibility_threshold = 0.5
    neat.evolve(runs.flat, 4, verbose=False)
    kinds = {event.kind for event in neat.event_log}
    assert "stagnation" in kinds
    told = [event.message for event in neat.event_log if event.kind == "stagnation"]
    assert all("made no progress for 2 generations: no offspring" in message for message in told)
