"""A genome with cycles made ready to run, one sample after the other."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from spiral_monolith_neat_numpy.arrays import FloatArray, IntArray
from spiral_monolith_neat_numpy.errors import GenomeError
from spiral_monolith_neat_numpy.genes.gather import pack_genes
from spiral_monolith_neat_numpy.genes.packed import Genes
from spiral_monolith_neat_numpy.genes.validity import check_genome
from spiral_monolith_neat_numpy.kernels.program import Program, make_room
from spiral_monolith_neat_numpy.kernels.stepping import compile_one
from spiral_monolith_neat_numpy.network.face import Network
from spiral_monolith_neat_numpy.network.stepper import Stepper


@dataclass(frozen=True)
class RecurrentNetwork(Network):
    """A network whose outputs may depend on earlier samples.

    Nodes run in an order in which only edges that close a cycle lead back; those carry what
    their source was at the activation before, 0 at the first. Everything else is as in a
    feed-forward network, so without cycles there is no memory. Nodes from which no output
    can be reached are left out, and disabled edges.

    Attributes:
        stepper: runs it and holds its state.
        node_id: ``(n_nodes,)`` int64 ids in running order, inputs first.
        n_recurrent: edges that carry values of the activation before.
        head: "plain", "softmax", "logistic" or "identity".
    """

    stepper: Stepper
    node_id: IntArray
    n_recurrent: int
    head: str

    @property
    def n_inputs(self) -> int:
        """Number of inputs."""
        return self.stepper.n_inputs

    @property
    def n_outputs(self) -> int:
        """Number of outputs."""
        return self.stepper.n_outputs

    @property
    def is_recurrent(self) -> bool:
        """Whether outputs may depend on earlier samples."""
        return self.n_recurrent > 0

    def reset(self) -> None:
        """Forget what came before: all values are 0 again."""
        self.stepper.reset()

    def activate(self, X: ArrayLike) -> FloatArray:
        """Return the outputs' activations for one sample (see ``Network``)."""
        return self.stepper.activate(X)

    def logits(self, X: ArrayLike) -> FloatArray:
        """Raise ValueError: what a row gives depends on those before it."""
        raise ValueError(
            "a recurrent network has no outputs for rows by themselves, as each depends on those "
            "before it: reset() the network and activate() one sample after the other"
        )


def compile_recurrent(genes: Genes, head: str = "plain") -> RecurrentNetwork:
    """Return the network of gene arrays, whether there are cycles or not.

    Raises:
        GenomeError: there is no input or no output, or an enabled edge starts or ends
            nowhere or leads into an input.
    """
    genomes = pack_genes(genes)
    room = make_room(genomes, 0, 1)
    n_inputs, n_outputs, n_ordered, n_recurrent = compile_one(genomes, 0, room)
    if n_inputs < 0:
        check_genome(genes, feed_forward=False)  # says which law is broken, and where
        raise GenomeError("enabled edges of a network must join its nodes, none an input")
    if n_inputs == 0 or n_outputs == 0:
        raise GenomeError(
            f"a network must have at least 1 input and 1 output, got {n_inputs} and {n_outputs}"
        )
    made = room.program
    n_edges = made.start[-1]
    program = Program(
        made.activation,
        made.bias,
        made.start,
        made.source[:n_edges],
        made.weight[:n_edges],
        made.order,
        made.input[:n_inputs],
        made.output[:n_outputs],
    )
    running = np.concatenate([program.input, program.order[:n_ordered]])
    return RecurrentNetwork(
        Stepper.from_program(program, n_ordered), genes.node_id[running], n_recurrent, head
    )
