"""Runs whose genomes may have cycles: the same tools, and what is refused."""

from pathlib import Path

import numpy as np
import pytest
from tests.evolution import runs

from spiral_monolith_neat_numpy.errors import GenomeError
from spiral_monolith_neat_numpy.evolution.modelfile import read_model, write_model
from spiral_monolith_neat_numpy.evolution.neat import ReproPlanaNEATPlus
from spiral_monolith_neat_numpy.genes.genome import ConnectionGene, Genome
from spiral_monolith_neat_numpy.genes.validity import check_population, find_cycle
from spiral_monolith_neat_numpy.network.genome_network import compile_genome
from spiral_monolith_neat_numpy.settings import Settings

RECURRENT = Settings(p_add_node=0.3, p_add_connection=0.8, feed_forward=False)
WAVE = np.sin(np.arange(12) / 2.0)


def echo(genome: Genome) -> float:
    """Higher the nearer the output comes to the input two steps before."""
    network = compile_genome(genome)
    network.reset()
    found = np.array([network.activate([x, 1.0])[0] for x in WAVE])
    return -float(((found[2:] - WAVE[:-2]) ** 2).mean())


def cyclic(neat: ReproPlanaNEATPlus) -> list[bool]:
    return [bool(find_cycle(genome.genes)) for genome in neat.population]


def with_loop(genome: Genome) -> Genome:
    looped = genome.copy()
    looped.connections[90] = ConnectionGene(2, 2, 0.5, innovation=90)
    return looped


def test_cycles_grow_and_all_other_laws_hold() -> None:
    neat = runs.make_neat(20, settings=RECURRENT)
    neat.evolve(echo, 6, verbose=False)
    assert any(cyclic(neat))
    assert neat.population.feed_forward is False
    check_population(neat.population, feed_forward=False, num_inputs=2, num_outputs=1)


def test_no_cycle_grows_where_it_is_not_asked_for() -> None:
    neat = runs.make_neat(20, settings=RECURRENT.with_changes(feed_forward=True))
    neat.evolve(echo, 6, verbose=False)
    assert not any(cyclic(neat))
    assert neat.population.feed_forward is True


def test_every_back_end_and_every_repetition_gives_one_result() -> None:
    traces = []
    for backend in ("serial", "thread"):
        neat = runs.make_neat(12, settings=RECURRENT)
        neat.parallel_backend = backend
        traces.append(runs.trace(neat, echo))
    assert traces[0] == traces[1]


def test_a_genome_with_a_cycle_may_be_put_in_where_cycles_may_grow() -> None:
    neat = runs.make_neat(4, settings=RECURRENT)
    neat.population[0] = with_loop(neat.population[0])
    neat.population = [with_loop(genome) for genome in neat.population[1:]]
    assert all(cyclic(neat))
    strict = runs.make_neat(4)
    with pytest.raises(GenomeError, match="must not come from an output"):
        strict.population[0] = with_loop(strict.population[0])
    with pytest.raises(GenomeError, match="must not come from an output"):
        strict.population = neat.population


def test_the_setting_may_change_as_long_as_the_genomes_keep_it() -> None:
    neat = runs.make_neat(12)
    neat.settings = RECURRENT
    neat.evolve(echo, 6, verbose=False)
    assert any(cyclic(neat))
    with pytest.raises(GenomeError, match=r"population\[\d+\], id \d+: "):
        neat.settings = RECURRENT.with_changes(feed_forward=True)
    assert neat.settings == RECURRENT
    assert neat.population.feed_forward is False


def test_gradient_fitnesses_are_refused_before_anything_is_trained() -> None:
    neat = runs.make_neat(4, settings=RECURRENT)
    with pytest.raises(ValueError, match="a gradient fitness needs feed-forward genomes"):
        neat.evolve(runs.gradient(), 1, verbose=False)


def test_a_model_with_cycles_is_kept(tmp_path: Path) -> None:
    genome = with_loop(runs.make_neat(2).population[0])
    found = read_model(write_model(tmp_path / "a.npz", genome)).genome
    assert found == genome
    network, twin = compile_genome(found), compile_genome(genome)
    for _ in range(3):
        assert network.activate([0.3, 0.4]) == twin.activate([0.3, 0.4])
