"""What is written down of each generation, and the table of it as CSV."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Literal, TypeAlias

EventKind: TypeAlias = Literal[
    "setting", "extinction", "stagnation", "restart", "phase", "failure", "worker"
]


@dataclass(frozen=True)
class GenerationRecord:
    """One generation; frozen once it is over.

    Attributes:
        generation: number, from 0.
        best_fitness: best score, NaN and -inf left out; -inf when nothing is left.
        mean_fitness: mean of the finite scores; -inf when there is none.
        n_species: number of species.
        species_target: number of species aimed at.
        compatibility_threshold: distance under which this generation was divided.
        arm: what moved the species target last: "pid", "hill" or "fixed" (nothing did yet).
        reward: gain of the best score that its last update saw, in units of fitness.
        error: 1 - progress at that update, from -1 (twice the usual gain) to 1 (none).
        difficulty: of the environment.
        mean_hidden: mean number of hidden nodes.
        mean_edges: mean number of enabled edges.
        evaluations: genomes scored since the start of the run.
        gradient_steps: updates made since the start of the run.
        seconds: wall time of this generation.
    """

    generation: int
    best_fitness: float
    mean_fitness: float
    n_species: int
    species_target: float
    compatibility_threshold: float
    arm: str
    reward: float
    error: float
    difficulty: float
    mean_hidden: float
    mean_edges: float
    evaluations: int
    gradient_steps: int
    seconds: float

    def line(self) -> str:
        """Return the generation in one line for a person."""
        return (
            f"generation {self.generation:4d}  best {self.best_fitness:.4f}  "
            f"mean {self.mean_fitness:.4f}  species {self.n_species} (target "
            f"{self.species_target:.1f})  hidden {self.mean_hidden:.1f}  "
            f"edges {self.mean_edges:.1f}  {self.seconds:.2f} s"
        )


@dataclass(frozen=True)
class Event:
    """Something that happened beside the scores.

    Attributes:
        generation: when; for a changed setting, the first generation it holds for.
        kind: "setting" (one was changed), "extinction" (a species gets no offspring),
            "stagnation" (it gets none because it made no progress for too long), "restart" (the
            population stalled and is drawn anew, or bred from its champions), "phase" (it begins
            to grow or to shrink), "failure" (the fitness failed, or gave no
            genome a score) or "worker" (a worker process ended and is replaced).
        message: what, in words.
    """

    generation: int
    kind: EventKind
    message: str


RECORD_FIELDS = tuple(spec.name for spec in fields(GenerationRecord))


def records_csv(records: Sequence[GenerationRecord]) -> str:
    """Return the records as CSV text with a header; floats keep all their digits."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(RECORD_FIELDS)
    for record in records:
        values = (getattr(record, name) for name in RECORD_FIELDS)
        writer.writerow([repr(v) if isinstance(v, float) else v for v in values])
    return out.getvalue()
