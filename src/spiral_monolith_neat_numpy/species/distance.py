"""Compatibility distance of two genomes (Stanley & Miikkulainen, 2002, eq. 1)."""

import numpy as np

from spiral_monolith_neat_numpy.errors import check_integer, check_number
from spiral_monolith_neat_numpy.genes.genome import Genome
from spiral_monolith_neat_numpy.kernels.distance import Measure, Spans, distance


def compatibility_distance(
    a: Genome,
    b: Genome,
    c_excess: float = 1.0,
    c_disjoint: float = 1.0,
    c_weight: float = 0.4,
    normalise_above: int = 20,
) -> float:
    """Return c_excess * E / N + c_disjoint * D / N + c_weight * mean |weight difference|.

    E counts connections beyond the other genome's last innovation, D the other unmatched
    ones; the mean is over matching connections. N is the larger number of connections, or
    1 while both genomes have fewer than ``normalise_above``. Disabled connections count.

    Args:
        a: a genome.
        b: another; the distance is the same either way.
        c_excess: coefficient of excess connections, >= 0.
        c_disjoint: coefficient of disjoint connections, >= 0.
        c_weight: coefficient of the weight difference, >= 0.
        normalise_above: number of connections from which the counts are divided by it.

    Raises:
        ValueError: a coefficient out of range.

    Example:
        >>> from spiral_monolith_neat_numpy.genes.genome import ConnectionGene, Genome
        >>> a, b = Genome(1), Genome(2)
        >>> a.connections[0] = ConnectionGene(0, 2, 0.5)
        >>> b.connections[0] = ConnectionGene(0, 2, 1.0)
        >>> b.connections[1] = ConnectionGene(1, 2, 1.0, innovation=1)
        >>> compatibility_distance(a, b)
        1.2
    """
    for name, genome in (("a", a), ("b", b)):
        if not isinstance(genome, Genome):
            raise TypeError(f"{name} must be a Genome, got {genome!r}")
    measure = Measure(
        check_number("c_excess", c_excess, 0.0),
        check_number("c_disjoint", c_disjoint, 0.0),
        check_number("c_weight", c_weight, 0.0),
        float(check_integer("normalise_above", normalise_above, 0)),
    )
    return float(distance(_spans(a), 0, _spans(b), 0, measure))


def _spans(genome: Genome) -> Spans:
    genes = genome.genes
    offset = np.array([0, genes.n_edges], dtype=np.int64)
    # Copies, since a view on read-only arrays would have the kernel compiled a second time.
    return Spans(offset, np.array(genes.edge_innovation), np.array(genes.edge_weight))
