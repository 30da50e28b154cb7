"""Copies of each generation's best genome, thinned as they grow many, and their scars."""

from bisect import bisect_right
from typing import NamedTuple

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
        genomes: copies, oldest first.
        scars: for each of them a mapping from hidden node id to ``Scar``.
        generations: generation of each.
    """

    def __init__(self) -> None:
        """Begin without any."""
        self.genomes: list[Genome] = []
        self.scars: list[dict[int, Scar]] = []
        self.generations: list[int] = []
        self._first_ids: list[int] = []
        self._born: list[int] = []
        self._thinning = 1

    def note_births(self, first_new_id: int, generation: int) -> None:
        """Remember that node ids from ``first_new_id`` on are born in ``generation`` or later."""
        self._first_ids.append(first_new_id)
        self._born.append(generation)

    def take(self, genome: Genome, generation: int, stride: int, most: int) -> None:
        """Keep a copy of ``genome`` if this generation is due.

        Args:
            genome: the generation's best.
            generation: its number, from 0.
            stride: generations between snapshots, before thinning.
            most: number of snapshots beyond which every other one is dropped.
        """
        if generation % (stride * self._thinning) != 0:
            return
        self.genomes.append(genome.copy())
        self.scars.append(self._scars(genome, generation))
        self.generations.append(generation)
        while len(self.genomes) > most:
            self._thinning *= 2
            for kept in (self.genomes, self.scars, self.generations):
                del kept[1::2]

    def _scars(self, genome: Genome, generation: int) -> dict[int, Scar]:
        genes = genome.genes
        found = {}
        for node in genes.node_id[genes.node_kind == HIDDEN].tolist():
            place = bisect_right(self._first_ids, node) - 1
            born = self._born[place] if place >= 0 else 0
            found[node] = Scar(born, "split", generation - born)
        return found
