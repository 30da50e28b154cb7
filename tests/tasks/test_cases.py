"""Scores on fixed cases, by hand and against networks activated one case at a time."""

from typing import Any

import numpy as np
import pytest
from tests.genes.strategies import make_genes

from spiral_monolith_neat_numpy.arrays import AnyArray, FloatArray
from spiral_monolith_neat_numpy.errors import FitnessError
from spiral_monolith_neat_numpy.genes.genome import Genome
from spiral_monolith_neat_numpy.genes.population import Population
from spiral_monolith_neat_numpy.network.genome_network import compile_genome
from spiral_monolith_neat_numpy.tasks.cases import (
    CaseFitness,
    FunctionFitness,
    MultiplexerFitness,
    XorFitness,
)


def linear(weights: list[float], bias: float = 0.0) -> Genome:
    """Return a sum of the inputs as output."""
    n = len(weights)
    nodes = {i: (0, 0, 0.0) for i in range(n)} | {n: (2, 0, bias)}
    genes = make_genes(nodes, [(i, n) for i in range(n)])
    genes.edge_weight[:] = [weights[i] for i in genes.edge_source]
    return Genome.from_genes(genes)


def xor_network() -> Genome:
    """Return square(x1 - x2), with the bias input unused."""
    genome = linear([1.0, -1.0, 0.0])
    genome.nodes[3].activation = "square"
    return genome


def activated(fitness: CaseFitness, genome: Genome) -> AnyArray:
    network = compile_genome(genome)
    rows = []
    for x in fitness.X:
        network.reset()
        rows.append(network.activate(x))
    return np.array(rows)


def test_xor_by_hand() -> None:
    fitness = XorFitness()
    assert fitness.X.tolist() == [[0, 0, 1], [0, 1, 1], [1, 0, 1], [1, 1, 1]]
    assert fitness.y[:, 0].tolist() == [0, 1, 1, 0]
    assert fitness(xor_network()) == 16.0
    assert fitness.solved(xor_network())
    half = linear([0.0, 0.0, 0.25])  # errors 0.25, 0.75, 0.75, 0.25
    assert fitness(half) == 4.0
    assert not fitness.solved(half)


def test_xor_is_solved_by_sides_alone() -> None:
    near = xor_network()
    near.nodes[3].bias = 0.2  # 0.04, 1.44, 0.64, 0.04
    assert XorFitness().solved(near)
    assert XorFitness()(near) == pytest.approx((4.0 - 0.04 * 2 - 0.44 - 0.36) ** 2)


def test_outputs_far_off_gain_nothing() -> None:
    assert XorFitness()(linear([0.0, 0.0, 100.0])) == 0.0
    assert XorFitness()(linear([0.0, 0.0, 1e308], 1.7e308)) == 0.0
    assert MultiplexerFitness(1)(linear([100.0, 0.0, 0.0])) == 0.0


def test_an_output_that_is_no_number_scores_none() -> None:
    lost = linear([0.0, 0.0, 1e308], 1.7e308)
    lost.nodes[3].activation = "sine"
    assert np.isnan(XorFitness()(lost))
    assert not XorFitness().solved(lost)


@pytest.mark.parametrize(("bias", "n_inputs"), [(None, 2), (1.0, 3), (0.5, 3)])
def test_the_bias_input_is_what_it_is_said_to_be(bias: float | None, n_inputs: int) -> None:
    fitness = XorFitness(bias)
    assert fitness.num_inputs == n_inputs
    assert fitness.X[:, 2:].ravel().tolist() == ([] if bias is None else [bias] * 4)


@pytest.mark.parametrize("fitness", [XorFitness(), MultiplexerFitness(2), XorFitness(None)])
def test_scores_are_those_of_the_network_case_by_case(fitness: CaseFitness) -> None:
    for genome in Population.first(5, fitness.num_inputs, 1, "steep_sigmoid"):
        error = float(np.abs(activated(fitness, genome) - fitness.y).sum())
        wanted = (4.0 - error) ** 2
        if isinstance(fitness, MultiplexerFitness):
            wanted = 1.0 - error / len(fitness.X)
        assert fitness(genome) == pytest.approx(wanted, rel=1e-13)


def test_multiplexer_has_every_case_once_and_gives_the_addressed_input() -> None:
    fitness = MultiplexerFitness()
    assert fitness.X.shape == (2048, 11)
    assert len(np.unique(fitness.X, axis=0)) == 2048
    for row, target in zip(fitness.X[::97], fitness.y[::97, 0], strict=True):
        digits = "".join(str(int(one)) for one in row)
        assert target == float(digits[3 + int(digits[:3], 2)])
    assert (MultiplexerFitness(2).num_inputs, MultiplexerFitness(1, 1.0).num_inputs) == (6, 4)


def test_multiplexer_by_hand() -> None:
    # One address input: with it ignored, the mean of both data inputs is off by 0.5 in half.
    fitness, genome = MultiplexerFitness(1), linear([0.0, 0.5, 0.5])
    assert fitness(genome) == 0.75
    assert fitness.accuracy(genome) == 0.5
    assert not fitness.solved(genome)


