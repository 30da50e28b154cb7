"""Copies of generations' best genomes, thinned as they grow many, and their scars."""

from bisect import bisect_right
from typing import NamedTuple

from spiral_monolith_neat_numpy.evolution.run_settings import SnapshotSettings
from spiral_monolith_neat_numpy.genes.codes import HIDDEN
from spiral_monolith_neat_numpy.genes.genome import Genome


class Scar(NamedTuple):
    """Birth of a hidden node.

    Attributes:
        generation: in which the node first appeared in the run.
        how: "split", the only way by which nodes are born so far.
        age: generations from there to the snapshot.
    """

    generation: int
    how: str
    age: int


class Snapshots:
    """Best genomes at a stride that doubles whenever there are too many of them.

    Attributes:
        settings: stride and number.
        genomes: copies, oldest first.
        generations: generation of each.
    """

    def __init__(self) -> None:
        """Begin without any."""
        self.settings = SnapshotSettings()
        self.genomes: list[Genome] = []
        self.generations: list[int] = []
        self._first_ids = [0]
        self._born = [0]
        self._thinning = 1

    @property
    def scars(self) -> list[dict[int, Scar]]:
        """For each snapshot a mapping from hidden node id to ``Scar``, as new dictionaries."""
        pairs = zip(self.genomes, self.generations, strict=True)
        return [self._scars(genome, generation) for genome, generation in pairs]

    def note_births(self, first_new_id: int, generation: int) -> None:
        """Remember that node ids from ``first_new_id`` on are born in ``generation`` or later."""
        if self._first_ids[-1] == first_new_id:  # none was born since the last note
            self._born[-1] = generation
        else:
            self._first_ids.append(first_new_id)
            self._born.append(generation)

    def is_due(self, generation: int) -> bool:
        """Return whether a copy of that generation's best is to be kept."""
        return generation % (self.settings.snapshot_stride * self._thinning) == 0

    def take(self, genome: Genome, generation: int) -> None:
        """Keep ``genome``, a copy of the best of ``generation``, if that generation is due."""
        if not self.is_due(generation):
            return
        self.genomes.append(genome)
        self.generations.append(generation)
        while len(self.genomes) > self.settings.snapshot_max:
            self._thinning *= 2
            for kept in (self.genomes, self.generations):
                del kept[1::2]

    def _scars(self, genome: Genome, generation: int) -> dict[int, Scar]:
        genes = genome.genes
        found = {}
        for node in genes.node_id[genes.node_kind == HIDDEN].tolist():
            born = self._born[bisect_right(self._first_ids, node) - 1]
            found[node] = Scar(born, "split", generation - born)
        return found
