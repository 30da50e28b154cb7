"""Snapshots keep an even choice of generations, and know when nodes were born."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from tests.evolution import runs

from spiral_monolith_neat_numpy.evolution.run_settings import SnapshotSettings
from spiral_monolith_neat_numpy.evolution.snapshots import Scar, Snapshots
from spiral_monolith_neat_numpy.genes.genome import Genome, NodeGene


@given(n=st.integers(1, 60), stride=st.integers(1, 5), most=st.integers(2, 9))
def test_an_even_choice_from_the_first_generation_on(n: int, stride: int, most: int) -> None:
    snapshots = Snapshots()
    snapshots.settings = SnapshotSettings(stride, most)
    genome = Genome(1)
    for generation in range(n):
        snapshots.take(genome, generation)
    kept = snapshots.generations
    assert len(kept) == len(snapshots.genomes) == len(snapshots.scars)
    assert 1 <= len(kept) <= most
    assert kept[0] == 0
    gaps = set(np.diff(kept).tolist())
    assert len(gaps) <= 1
    assert all(gap % stride == 0 for gap in gaps)
    if n > stride * most:
        assert len(kept) > most // 2


def test_scars_tell_when_a_node_was_born() -> None:
    genome = Genome(1)
    for node, kind in ((0, "input"), (1, "output"), (2, "hidden"), (3, "hidden"), (7, "hidden")):
        genome.nodes[node] = NodeGene(node, kind)
    snapshots = Snapshots()
    for first_node, generation in ((2, 1), (3, 2), (3, 3), (5, 4)):
        snapshots.note_births(first_node, generation)
    snapshots.take(genome, 6)
    born = {2: Scar(1, "split", 5), 3: Scar(3, "split", 3), 7: Scar(4, "split", 2)}
    assert snapshots.scars == [born]


def test_in_a_run_every_hidden_node_has_its_scar() -> None:
    neat = runs.make_neat(30)
    neat.evolve(runs.size, 6, verbose=False)
    first_seen: dict[int, int] = {}
    for generation, (genome, scars) in enumerate(
        zip(neat.snapshots_genomes, neat.snapshots_scars, strict=True)
    ):
        hidden = {node.id for node in genome.nodes.values() if node.type == "hidden"}
        assert set(scars) == hidden
        for node, scar in scars.items():
            assert scar.how == "split"
            assert scar.generation + scar.age == generation
            assert first_seen.setdefault(node, scar.generation) == scar.generation
    assert len(set(first_seen.values())) > 1
