"""Variation: crossover, mutation of parameters and structure, a generation's breeding."""

from spiral_monolith_neat_numpy.genes.plan import MatingPlan
from spiral_monolith_neat_numpy.variation.breeding import breed

__all__ = ["MatingPlan", "breed"]
