"""What a run leaves behind of its best genomes."""

from typing import Any

import pytest
from tests.evolution import runs

from spiral_monolith_neat_numpy.evolution.history import History
from spiral_monolith_neat_numpy.evolution.run_settings import SnapshotSettings
from spiral_monolith_neat_numpy.evolution.scoring import sift
from spiral_monolith_neat_numpy.genes.genome import Genome
from spiral_monolith_neat_numpy.genes.population import Population


@pytest.mark.parametrize("inheritance", ["lamarckian", "baldwinian"])
def test_snapshots_predict_as_they_were_scored(inheritance: str) -> None:
    neat = runs.make_neat()
    neat.evolve(runs.gradient(inheritance=inheritance), 5, verbose=False)
    as_it_stands = runs.gradient(steps=0)
    assert [genome.id for genome in neat.snapshots_genomes] == neat.best_ids
    for genome, record in zip(neat.snapshots_genomes, neat.records, strict=True):
        assert genome.fitness == record.best_fitness
        assert as_it_stands(genome) == pytest.approx(genome.fitness, abs=1e-6)


def test_a_genome_is_developed_once_for_champion_and_snapshot_and_only_when_due() -> None:
    class Counts:
        def __init__(self) -> None:
            self.generations: list[int] = []

        def develop(self, genome: Genome, context: Any) -> Genome:
            self.generations.append(context.generation)
            return genome

    history, fitness = History(), Counts()
    history.snapshots.settings = SnapshotSettings(snapshot_stride=2)
    population = Population.first(2, 2, 1)
    # Generation 1 is not due and 2 is; both are worse than the first.
    for generation, score in enumerate([3.0, 1.0, 2.0]):
        population.table.fitness[:] = score
        history.offer(population, sift(population.table.fitness), fitness, 0, generation)
    assert fitness.generations == [0, 2]
    assert [genome.fitness for genome in history.snapshots.genomes] == [3.0, 2.0]


def test_a_snapshot_is_a_copy_of_the_genome_and_of_the_champion() -> None:
    history, population = History(), Population.first(1, 2, 1)
    population.table.fitness[:] = 1.0
    for generation in range(2):
        history.offer(population, sift(population.table.fitness), runs.closeness, 0, generation)
    population[0].connections[0].weight = 50.0
    first, second = history.snapshots.genomes
    assert first == second
    first.connections[0].weight = 51.0
    champion = history.champion.genome
    assert champion is not None
    weights = [genome.connections[0].weight for genome in (second, champion)]
    assert not {50.0, 51.0} & set(weights)
