"""What ours is compared with computes the same: networks, two poles, and the plain fitness."""

import numpy as np
import pytest
from tests.poles_reference import FRICTION, step

import _neat_python as theirs
from _turns import xor_closeness
from _two_poles import MUTATION_ALONE, START, balance, bred, moved
from peers import XOR_ARRAYS
from spiral_monolith_neat_numpy import DoublePoleFitness, ReproPlanaNEATPlus, compile_genome

CONFIG = theirs.make_config(2, DoublePoleFitness().num_inputs)


def test_converted_networks_compute_the_same() -> None:
    rng = np.random.default_rng(0)
    genomes = bred(40, lambda last: rng.random(len(last)))
    assert max(genome.n_hidden for genome in genomes) >= 2
    samples = rng.normal(size=(5, 7))
    for genome in genomes:
        activate = theirs.activation_of(theirs.converted(genome.genes, CONFIG), CONFIG)
        found = [activate(sample)[0] for sample in samples.tolist()]
        network = compile_genome(genome)
        wanted = [network.activate(sample)[0] for sample in samples]
        np.testing.assert_allclose(found, wanted, rtol=1e-12)


def test_plain_poles_move_as_the_twin_of_ours() -> None:
    forces = np.random.default_rng(1).uniform(-10.0, 10.0, 300)
    state, twin = START, np.array(START)
    for force in forces.tolist():
        state, twin = moved(state, force), step(twin, force, FRICTION, 0.01)
    # Differences of rounding grow as the poles fall: by about a million in three seconds.
    np.testing.assert_allclose(state, twin, rtol=1e-6, atol=1e-6)


def test_plain_episodes_last_as_long_as_ours() -> None:
    fitness = DoublePoleFitness()
    neat = ReproPlanaNEATPlus(7, 1, 150, 0, "sigmoid", MUTATION_ALONE)
    best, _ = neat.evolve(fitness, 60, target_fitness=300, verbose=False)
    assert fitness(best) >= 300
    for genome in [best, *neat.population[:20]]:
        activate = theirs.activation_of(theirs.converted(genome.genes, CONFIG), CONFIG)
        assert balance(activate, 300) == fitness.actions(genome, 300)


def test_plain_fitness_is_the_same_function_of_either_container() -> None:
    def activate(inputs: tuple[float, float]) -> list[float]:
        return [0.25 + 0.5 * inputs[0] * inputs[1]]

    wanted = 4.0 - (0.25**2 + 0.75**2 + 0.75**2 + 0.75**2)
    for cases in (theirs.XOR_CASES, XOR_ARRAYS):
        assert xor_closeness(activate, cases) == pytest.approx(wanted)


def test_both_sides_score_equally_many_genomes() -> None:
    run = theirs.evolve_xor(20, 3, seed=0)
    assert run.scored == 60
    assert run.n_species >= 1.0
