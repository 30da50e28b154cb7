"""Where the evolution of a measured table starts: half direct, half through a hidden layer.

Few columns want few connections, and direct ones do; on wide data, such as the pixels of
digits, a linear start takes more generations to grow hidden nodes than a user wants to wait.
So both are in the first population, and selection decides.
"""

from spiral_monolith_neat_numpy.evolution.neat import ReproPlanaNEATPlus
from spiral_monolith_neat_numpy.genes.genome import Genome
from spiral_monolith_neat_numpy.genes.layered import Ends, HiddenLayer, layered_genes
from spiral_monolith_neat_numpy.seeding import Purpose, stream

# Chosen on seeds from 20,000; benchmarks/tables.py reports others.
FAN_IN_SHARE = 1.0 / 3.0  # of the inputs
SIZE = 2.0  # connections, as a multiple of the direct ones


def layer_for(num_inputs: int, num_outputs: int) -> HiddenLayer:
    """Return the hidden layer for data of this shape.

    Example:
        >>> layer_for(64, 10)
        HiddenLayer(n_nodes=41, fan_in=21, activation='sine')
    """
    fan_in = max(1, round(num_inputs * FAN_IN_SHARE))
    n_nodes = max(1, round(SIZE * num_inputs * num_outputs / (fan_in + num_outputs)))
    return HiddenLayer(n_nodes, fan_in, "sine")


def mix_starts(neat: ReproPlanaNEATPlus, seed: int) -> None:
    """Give the first half of a first population a hidden layer in place of direct edges."""
    layer = layer_for(neat.num_inputs, neat.num_outputs)
    ends = Ends(neat.num_inputs, neat.num_outputs, neat.output_activation)
    for index in range(len(neat.population) // 2):
        rng = stream(seed, Purpose.FIRST_POPULATION, genome=index)
        genes = layered_genes(ends, layer, rng)
        genome_id = neat.population[index].id
        neat.population[index] = Genome.from_genes(genes, genome_id)
