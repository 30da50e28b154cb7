"""Mutation of weights, biases and activations."""

from spiral_monolith_neat_numpy.arrays import BoolArray, KeyArray
from spiral_monolith_neat_numpy.genes.codes import ACTIVATIONS, codes_of
from spiral_monolith_neat_numpy.genes.gather import Packed
from spiral_monolith_neat_numpy.kernels.mutate import mutate_nodes, mutate_weights
from spiral_monolith_neat_numpy.settings import Settings


def mutate_parameters(
    packed: Packed, spared: BoolArray, settings: Settings, streams: KeyArray
) -> None:
    """Mutate weights, biases and activations in place.

    Args:
        packed: the genomes.
        spared: ``(n,)`` bool; these genomes stay as they are.
        settings: the probabilities and spreads.
        streams: ``(n, 3)`` uint64, one stream per genome.
    """
    genes = packed.genes
    mutate_weights(
        packed.edge_offset,
        spared,
        settings.p_mutate_weights,
        settings.p_replace_weight,
        settings.weight_sigma,
        settings.initial_weight_sigma,
        settings.weight_clip,
        streams,
        genes.edge_weight,
    )
    mutate_nodes(
        packed.node_offset,
        spared,
        genes.node_kind,
        settings.p_mutate_bias,
        settings.bias_sigma,
        settings.weight_clip,
        settings.p_mutate_activation,
        codes_of("activation_options", settings.activation_options, ACTIVATIONS),
        streams,
        genes.node_bias,
        genes.node_activation,
    )
