"""One gene as an object: alone, or a live view on the gene of a genome."""

from dataclasses import replace
from typing import NoReturn

import numpy as np

from spiral_monolith_neat_numpy.arrays import IntArray
from spiral_monolith_neat_numpy.errors import check_flag, check_integer, check_number
from spiral_monolith_neat_numpy.genes.codes import ACTIVATIONS, NODE_KINDS, code_of, name_of
from spiral_monolith_neat_numpy.genes.live import MAX_ID, LiveGene
from spiral_monolith_neat_numpy.genes.packed import Genes


class NodeGene(LiveGene):
    """A node: ``id`` and ``type`` are fixed, ``bias`` and ``activation`` can be set.

    A gene taken from a genome (``genome.nodes[3]``), or put into one, writes through to
    that genome; removed from it, it keeps its values and stands alone again.

    Example:
        >>> node = NodeGene(7, "hidden", bias=0.5)
        >>> node.activation = "relu"
        >>> node
        NodeGene(node_id=7, node_type='hidden', bias=0.5, activation='relu')
    """

    __slots__ = ()

    def __init__(
        self, node_id: int, node_type: str, bias: float = 0.0, activation: str = "tanh"
    ) -> None:
        """Make a gene that stands alone.

        Args:
            node_id: id from 0 to 2**31 - 1.
            node_type: "input", "hidden" or "output".
            bias: added to the sum of the inputs, finite.
            activation: one of ``codes.ACTIVATIONS``.

        Raises:
            TypeError: an id or bias that is not a number.
            ValueError: a value out of range or an unknown name.
        """
        self._owner = None
        self._index = 0
        self._genes = replace(
            Genes.empty(),
            node_id=np.array([check_integer("node_id", node_id, 0, MAX_ID)], dtype=np.int64),
            node_kind=np.array([code_of("node_type", node_type, NODE_KINDS)], dtype=np.int8),
            node_activation=np.array(
                [code_of("activation", activation, ACTIVATIONS)], dtype=np.int8
            ),
            node_bias=np.array([check_number("bias", bias)]),
        )

    @staticmethod
    def _keys(genes: Genes) -> IntArray:
        return genes.node_id

    @staticmethod
    def _cut(genes: Genes, at: slice) -> Genes:
        return genes.part(at, slice(0))

    @property
    def id(self) -> int:
        """Id of the node, fixed."""
        genes, index = self.place()
        return int(genes.node_id[index])

    @id.setter
    def id(self, value: object) -> NoReturn:
        self._refuse("id", self.id)

    @property
    def type(self) -> str:
        """One of "input", "hidden" and "output", fixed."""
        genes, index = self.place()
        return name_of("node_kind", int(genes.node_kind[index]), NODE_KINDS)

    @type.setter
    def type(self, value: object) -> NoReturn:
        self._refuse("type", self.type)

    @property
    def bias(self) -> float:
        """Added to the sum of the inputs."""
        genes, index = self.place()
        return float(genes.node_bias[index])

    @bias.setter
    def bias(self, value: float) -> None:
        genes, index = self.place()
        genes.node_bias[index] = check_number("bias", value)

    @property
    def activation(self) -> str:
        """Name of the activation function."""
        genes, index = self.place()
        return name_of("node_activation", int(genes.node_activation[index]), ACTIVATIONS)

    @activation.setter
    def activation(self, value: str) -> None:
        genes, index = self.place()
        genes.node_activation[index] = code_of("activation", value, ACTIVATIONS)

    def __repr__(self) -> str:
        """Return the call that makes an equal gene."""
        return (
            f"NodeGene(node_id={self.id}, node_type={self.type!r}, "
            f"bias={self.bias!r}, activation={self.activation!r})"
        )

    def values(self) -> tuple[int, str, float, str]:
        """Return the arguments that make an equal gene."""
        return (self.id, self.type, self.bias, self.activation)


class ConnectionGene(LiveGene):
    """A connection: ends and ``innovation`` are fixed, ``weight`` and ``enabled`` can be set.

    A gene taken from a genome (``genome.connections[3]``), or put into one, writes through
    to that genome; removed from it, it keeps its values and stands alone again.

    Example:
        >>> ConnectionGene(0, 2, 0.5, innovation=4)
        ConnectionGene(in_node=0, out_node=2, weight=0.5, enabled=True, innovation=4)
    """

    __slots__ = ()

    def __init__(
        self,
        in_node: int,
        out_node: int,
        weight: float,
        enabled: bool = True,
        innovation: int = 0,
    ) -> None:
        """Make a gene that stands alone.

        Args:
            in_node: id of the node it comes from.
            out_node: id of the node it goes to.
            weight: factor on the value that passes, finite.
            enabled: whether it takes part in the network.
            innovation: number of this connection in the run, from 0.

        Raises:
            TypeError: a value of the wrong type.
            ValueError: a value out of range.
        """
        self._owner = None
        self._index = 0
        self._genes = replace(
            Genes.empty(),
            edge_innovation=np.array(
                [check_integer("innovation", innovation, 0, MAX_ID)], dtype=np.int64
            ),
            edge_source=np.array([check_integer("in_node", in_node, 0, MAX_ID)], dtype=np.int64),
            edge_target=np.array([check_integer("out_node", out_node, 0, MAX_ID)], dtype=np.int64),
            edge_weight=np.array([check_number("weight", weight)]),
            edge_enabled=np.array([check_flag("enabled", enabled)]),
        )

    @staticmethod
    def _keys(genes: Genes) -> IntArray:
        return genes.edge_innovation

    @staticmethod
    def _cut(genes: Genes, at: slice) -> Genes:
        return genes.part(slice(0), at)

    @property
    def in_node(self) -> int:
        """Id of the node it comes from, fixed."""
        genes, index = self.place()
        return int(genes.edge_source[index])

    @in_node.setter
    def in_node(self, value: object) -> NoReturn:
        self._refuse("in_node", self.in_node)

    @property
    def out_node(self) -> int:
        """Id of the node it goes to, fixed."""
        genes, index = self.place()
        return int(genes.edge_target[index])

    @out_node.setter
    def out_node(self, value: object) -> NoReturn:
        self._refuse("out_node", self.out_node)

    @property
    def innovation(self) -> int:
        """Number of this connection in the run, fixed."""
        genes, index = self.place()
        return int(genes.edge_innovation[index])

    @innovation.setter
    def innovation(self, value: object) -> NoReturn:
        self._refuse("innovation", self.innovation)

    @property
    def weight(self) -> float:
        """Factor on the value that passes."""
        genes, index = self.place()
        return float(genes.edge_weight[index])

    @weight.setter
    def weight(self, value: float) -> None:
        genes, index = self.place()
        genes.edge_weight[index] = check_number("weight", value)

    @property
    def enabled(self) -> bool:
        """Whether it takes part in the network."""
        genes, index = self.place()
        return bool(genes.edge_enabled[index])

    @enabled.setter
    def enabled(self, value: bool) -> None:
        genes, index = self.place()
        genes.edge_enabled[index] = check_flag("enabled", value)

    def __repr__(self) -> str:
        """Return the call that makes an equal gene."""
        return (
            f"ConnectionGene(in_node={self.in_node}, out_node={self.out_node}, "
            f"weight={self.weight!r}, enabled={self.enabled!r}, innovation={self.innovation})"
        )

    def values(self) -> tuple[int, int, float, bool, int]:
        """Return the arguments that make an equal gene."""
        return (self.in_node, self.out_node, self.weight, self.enabled, self.innovation)
