"""From a generation and a mating plan to the next generation, in three compiled passes.

Inherit and mutate parameters; propose structural mutations; splice in the genes that the
innovation tracker numbered in between. Every child draws from streams of its own.
"""

import numpy as np

from spiral_monolith_neat_numpy.arrays import IntArray
from spiral_monolith_neat_numpy.genes.innovation import InnovationTracker
from spiral_monolith_neat_numpy.genes.plan import MatingPlan
from spiral_monolith_neat_numpy.genes.population import Population
from spiral_monolith_neat_numpy.genes.streams import start_streams
from spiral_monolith_neat_numpy.genes.table import NO_PARENT, PopulationTable
from spiral_monolith_neat_numpy.seeding import Purpose
from spiral_monolith_neat_numpy.settings import Settings
from spiral_monolith_neat_numpy.variation.crossover import cross
from spiral_monolith_neat_numpy.variation.parameters import mutate_parameters
from spiral_monolith_neat_numpy.variation.structure import mutate_structure


def breed(
    parents: Population,
    plan: MatingPlan,
    settings: Settings,
    tracker: InnovationTracker,
    seed: int,
    generation: int,
    first_id: int,
) -> Population:
    """Return the next generation, one child per row of ``plan``.

    An elite is the same genome: it keeps its id, parents and birth. The others get ids
    ``first_id`` up to ``first_id + plan.n_births - 1`` in the order of the plan. Nobody has
    a score yet. Head, sex and the other marks come from the fitter parent.

    Args:
        parents: genomes with their scores in ``parents.table.fitness``; ``tracker`` knows them.
        plan: who begets whom.
        settings: probabilities, spreads and caps.
        tracker: gives out the numbers of new genes.
        seed: seed of the run.
        generation: number of the children's generation, from 0.
        first_id: id of the first new genome.

    Raises:
        ValueError: the plan names a parent that is not there.
    """
    plan.check_places(len(parents))
    child = np.arange(len(plan))
    streams = start_streams(seed, Purpose.INHERIT, generation, child)
    packed, base = cross(parents, plan, settings.p_inherit_disabled, streams)
    mutate_parameters(packed, plan.elite, settings, streams)
    packed = mutate_structure(
        packed,
        plan.elite,
        settings,
        tracker,
        start_streams(seed, Purpose.STRUCTURE, generation, child),
        feed_forward=parents.feed_forward,
    )
    table = _child_rows(parents.table, plan, base, generation, first_id)
    children = Population(packed.node_offset, packed.edge_offset, packed.genes, table)
    children.feed_forward = parents.feed_forward
    return children


def _child_rows(
    table: PopulationTable, plan: MatingPlan, base: IntArray, generation: int, first_id: int
) -> PopulationTable:
    born = ~plan.elite
    father = np.where(plan.father >= 0, table.id[plan.father], NO_PARENT)
    return PopulationTable(
        id=np.where(born, first_id + np.cumsum(born) - 1, table.id[base]),
        fitness=np.full(len(plan), np.nan),
        mother=np.where(born, table.id[plan.mother], table.mother[base]),
        father=np.where(born, father, table.father[base]),
        birth=np.where(born, generation, table.birth[base]),
        sex=table.sex[base],
        head=table.head[base],
        regen=table.regen[base],
        regen_mode=table.regen_mode[base],
        hybrid_scale=table.hybrid_scale[base],
        noise_scale=table.noise_scale[base],
    )
