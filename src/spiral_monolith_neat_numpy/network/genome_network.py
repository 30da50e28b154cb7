"""A genome made ready to run: one sample after the other, or rows of them at once."""

from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from spiral_monolith_neat_numpy.arrays import FloatArray
from spiral_monolith_neat_numpy.errors import GenomeError, as_floats
from spiral_monolith_neat_numpy.genes.genome import Genome
from spiral_monolith_neat_numpy.genes.validity import check_genome
from spiral_monolith_neat_numpy.kernels.jit import direct
from spiral_monolith_neat_numpy.kernels.stepping import pack_program
from spiral_monolith_neat_numpy.network.face import Network
from spiral_monolith_neat_numpy.network.network import (
    FeedForwardNetwork,
    compile_genes,
    wired_or_none,
)
from spiral_monolith_neat_numpy.network.stepper import Stepper


class GenomeNetwork(Stepper, Network):
    """A network as the genome was when it was compiled, with cycles or without.

    Nodes run in an order in which only edges that close a cycle lead back; those carry what
    their source was at the activation before, 0 at the first. So without cycles there is no
    memory. Nodes from which no output can be reached are left out, and disabled edges.

    Attributes:
        head: "plain", "softmax", "logistic" or "identity".
    """

    def __init__(self, program: FloatArray, n_inputs: int, n_outputs: int, head: str) -> None:
        """Take over a packed program with so many inputs and outputs."""
        super().__init__(program, n_inputs, n_outputs)
        self.head = head

    @property
    def is_recurrent(self) -> bool:
        """Whether outputs may depend on earlier samples."""
        return self.n_recurrent > 0

    def activate(self, X: ArrayLike) -> FloatArray:
        """Return the outputs' activations for one sample or for rows (see ``Network``)."""
        array = X if isinstance(X, np.ndarray) and X.dtype.kind == "f" else as_floats("X", X)
        if array.ndim == 1 or self._rows is None:
            return self.run(array)
        return self._rows.activate(array)

    def logits(self, X: ArrayLike) -> FloatArray:
        """Return the outputs' sums before any activation (see ``Network``)."""
        if self._rows is None:
            raise ValueError(
                "a recurrent network has no outputs for rows by themselves, as each depends on "
                "those before it: reset() the network and activate() one sample after the other"
            )
        return self._rows.logits(X)

    @cached_property
    def _rows(self) -> FeedForwardNetwork | None:
        """What runs rows of samples, made when the first ones come; None: nothing can."""
        return compile_genes(self.genes(), self.head) if self.takes_rows else None

    def __reduce__(self) -> tuple[Any, ...]:
        """Copy and pickle with an array of its own, state included."""
        return (GenomeNetwork, (self.program.copy(), self.n_inputs, self.n_outputs, self.head))


def compile_genome(genome: Genome) -> GenomeNetwork:
    """Return the network of a genome, as it is now.

    Args:
        genome: any valid genome.

    Raises:
        GenomeError: there is no input or no output, or an enabled edge starts or ends nowhere or
            leads into an input. Rows of samples raise it where a parameter is beyond float32.
    """
    program, n_inputs, n_outputs = direct(pack_program)(*genome.packed())
    if n_inputs < 0:
        check_genome(genome.genes, feed_forward=False)  # says which law is broken, and where
        raise GenomeError("enabled edges of a network must join its nodes, none an input")
    if n_inputs == 0 or n_outputs == 0:
        raise GenomeError(
            f"a network must have at least 1 input and 1 output, got {n_inputs} and {n_outputs}"
        )
    return GenomeNetwork(program, n_inputs, n_outputs, genome.head)


def compile_rows(genome: Genome) -> FeedForwardNetwork | GenomeNetwork:
    """Return what runs rows of samples: without the program for single ones, if it can do without.

    Raises:
        GenomeError: as ``compile_genome``, or a parameter is beyond float32.
    """
    wired = wired_or_none(genome.genes, genome.head)
    return compile_genome(genome) if wired is None else wired
