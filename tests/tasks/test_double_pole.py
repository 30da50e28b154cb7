"""Two poles: what is scored, what is solved, from which starts."""

import numpy as np
import pytest
from tests.genes.strategies import make_genes
from tests.poles_reference import episode

from spiral_monolith_neat_numpy.errors import GenomeError
from spiral_monolith_neat_numpy.genes.genome import Genome
from spiral_monolith_neat_numpy.genes.population import Population
from spiral_monolith_neat_numpy.network.genome_network import compile_genome
from spiral_monolith_neat_numpy.tasks.double_pole import START, DoublePoleFitness, general_starts


def neuron(weights: list[float], bias: float, n_inputs: int) -> Genome:
    """Return one sigmoid; a weight more than inputs is on itself."""
    nodes = {i: (0, 0, 0.0) for i in range(n_inputs)} | {n_inputs: (2, 3, bias)}
    genes = make_genes(nodes, [(i, n_inputs) for i in range(len(weights))])
    genes.edge_weight[:] = [weights[i] for i in genes.edge_source]
    return Genome.from_genes(genes)


GOOD = neuron([-0.626, -0.854, -1.946, -3.896, 2.349, 0.929, -0.435], 0.18672, 7)
SELF = neuron([-0.766, -3.583, 5.0, 3.505, -4.13], 0.444127, 4)


def test_with_velocities_a_score_is_the_actions_balanced() -> None:
    fitness = DoublePoleFitness()
    idle = neuron([0.0] * 7, 0.0, 7)
    wanted, _ = episode(lambda x: 0.5, START[0], 1000, True)
    assert fitness(idle) == fitness.actions(idle) == wanted
    assert not fitness.solved(idle)
    assert fitness.actions(GOOD, 700) == 700


def test_without_velocities_a_score_is_that_of_gruau() -> None:
    fitness = DoublePoleFitness(velocities=False)
    network = compile_genome(SELF)
    actions, unrest = episode(lambda x: float(network.activate(x)[0]), START[0], 1000, False)
    assert actions == 1000
    assert fitness(SELF) == pytest.approx(0.1 + 0.675 / unrest, rel=1e-9)
    idle = neuron([0.0] * 4, 0.0, 4)
    assert fitness(idle) == fitness.actions(idle) / 10_000 < 0.01


def test_starts_are_all_of_five_by_five_by_five_by_five() -> None:
    starts = general_starts()
    assert len(np.unique(starts, axis=0)) == len(starts) == 625
    np.testing.assert_allclose(-starts[::-1], starts, rtol=1e-12)
    widest = starts.max(axis=0) / 0.9
    np.testing.assert_allclose(widest, [2.16, 1.35, np.radians(3.6), np.radians(8.6), 0, 0])
    assert sorted({round(x / 2.16, 12) for x in starts[:, 0]}) == [-0.9, -0.5, 0.0, 0.5, 0.9]


def test_generalisation_counts_the_starts_that_were_mastered() -> None:
    fitness = DoublePoleFitness(velocities=False)
    network = compile_genome(SELF)

    def mastered(start: int) -> bool:
        network.reset()
        found, _ = episode(
            lambda x: float(network.activate(x)[0]), general_starts()[start], 1000, False
        )
        return found == 1000

    found = fitness.generalisation(SELF)
    assert 0 <= found < 625
    some = range(306, 319, 3)
    kept = fitness._try(SELF, general_starts()[list(some)], 1000) == 1000
    assert kept.tolist() == [mastered(start) for start in some]


def test_solved_asks_for_the_long_run_and_for_the_starts(monkeypatch: pytest.MonkeyPatch) -> None:
    for velocities, actions, starts, wanted in (
        (True, 100_000, 0, True),
        (True, 99_999, 625, False),
        (False, 100_000, 200, True),
        (False, 100_000, 199, False),
        (False, 99_999, 625, False),
    ):
        fitness = DoublePoleFitness(velocities)
        monkeypatch.setattr(fitness, "actions", lambda genome, n=actions: n)
        monkeypatch.setattr(fitness, "generalisation", lambda genome, n=starts: n)
        assert fitness.solved(GOOD) is wanted


def test_a_solution_is_known() -> None:
    assert DoublePoleFitness().solved(GOOD)


def test_values_that_make_no_sense_are_refused() -> None:
    with pytest.raises(TypeError, match="velocities must be True or False, got 1"):
        DoublePoleFitness(1)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="most must be >= 0, got -1"):
        DoublePoleFitness().actions(GOOD, -1)
    other = Population.first(1, 4, 1)[0]
    fitness = DoublePoleFitness()
    for ask in (fitness.actions, fitness.generalisation, fitness.solved):
        with pytest.raises(GenomeError, match="7"):
            ask(other)
