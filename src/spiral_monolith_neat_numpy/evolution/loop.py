"""Many steps of a run, until enough is reached."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from spiral_monolith_neat_numpy.errors import check_integer, check_number
from spiral_monolith_neat_numpy.evolution.environment import EnvSchedule
from spiral_monolith_neat_numpy.evolution.records import GenerationRecord
from spiral_monolith_neat_numpy.evolution.run import Run
from spiral_monolith_neat_numpy.evolution.scoring import LARGEST
from spiral_monolith_neat_numpy.evolution.step import step
from spiral_monolith_neat_numpy.genes.genome import Genome

Reporter = Callable[[GenerationRecord], None]


@dataclass(frozen=True)
class EvolvePlan:
    """How long to go on, and what to do on the way (see ``ReproPlanaNEATPlus.evolve``)."""

    n_generations: int = 100
    target_fitness: float | None = None
    verbose: bool = True
    env_schedule: EnvSchedule | None = None
    on_generation: Reporter | None = None

    def __post_init__(self) -> None:
        """Check every field."""
        check_integer("n_generations", self.n_generations, 1)
        if self.target_fitness is not None:
            check_number("target_fitness", self.target_fitness, infinite=True)
        for name in ("env_schedule", "on_generation"):
            value = getattr(self, name)
            if value is not None and not callable(value):
                raise TypeError(f"{name} must be callable or None, got {value!r}")


def evolve(run: Run, fitness: Any, plan: EvolvePlan) -> tuple[Genome, list[tuple[float, float]]]:
    """Step until the plan is fulfilled; return the champion and (best, mean) per generation.

    Workers end with it, unless they are to be kept and nothing went wrong.

    Raises:
        TypeError: something that is no fitness.
        FitnessError: the fitness failed; the history holds what came before.
        ValueError: no genome had a score that counts.
    """
    if not callable(fitness) and not hasattr(fitness, "evaluate_population"):
        raise TypeError(f"fitness_fn must be callable on a genome, got {fitness!r}")
    history: list[tuple[float, float]] = []
    try:
        for _ in range(plan.n_generations):
            record = step(run, fitness, plan.env_schedule)
            history.append((record.best_fitness, record.mean_fitness))
            _report(record, plan)
            if plan.target_fitness is not None and record.best_fitness >= plan.target_fitness:
                break
    except BaseException:
        run.pool.close()
        raise
    if run.pool.settings.pool_keepalive == 0:
        run.pool.close()
    best = run.history.champion.genome
    if best is None:
        raise ValueError(
            "fitness_fn must give at least one genome a score that is a number of at least "
            f"{-LARGEST:g}, got none in {len(run.history.records)} generations"
        )
    return best, history


def _report(record: GenerationRecord, plan: EvolvePlan) -> None:
    if plan.verbose:
        print(record.line(), flush=True)
    if plan.on_generation is not None:
        plan.on_generation(record)
