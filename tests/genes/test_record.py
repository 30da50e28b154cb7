"""Fields of the record hold what they are given and refuse what they cannot be."""

import math

import numpy as np
import pytest

from spiral_monolith_neat_numpy.genes.genome import Genome
from spiral_monolith_neat_numpy.genes.population import Population

GOOD: list[tuple[str, str, object, object]] = [
    ("id", "id", 7, 7),
    ("fitness", "fitness", 0.25, 0.25),
    ("fitness", "fitness", -math.inf, -math.inf),
    ("sex", "sex", "female", 1),
    ("regen", "regen", True, True),
    ("regen_mode", "regen_mode", "tail", 2),
    ("hybrid_scale", "hybrid_scale", 0.5, 0.5),
    ("head", "head", "logistic", 2),
    ("birth_generation", "birth", 3, 3),
]


@pytest.mark.parametrize(("name", "column", "value", "entry"), GOOD)
def test_a_field_reads_and_writes_its_column_alone(
    name: str, column: str, value: object, entry: object
) -> None:
    population = Population.first(3, 1, 1)
    untouched = population.copy()
    setattr(population[1], name, value)
    assert getattr(population[1], name) == value
    assert getattr(population.table, column)[1] == entry
    getattr(untouched.table, column)[1] = entry
    assert population.table == untouched.table


@pytest.mark.parametrize("nothing", [None, math.nan, np.float32("nan")])
def test_no_fitness_is_none_to_read_and_nan_in_the_table(nothing: float | None) -> None:
    population = Population.first(2, 1, 1)
    population[0].fitness = 1.0
    population[0].fitness = nothing
    assert population[0].fitness is None
    assert np.isnan(population.table.fitness[0])


def test_fields_give_plain_python_values() -> None:
    genome = Population.first(1, 1, 1)[0]
    genome.fitness = np.float32(0.5)  # type: ignore[assignment]
    assert type(genome.fitness) is float
    assert type(genome.id) is int
    assert type(genome.regen) is bool
    assert type(genome.sex) is str


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("id", -1, "id must be"),
        ("id", 1.5, "id must be a whole number .*, got 1.5"),
        ("fitness", "good", "fitness must be a number, got 'good'"),
        ("fitness", True, "fitness must be a number, got True"),
        ("sex", "F", "sex must be one of 'hermaphrodite', 'female', 'male', got 'F'"),
        ("regen", 1, "regen must be True or False, got 1"),
        ("regen_mode", "foot", "regen_mode must be one of 'split', 'head', 'tail', got 'foot'"),
        ("hybrid_scale", -0.1, "hybrid_scale must be"),
        ("hybrid_scale", math.inf, "hybrid_scale must be"),
        ("hybrid_scale", math.nan, "hybrid_scale must be"),
        ("head", "linear", "head must be one of"),
        ("birth_generation", -1, "birth_generation must be"),
    ],
)
def test_a_wrong_value_is_refused_and_changes_nothing(
    name: str, value: object, message: str
) -> None:
    genome = Genome(5)
    with pytest.raises((TypeError, ValueError), match=message):
        setattr(genome, name, value)
    assert genome == Genome(5)


def test_a_field_asked_of_the_class_is_the_field() -> None:
    assert type(Genome.fitness).__name__ == "RecordField"
