"""Two poles on a cart (Wieland 1991), with velocities and without (Gruau et al. 1996).

Cart 1 kg on a track of 2.4 m to either side; poles of 0.1 and 0.01 kg, half-lengths 0.5
and 0.05 m, both within 36 degrees; hinge friction 2e-6; actions of 0.02 s with a force of
(output - 0.5) * 20 N; the long pole begins at 0.07 rad. Inputs are x / 4.8, speed / 2, and for
each pole angle / 0.52 and its speed / 2; then a bias of 0.5. Without velocities: x and both angles.
"""

import itertools
from typing import Any

import numpy as np

from spiral_monolith_neat_numpy.arrays import FloatArray, IntArray
from spiral_monolith_neat_numpy.errors import check_flag, check_integer
from spiral_monolith_neat_numpy.evaluation.compiled import CompiledFitness
from spiral_monolith_neat_numpy.genes.gather import pack_genes
from spiral_monolith_neat_numpy.genes.genome import Genome
from spiral_monolith_neat_numpy.genes.ranges import at_once
from spiral_monolith_neat_numpy.kernels.balance import N_WITH_VELOCITIES, N_WITHOUT, balance
from spiral_monolith_neat_numpy.kernels.jit import direct
from spiral_monolith_neat_numpy.kernels.layout import Genomes

START = np.array([[0.0, 0.0, 0.07, 0.0, 0.0, 0.0]])
SOLVED_ACTIONS = 100_000
SHORT_ACTIONS = 1_000
SOLVED_STARTS = 200  # of 625
_SHARES = (0.05, 0.25, 0.5, 0.75, 0.95)
# Half-widths of the starts' ranges: x in m, its speed, long angle and its speed.
_REACH = (2.16, 1.35, np.deg2rad(3.6), np.deg2rad(8.6))


def general_starts() -> FloatArray:
    """Return the ``(625, 6)`` states from which a champion without velocities is tried."""
    ranges = [[reach * (2.0 * share - 1.0) for share in _SHARES] for reach in _REACH]
    return np.array([[*start, 0.0, 0.0] for start in itertools.product(*ranges)])


class _Episodes:
    """What episodes come to, ``(n, n_starts)`` each (see ``kernels.balance``)."""

    def __init__(self, n: int, starts: FloatArray, most: int) -> None:
        self.starts, self.most = starts, most
        self.actions = np.empty((n, len(starts)), dtype=np.int64)
        self.unrest = np.empty(self.actions.shape)


class DoublePoleFitness(CompiledFitness):
    """Balance both poles; a genome begins every episode at rest.

    With velocities the score is the number of actions balanced, 100,000 at most. Without, it
    is that of Gruau et al. (1996), against networks that only shake: 0.1 t / 1000 +
    0.9 * 0.75 / u for t actions of at most 1,000, u the sum of |x| + |x'| + |long| + |long'|
    over the last 100; the second term is 0 for t < 100.

    Example:
        >>> from spiral_monolith_neat_numpy.genes.population import Population
        >>> fitness = DoublePoleFitness()
        >>> genome = Population.first(1, fitness.num_inputs, fitness.num_outputs, sigma=0.0)[0]
        >>> fitness.solved(genome)
        False
    """

    num_outputs = 1
    genomes_per_turn = 1

    def __init__(self, velocities: bool = True) -> None:
        """Take whether networks are told the speeds; without them they need memory."""
        self.velocities = check_flag("velocities", velocities)
        self.num_inputs = N_WITH_VELOCITIES if velocities else N_WITHOUT

    def room_for(self, n: int) -> _Episodes:
        """Return room for episodes from the usual start."""
        return _Episodes(n, START, SOLVED_ACTIONS if self.velocities else SHORT_ACTIONS)

    def kernel_on(self, genomes: Genomes, out_room: _Episodes) -> tuple[Any, ...]:
        """Return what runs the episodes (see ``CompiledFitness``)."""
        arrays = out_room.actions, out_room.unrest
        starts, most = out_room.starts, out_room.most
        return direct(balance), genomes, starts, most, self.velocities, *arrays

    def scores_of(self, room: _Episodes) -> FloatArray:
        """Return the scores (see ``CompiledFitness``)."""
        score = room.actions[:, 0].astype(np.float64)
        if not self.velocities:
            with np.errstate(divide="ignore"):  # a cart that never stirred
                score = 0.1 * score / SHORT_ACTIONS + 0.9 * (0.75 / room.unrest[:, 0])
        return score

    def actions(self, genome: Genome, most: int = SOLVED_ACTIONS) -> int:
        """Return the number of actions balanced from the usual start, ``most`` at most."""
        most = check_integer("most", most, 0)
        return int(self._try(genome, START, most)[0])

    def generalisation(self, genome: Genome) -> int:
        """Return from how many of 625 starts the genome balances for 1,000 actions."""
        found = self._try(genome, general_starts(), SHORT_ACTIONS)
        return int(np.count_nonzero(found == SHORT_ACTIONS))

    def solved(self, genome: Genome) -> bool:
        """Return whether the task is solved.

        With velocities: 100,000 actions. Without: these, and 1,000 from at least 200 of the
        625 starts.
        """
        if self.actions(genome) < SOLVED_ACTIONS:
            return False
        return self.velocities or self.generalisation(genome) >= SOLVED_STARTS

    def _try(self, genome: Genome, starts: FloatArray, most: int) -> IntArray:
        episodes = _Episodes(1, starts, most)
        if at_once(1, 1, *self.kernel_on(pack_genes(genome.genes), episodes)) >= 0:
            raise self._refusal(genome.genes)
        found: IntArray = episodes.actions[0]
        return found
