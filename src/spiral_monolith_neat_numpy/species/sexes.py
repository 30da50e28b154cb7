"""Sexes: a female or hermaphrodite mother, a male or hermaphrodite father."""

from dataclasses import replace

import numpy as np

from spiral_monolith_neat_numpy.arrays import BoolArray, CodeArray
from spiral_monolith_neat_numpy.genes.codes import SEXES
from spiral_monolith_neat_numpy.genes.plan import MatingPlan
from spiral_monolith_neat_numpy.seeding import Purpose, stream

_HERMAPHRODITE, _FEMALE, _MALE = (SEXES.index(name) for name in ("hermaphrodite", "female", "male"))


def paired(plan: MatingPlan, sex: CodeArray) -> MatingPlan:
    """Return a plan in which every couple can mate.

    Where only the parents' parts are the wrong way round they are exchanged; two of one sex have no
    child together: the child is its mother's alone.

    Args:
        plan: who begets whom.
        sex: ``(n,)`` int8 codes of ``codes.SEXES``, of those who may be parents.
    """
    mother, father = plan.mother, plan.father
    has_two = father >= 0
    theirs, his = sex[mother], sex[np.maximum(father, 0)]
    turned = has_two & ((theirs == _MALE) | (his == _FEMALE))
    mother, father = np.where(turned, father, mother), np.where(turned, mother, father)
    same = has_two & (sex[mother] == sex[np.maximum(father, 0)]) & (sex[mother] != _HERMAPHRODITE)
    return alone(replace(plan, mother=mother, father=father), same)


def alone(plan: MatingPlan, chosen: BoolArray) -> MatingPlan:
    """Return a plan in which some children have their mother alone."""
    return replace(
        plan,
        father=np.where(chosen, -1, plan.father),
        average=plan.average & ~chosen,
        plus=np.where(chosen, -1, plan.plus),
        minus=np.where(chosen, -1, plan.minus),
    )


def draw_sexes(n: int, share: float, seed: int, generation: int) -> CodeArray:
    """Return ``(n,)`` int8 sexes: ``share`` of them female or male, half each, at random."""
    rng = stream(seed, Purpose.SEXES, generation)
    drawn, is_female = rng.random(n) < share, rng.random(n) < 0.5
    codes = np.where(is_female, _FEMALE, _MALE)
    return np.where(drawn, codes, _HERMAPHRODITE).astype(np.int8)
