"""What the first population of a run, and one drawn anew later, is drawn from."""

from dataclasses import dataclass

from spiral_monolith_neat_numpy.errors import check_choice, check_integer
from spiral_monolith_neat_numpy.genes.first import Start, first_genes
from spiral_monolith_neat_numpy.genes.layered import Ends
from spiral_monolith_neat_numpy.genes.packed import Genes
from spiral_monolith_neat_numpy.genes.population import Population
from spiral_monolith_neat_numpy.settings import ACTIVATION_NAMES, Settings


@dataclass(frozen=True)
class FirstPopulation:
    """What a first population is drawn from (see ``Population.first``).

    Attributes:
        num_inputs: inputs of every network, >= 1.
        num_outputs: outputs, >= 1.
        population_size: genomes, >= 2.
        output_activation: activation of the output nodes.
        seed: seed of the run.
        start: how the connections are drawn.
    """

    num_inputs: int
    num_outputs: int
    population_size: int
    output_activation: str
    seed: int
    start: Start

    def __post_init__(self) -> None:
        """Check what users give."""
        check_integer("num_inputs", self.num_inputs, 1)
        check_integer("num_outputs", self.num_outputs, 1)
        check_integer("population_size", self.population_size, 2)
        check_choice("output_activation", self.output_activation, ACTIVATION_NAMES)

    @property
    def ends(self) -> Ends:
        """Inputs and outputs."""
        return Ends(self.num_inputs, self.num_outputs, self.output_activation)

    def draw(self, generation: int = 0) -> Population:
        """Return the population of that generation: another one in each."""
        genomes = first_genes(self.population_size, self.ends, self.start, self.seed, generation)
        return Population.started(genomes)

    def all_genes(self) -> Genes:
        """Return a genome with every connection that a first genome may have."""
        return first_genes(1, self.ends, Start(), self.seed).genes


def start_of(settings: Settings) -> Start:
    """Return how first connections are drawn by these settings."""
    s = settings
    return Start(s.initial_weight_sigma, s.initial_weights, s.initial_connectivity)
