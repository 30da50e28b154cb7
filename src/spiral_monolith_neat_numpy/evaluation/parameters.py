"""What a fitness may change of a genome, wherever its arrays lie."""

from spiral_monolith_neat_numpy.arrays import AnyArray
from spiral_monolith_neat_numpy.genes.population import Population, PopulationTable

GENE_PARAMETERS = ("node_activation", "node_bias", "edge_weight", "edge_enabled")
ROW_PARAMETERS = tuple(PopulationTable.__dataclass_fields__)


def parameters_of(population: Population, begin: int, end: int) -> dict[str, AnyArray]:
    """Return views on the parameters of genomes ``begin`` up to ``end``, by name."""
    nodes = slice(population.node_offset[begin], population.node_offset[end])
    edges = slice(population.edge_offset[begin], population.edge_offset[end])
    genes = {
        name: getattr(population.genes, name)[nodes if name.startswith("node_") else edges]
        for name in GENE_PARAMETERS
    }
    return genes | {name: getattr(population.table, name)[begin:end] for name in ROW_PARAMETERS}
