"""What comes back from scoring a population: numbers, and what went wrong on the way."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np

from spiral_monolith_neat_numpy.arrays import FloatArray

OnError: TypeAlias = Literal["raise", "penalise"]
ON_ERROR: tuple[OnError, ...] = ("raise", "penalise")
WORST = float("nan")  # what a genome gets that could not be scored


@dataclass(frozen=True)
class Fault:
    """Something that went wrong without ending the run.

    Attributes:
        kind: "failure": a genome got the worst score; "worker": a worker process was lost, and
            nothing else.
        message: what happened, in words.
    """

    kind: Literal["failure", "worker"]
    message: str


def faults_of(error: BaseException) -> tuple[Fault, ...]:
    """Return what had gone wrong before the error that ended a generation (see ``noted``)."""
    faults: tuple[Fault, ...] = getattr(error, "_faults", ())
    return faults


def noted(error: BaseException, faults: Iterable[Fault]) -> BaseException:
    """Return an error that tells what had gone wrong before it."""
    error._faults = (*faults_of(error), *faults)  # type: ignore[attr-defined]
    return error


@dataclass(frozen=True)
class Scored:
    """The scores of a population.

    Attributes:
        scores: ``(n,)`` float64; NaN where the fitness returned it or could not be had.
        faults: what went wrong, genomes in their order, then workers.
    """

    scores: FloatArray
    faults: tuple[Fault, ...] = ()

    @classmethod
    def of(cls, results: "list[float | Fault]") -> "Scored":
        """Return scores and faults of genomes in their order."""
        scores = [WORST if isinstance(result, Fault) else result for result in results]
        faults = tuple(result for result in results if isinstance(result, Fault))
        return cls(np.array(scores, dtype=np.float64), faults)
