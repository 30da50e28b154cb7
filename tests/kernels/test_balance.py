"""Episodes of two poles on a cart, action by action against the twin."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.conftest import JIT_OFF
from tests.genes.strategies import make_genes, recurrent_genes
from tests.poles_reference import episode
from tests.recurrent_reference import PlainRecurrentNetwork

from spiral_monolith_neat_numpy.arrays import FloatArray, IntArray
from spiral_monolith_neat_numpy.genes.genome import Genome
from spiral_monolith_neat_numpy.genes.packed import Genes
from spiral_monolith_neat_numpy.genes.population import Population
from spiral_monolith_neat_numpy.kernels.balance import balance
from spiral_monolith_neat_numpy.kernels.ranges import NOTED, for_one

START = np.array([[0.0, 0.0, 0.07, 0.0, 0.0, 0.0]])


def balanced(
    several: list[Genes], starts: FloatArray, most: int, velocities: bool
) -> tuple[IntArray, FloatArray, int]:
    genomes = Population.from_genomes([Genome.from_genes(g) for g in several]).packed
    n = len(several)
    actions = np.full((n, len(starts)), -9, dtype=np.int64)
    unrest = np.full((n, len(starts)), -9.0)
    ranges = for_one(n)
    balance(ranges, genomes, starts, most, velocities, actions, unrest)
    return actions, unrest, int(ranges.words[NOTED])


def direct(weights: list[float], code: int = 3) -> Genes:
    """Return inputs joined to one output, the last weight on the output itself if one more."""
    n = 7 if len(weights) >= 7 else 4
    nodes = {i: (0, 0, 0.0) for i in range(n)} | {n: (2, code, 0.0)}
    genes = make_genes(nodes, [(i, n) for i in range(len(weights))])
    genes.edge_weight[:] = [weights[i] for i in genes.edge_source]
    return genes


@settings(max_examples=25)
@given(recurrent_genes(7, 1), st.integers(0, 100))
def test_random_networks_fall_as_those_of_the_twin(genes: Genes, seed: int) -> None:
    scale = np.array([1.0, 1.0, 0.2, 0.5, 0.2, 0.5])
    starts = np.random.default_rng(seed).uniform(-1.0, 1.0, (2, 6)) * scale
    actions, unrest, unfit = balanced([genes], starts, 30, True)
    assert unfit == -1
    for s, start in enumerate(starts):
        twin = PlainRecurrentNetwork(genes)
        wanted = episode(lambda x, twin=twin: twin.activate(x)[0], start, 30, True)  # type: ignore[misc]
        assert (actions[0, s], unrest[0, s]) == wanted


WITH = [-0.164, -0.116, -2.799, -1.75, 2.99, 0.386, 1.367]  # found by evolution
WITHOUT = [-0.766, -3.583, 5.0, 3.505, -4.13]
N_LONG = 150 if JIT_OFF else 600


@pytest.mark.parametrize(("weights", "bias"), [(WITH, -0.650827), (WITHOUT, 0.444127)])
def test_a_long_episode_is_that_of_the_twin(weights: list[float], bias: float) -> None:
    velocities = len(weights) == 7
    genes = direct(weights)
    genes.node_bias[-1] = bias
    actions, unrest, _ = balanced([genes], START, N_LONG, velocities)
    twin = PlainRecurrentNetwork(genes)
    wanted = episode(lambda x: float(twin.activate(x)[0]), START[0], N_LONG, velocities)
    assert actions[0, 0] == wanted[0] == N_LONG
    assert unrest[0, 0] == pytest.approx(wanted[1], rel=1e-9)


def test_without_force_the_poles_fall_in_the_same_time_to_both_sides() -> None:
    idle = direct([0.0] * 4)  # the output is 0.5: no force
    actions, unrest, _ = balanced([idle], np.concatenate([START, -START]), 1000, False)
    assert actions[0, 0] == actions[0, 1]
    assert 10 < actions[0, 0] < 100
    assert np.isinf(unrest).all()


def test_outputs_beyond_the_range_push_as_hard_as_its_ends() -> None:
    nodes = [direct([0.0, 0.0, 0.0, weight], code=0) for weight in (2.0, 9.0, 1e300, -2.0, 0.0)]
    actions, _, _ = balanced(nodes, START, 100, False)
    assert len(set(actions[:3, 0].tolist())) == 1
    assert actions[3, 0] == actions[4, 0]


def test_an_output_that_is_no_number_balances_nothing() -> None:
    lost = direct([0.0, 0.0, 0.0, 1e308], code=4)  # the sine of an infinite sum
    lost.node_bias[-1] = 1.7e308
    actions, _, unfit = balanced([lost], START, 100, False)
    assert (actions[0, 0], unfit) == (0, -1)


@pytest.mark.parametrize("limit", [2.4, -2.4])
def test_the_track_ends_where_it_ends(limit: float) -> None:
    start = np.array([[limit, 0.0, 0.0, 0.0, 0.0, 0.0]])
    push = direct([0.0, 0.0, 0.0, 2.0 * np.sign(limit)], code=0)
    pull = direct([0.0, 0.0, 0.0, 2.0 * -np.sign(limit)], code=0)
    actions, _, _ = balanced([push, pull], start, 5, False)
    assert actions[0, 0] == 0
    assert actions[1, 0] > 0


def test_genomes_and_starts_do_not_meet() -> None:
    several = [direct(WITHOUT), direct(WITHOUT[:4]), direct([0.0] * 4)]
    starts = np.concatenate([START, -2.0 * START])
    together = balanced(several, starts, 150, False)
    for g, genes in enumerate(several):
        for s in range(2):
            alone = balanced([genes], starts[s : s + 1], 150, False)
            assert together[0][g, s] == alone[0][0, 0]
            assert together[1][g, s] == alone[1][0, 0]


@pytest.mark.parametrize("velocities", [True, False])
def test_the_first_genome_of_another_size_is_named(velocities: bool) -> None:
    several = [direct([0.0] * 7), direct([0.0] * 4)]
    actions, unrest, unfit = balanced(several, START, 100, velocities)
    assert unfit == (1 if velocities else 0)
    assert actions[unfit, 0] == -1
    assert actions[1 - unfit, 0] > 0
    assert np.isinf(unrest[unfit, 0])


@pytest.mark.skipif(JIT_OFF, reason="nothing is compiled")
def test_it_was_compiled_once() -> None:
    balanced([direct([0.0] * 4)], START, 1, False)
    assert len(balance.signatures) == 1  # type: ignore[attr-defined]
