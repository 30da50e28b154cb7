"""Call a fitness on one genome and hold it to its word: a number back, structure untouched."""

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from spiral_monolith_neat_numpy.errors import FitnessError, in_words
from spiral_monolith_neat_numpy.evaluation.context import EvaluationContext
from spiral_monolith_neat_numpy.evaluation.scored import Fault, OnError
from spiral_monolith_neat_numpy.genes.genome import Genome
from spiral_monolith_neat_numpy.genes.population import Population

Fitness: TypeAlias = Callable[..., object]


@dataclass(frozen=True)
class Job:
    """One generation's scoring, the same wherever its genomes are scored.

    Attributes:
        fitness: ``fitness(genome) -> number``, with a parameter ``context`` if it wants one.
        seed: seed of the run.
        generation: generation number, from 0.
        wants_context: whether ``fitness`` has a parameter named ``context``.
        on_error: what becomes of a genome on which the fitness fails: "raise" the error, or
            "penalise" it with the worst score.
    """

    fitness: Fitness
    seed: int
    generation: int
    wants_context: bool
    on_error: OnError = "raise"

    @classmethod
    def of(cls, fitness: Fitness, seed: int, generation: int, on_error: OnError = "raise") -> "Job":
        """Look at ``fitness`` and make a job of it.

        Raises:
            TypeError: ``fitness`` cannot be called.
        """
        if not callable(fitness):
            raise TypeError(f"fitness must be callable on a genome, got {fitness!r}")
        return cls(fitness, seed, generation, takes_context(fitness), on_error)

    def attempt(self, population: Population, index: int) -> float | Fault:
        """Return the score of one genome, or why it has none if that is to be penalised.

        Raises:
            FitnessError: as ``score``, if that is to be raised.
        """
        try:
            return self.score(population, index)
        except FitnessError as error:
            if self.on_error == "raise":
                raise
            return Fault("failure", str(error))

    def score(self, population: Population, index: int) -> float:
        """Return the score of one genome; what the fitness sets on it stays in ``population``.

        Raises:
            FitnessError: the fitness raised (its error is the cause), changed the structure
                of the genome, or returned something other than a number.
        """
        genome = Genome.view(population, index)
        table, row = genome.record()
        genome_id = int(table.id[row])
        try:
            if self.wants_context:
                context = EvaluationContext(self.seed, self.generation, genome_id)
                value = self.fitness(genome, context=context)
            else:
                value = self.fitness(genome)
        except Exception as error:
            message = f"the fitness failed on genome {genome_id}: {in_words(error)}"
            raise FitnessError(message, genome_id) from error
        if not genome.is_view:
            raise FitnessError(
                f"the fitness changed the structure of genome {genome_id}; it may change weights, "
                "biases, activations and enabled flags, or work on genome.copy()",
                genome_id,
            )
        return as_score(value, genome_id)


def takes_context(fitness: Fitness) -> bool:
    """Return whether ``fitness`` has a parameter that ``context=...`` reaches by its name."""
    try:
        parameters = inspect.signature(fitness).parameters
    except (TypeError, ValueError):  # some builtins tell nothing of their parameters
        return False
    found = parameters.get("context")
    return found is not None and found.kind in (
        inspect.Parameter.POSITIONAL_OR_KEYWORD,
        inspect.Parameter.KEYWORD_ONLY,
    )


def as_score(value: object, genome_id: int) -> float:
    """Return what a fitness returned as a float; NaN and infinity pass.

    Raises:
        FitnessError: it is not a real number (a single one, if an array).
    """
    if type(value) is float:  # as good as always
        return value
    is_number = hasattr(value, "__float__") and not isinstance(
        value, (bool, np.bool_, complex, np.complexfloating)
    )
    if not is_number or getattr(value, "shape", ()) != ():
        raise _refusal(value, genome_id)
    try:
        return float(value)  # type: ignore[arg-type]
    except (ArithmeticError, TypeError, ValueError) as error:
        raise _refusal(value, genome_id, f": {error}") from error


def _refusal(value: object, genome_id: int, why: str = "") -> FitnessError:
    return FitnessError(
        f"the fitness must return a number, got {_brief(value)} for genome {genome_id}{why}",
        genome_id,
    )


def _brief(value: object) -> str:
    shape = getattr(value, "shape", None)
    if shape is not None and shape != ():
        return f"{type(value).__name__} of shape {shape}"
    text = repr(value)
    shown = text if len(text) <= 60 else text[:57] + "..."
    return shown if value is None else f"{shown} ({type(value).__name__})"
