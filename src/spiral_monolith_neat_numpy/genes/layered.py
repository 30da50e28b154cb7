"""Genes of a first genome whose inputs reach the outputs through one layer of hidden nodes."""

from dataclasses import dataclass

import numpy as np

from spiral_monolith_neat_numpy.errors import check_choice, check_integer
from spiral_monolith_neat_numpy.genes.codes import ACTIVATIONS, HIDDEN, INPUT, OUTPUT
from spiral_monolith_neat_numpy.genes.packed import Genes

# Outputs start small, whatever the width of the layer, so that the first steps are sane.
OUTPUT_SPREAD = 0.3


@dataclass(frozen=True)
class HiddenLayer:
    """A sparse layer between inputs and outputs.

    Attributes:
        n_nodes: hidden nodes, >= 1.
        fan_in: inputs that each of them reads, >= 1, drawn without repetition.
        activation: of the hidden nodes.
    """

    n_nodes: int
    fan_in: int
    activation: str = "tanh"

    def __post_init__(self) -> None:
        """Check every field against its range."""
        check_integer("n_nodes", self.n_nodes, 1)
        check_integer("fan_in", self.fan_in, 1)
        check_choice("activation", self.activation, ACTIVATIONS)


@dataclass(frozen=True)
class Ends:
    """Inputs and outputs.

    Attributes:
        num_inputs: >= 1.
        num_outputs: >= 1.
        output_activation: of the output nodes.
    """

    num_inputs: int
    num_outputs: int
    output_activation: str = "sigmoid"

    def __post_init__(self) -> None:
        """Check every field against its range."""
        check_integer("num_inputs", self.num_inputs, 1)
        check_integer("num_outputs", self.num_outputs, 1)
        check_choice("output_activation", self.output_activation, ACTIVATIONS)


def layered_genes(ends: Ends, layer: HiddenLayer, rng: np.random.Generator) -> Genes:
    """Return genes whose hidden nodes read a few inputs each and feed every output.

    Ids follow those of ``Population.first``: with I inputs and O outputs, hidden node h is
    node I + O + h, and its edges have the innovations I * O + h * (I + O) + (s from input s,
    I + o to output o). Equal edges so have equal numbers in all genomes with that layer.
    Weights are normal with deviation 1 / sqrt(fan_in) into, 0.3 / sqrt(n_nodes) out of the
    layer; biases are 0.

    Args:
        ends: inputs and outputs.
        layer: the hidden nodes.
        rng: draws inputs and weights.

    Raises:
        ValueError: ``layer.fan_in`` is more than there are inputs.
    """
    num_inputs, num_outputs = ends.num_inputs, ends.num_outputs
    check_integer("fan_in", layer.fan_in, 1, num_inputs)
    n_ends, n = num_inputs + num_outputs, layer.n_nodes
    hidden = np.arange(n, dtype=np.int64)[:, None]
    chosen = rng.permuted(np.tile(np.arange(num_inputs), (n, 1)), axis=1)
    source = np.sort(chosen[:, : layer.fan_in], axis=1)
    target = np.tile(np.arange(num_outputs), (n, 1))
    place = np.hstack([source, num_inputs + target])
    node = n_ends + hidden
    from_node = np.hstack([source, np.broadcast_to(node, target.shape)])
    to_node = np.hstack([np.broadcast_to(node, source.shape), num_inputs + target])
    into = rng.normal(0.0, layer.fan_in**-0.5, source.shape)
    out = rng.normal(0.0, OUTPUT_SPREAD * n**-0.5, target.shape)
    kind = np.repeat(np.array([INPUT, OUTPUT, HIDDEN], np.int8), [num_inputs, num_outputs, n])
    # By kind: inputs are identity.
    activation = [0, ACTIVATIONS.index(layer.activation), ACTIVATIONS.index(ends.output_activation)]
    return Genes(
        node_id=np.arange(n_ends + n, dtype=np.int64),
        node_kind=kind,
        node_activation=np.array(activation, np.int8)[kind],
        node_bias=np.zeros(n_ends + n),
        edge_innovation=(num_inputs * num_outputs + hidden * n_ends + place).ravel(),
        edge_source=from_node.ravel().astype(np.int64),
        edge_target=to_node.ravel().astype(np.int64),
        edge_weight=np.hstack([into, out]).ravel(),
        edge_enabled=np.ones(place.size, dtype=np.bool_),
    )
