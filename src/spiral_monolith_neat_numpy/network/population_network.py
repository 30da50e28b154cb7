"""Many genomes side by side: each activation gives every one of them a sample of its own."""

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import ArrayLike

from spiral_monolith_neat_numpy.arrays import FloatArray
from spiral_monolith_neat_numpy.errors import GenomeError, as_floats, check_finite
from spiral_monolith_neat_numpy.genes.genome import Genome
from spiral_monolith_neat_numpy.kernels.stepping import activate_each
from spiral_monolith_neat_numpy.network.genome_network import compile_genome
from spiral_monolith_neat_numpy.network.stepper import Stepper


class PopulationNetwork:
    """Runs the networks of many genomes in step, in one call of compiled code.

    For environments that are stepped together, such as Gymnasium's vector environments: row i
    of what goes in and comes out belongs to genome i. Each network is what ``compile_genome``
    makes of its genome, state included.

    Example:
        >>> from spiral_monolith_neat_numpy.genes.population import Population
        >>> networks = compile_population(Population.first(3, 4, 2))
        >>> networks.activate(np.zeros((3, 4))).shape
        (3, 2)
    """

    def __init__(self, networks: Sequence[Stepper]) -> None:
        """Take networks of the same numbers of inputs and outputs, at least one."""
        self.n_inputs, self.n_outputs = networks[0].n_inputs, networks[0].n_outputs
        programs = [network.program for network in networks]
        self._program = np.concatenate(programs)
        self._offset = np.cumsum([0] + [program.size for program in programs], dtype=np.int64)
        self._rest = self._program.copy()

    def __len__(self) -> int:
        """Return the number of genomes."""
        return int(self._offset.size) - 1

    def reset(self, index: int | None = None) -> None:
        """Forget earlier samples, of one genome or of all: to be called before each episode.

        Raises:
            IndexError: there is no such genome.
        """
        if index is None:
            self._program[...] = self._rest
            return
        i = range(len(self))[index]
        own = slice(self._offset[i], self._offset[i + 1])
        self._program[own] = self._rest[own]

    def activate(self, X: ArrayLike) -> FloatArray:
        """Return the outputs' own activations, ``(n, n_outputs)`` float64.

        Args:
            X: ``(n, n_inputs)`` finite numbers, a row per genome.

        Raises:
            ValueError: another shape; or NaN or infinity, and then genomes whose rows are
                sound have moved on.
        """
        rows = as_floats("X", X)
        if rows.shape != (len(self), self.n_inputs):
            raise ValueError(
                f"X must have shape ({len(self)}, {self.n_inputs}), a sample per genome, "
                f"got {rows.shape}"
            )
        out = np.empty((len(self), self.n_outputs))
        bad = activate_each(self._offset, rows, self._program, out)
        if bad >= 0:
            check_finite("X", rows)
        return out


def compile_population(genomes: Iterable[Genome]) -> PopulationNetwork:
    """Return the networks of all genomes, to be run in step.

    Args:
        genomes: a population, or any genomes with equal numbers of inputs and of outputs.

    Raises:
        ValueError: no genomes.
        GenomeError: as for ``compile_genome``, or unequal numbers.
    """
    networks = [compile_genome(genome) for genome in genomes]
    if not networks:
        raise ValueError("genomes must hold at least 1 genome, got 0")
    sizes = [(network.n_inputs, network.n_outputs) for network in networks]
    odd = next((i for i, size in enumerate(sizes) if size != sizes[0]), None)
    if odd is not None:
        raise GenomeError(
            f"genomes must have the {sizes[0][0]} inputs and {sizes[0][1]} outputs of the first, "
            f"got {sizes[odd][0]} and {sizes[odd][1]} at index {odd}"
        )
    return PopulationNetwork(networks)