def test_function_by_hand() -> None:
    fitness = FunctionFitness(lambda x: 2.0 * x + 1.0, -1.0, 1.0, n=9)
    assert fitness(linear([2.0], 1.0)) == 0.0
    assert fitness(linear([2.0], 1.5)) == pytest.approx(-0.25)
    assert fitness.error(linear([2.0], 1.5)) == pytest.approx(0.5)


def test_points_come_from_the_seed_and_lie_within_the_limits() -> None:
    made = [FunctionFitness(np.hypot, (0.0, -5.0), (1.0, 5.0), 200, seed) for seed in (1, 1, 2)]
    assert np.array_equal(made[0].X, made[1].X)
    assert not np.array_equal(made[0].X, made[2].X)
    assert (made[0].X >= [0.0, -5.0]).all()
    assert (made[0].X <= [1.0, 5.0]).all()
    assert np.ptp(made[0].X[:, 1]) > 8.0
    assert np.array_equal(made[0].y[:, 0], np.hypot(*made[0].X.T))


def test_a_function_may_have_several_values() -> None:
    fitness = FunctionFitness(lambda x: np.stack([x, -x], axis=1), 0.0, 1.0, n=6)
    assert (fitness.num_inputs, fitness.num_outputs) == (1, 2)
    genes = make_genes({0: (0, 0, 0.0), 1: (2, 0, 0.0), 2: (2, 0, 0.0)}, [(0, 1), (0, 2)])
    genes.edge_weight[genes.edge_target == 2] = -1.0
    assert fitness(Genome.from_genes(genes)) == 0.0


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"n": 0}, "n must be >= 1, got 0"),
        ({"high": -1.0}, "high must be above low for each input"),
        ({"low": (0.0, 0.0)}, "high must be above low for each input"),
        ({"low": np.nan}, "low must hold finite numbers"),
        ({"seed": -1}, "seed must be in "),
        ({"function": np.sum}, "the function must return 5 values"),
        ({"function": lambda x: np.zeros((len(x), 0))}, "the function must return 5 values"),
        ({"low": -1e308, "high": 1e308}, "high - low must be finite for each input"),
        ({"function": lambda x: x / 0.0 * 0.0}, "must hold finite numbers"),
        ({"bias": np.inf}, "bias must be a finite number"),
    ],
)
def test_what_makes_no_task_is_refused(changes: dict[str, object], message: str) -> None:
    arguments = {"function": np.sin, "low": 0.0, "high": 1.0, "n": 5, **changes}
    with np.errstate(all="ignore"), pytest.raises(ValueError, match=message):
        FunctionFitness(**arguments)  # type: ignore[arg-type]


def test_what_is_no_function_is_refused() -> None:
    with pytest.raises(TypeError, match="function must be callable on arrays, got 3"):
        FunctionFitness(3, 0.0, 1.0)  # type: ignore[arg-type]


@pytest.mark.parametrize("n_address", [0, 4])
def test_addresses_have_limits(n_address: int) -> None:
    with pytest.raises(ValueError, match=r"n_address must be in \[1, 3\]"):
        MultiplexerFitness(n_address)


def test_solvers_of_a_population_are_those_that_solve_it() -> None:
    # Whether x is above 0.5: told by x itself, and by nothing else here.
    fitness = FunctionFitness(lambda x: (x > 0.5).astype(float), 0.0, 1.0, n=40)
    population = Population.from_genomes([linear([0.0]), linear([1.0]), linear([-1.0], 1.0)])
    assert fitness.solvers(population).tolist() == [False, True, False]
    xor = XorFitness(None)
    drawn = Population.first(4, 2, 1)
    assert xor.solvers(drawn).tolist() == [xor.solved(genome) for genome in drawn]


def test_a_population_of_another_size_has_no_solvers() -> None:
    with pytest.raises(
        FitnessError, match="the fitness failed on genome 0: genome must have 3 input nodes"
    ):
        XorFitness().solvers(Population.first(2, 2, 1))


@pytest.mark.parametrize("dtype", [np.int64, np.float32, np.bool_])
def test_cases_of_other_types_are_read_as_numbers(dtype: Any) -> None:
    class Or(CaseFitness):
        def scores_of(self, room: FloatArray) -> FloatArray:
            return np.asarray(4.0 - room[:, 0])

    X, y = np.array([[0, 0], [0, 1], [1, 0], [1, 1]]), np.array([[0], [1], [1], [1]])
    genome = Population.first(1, 2, 1)[0]
    wanted = Or(X.astype(np.float64), y.astype(np.float64), None)(genome)
    assert Or(X.astype(dtype), y.astype(dtype), None)(genome) == wanted
    assert Or(np.asfortranarray(X.astype(np.float64)), y.astype(dtype), None)(genome) == wanted
