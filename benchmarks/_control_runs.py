"""Runs that ``control.py`` measures: how well species are counted, and what each part brings."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np

from spiral_monolith_neat_numpy import (
    BackpropData,
    BackpropSettings,
    DoublePoleFitness,
    EvalMode,
    FitnessBackprop,
    ReproPlanaNEATPlus,
    Settings,
    make_spirals,
    monodromy_schedule,
    predict,
)
from spiral_monolith_neat_numpy.arrays import FloatArray
from spiral_monolith_neat_numpy.evolution.environment import EnvSchedule
from spiral_monolith_neat_numpy.experiment.config import ExperimentConfig
from spiral_monolith_neat_numpy.experiment.run import build
from spiral_monolith_neat_numpy.tasks.dataset import Dataset
from spiral_monolith_neat_numpy.tasks.registry import load_task

SETTLING = 20  # generations that a step of the target may take
GENERATIONS = 60
POP, STEPS = 64, 40
BUDGET = {"spiral": 30 * POP * STEPS, "breast_cancer": 20 * POP * STEPS}  # gradient steps
CAP = 20_000  # evaluations on two poles
UNTRAINED = 200  # generations of 150 genomes that evolution alone gets on two spirals
ENOUGH = 0.95  # test accuracy on spirals
MOST_STEPS = 80 * POP * STEPS


@dataclass(frozen=True)
class Tracking:
    """A course of the species target, held or with a step in its midst.

    Attributes:
        task: "spirals" or "poles" (two, without velocities).
        pop: genomes.
        targets: one after the other, each for ``GENERATIONS``.
    """

    task: str
    pop: int
    targets: tuple[int, ...]

    @property
    def name(self) -> str:
        """What it is called in the table."""
        return f"{self.task}, {self.pop}, {' then '.join(map(str, self.targets))}"


def track(course: Tracking, generations: int, seed: int) -> list[int]:
    """Return the number of species in every generation."""
    fitness: Any = DoublePoleFitness(velocities=False)
    n_inputs, n_outputs = fitness.num_inputs, 1
    if course.task == "spirals":
        X, y = make_spirals(256, seed=seed)
        settings = BackpropSettings(steps=10, lr=0.05)
        fitness, n_inputs, n_outputs = FitnessBackprop(BackpropData(X, y, X, y), settings), 2, 1
    neat = ReproPlanaNEATPlus(n_inputs, n_outputs, course.pop, rng=seed)
    neat.parallel_backend, neat.snapshot_stride = "serial", 1_000_000
    neat.species_target_mode = "fixed"
    neat.species_target_max = 50.0
    for target in course.targets:
        neat.species_target = float(target)
        neat.evolve(fitness, generations, verbose=False)
    return [record.n_species for record in neat.records]


def near(counts: list[int], target: int, since: int) -> float:
    """Return the share of generations from ``since`` on with nearly as many species as wanted."""
    errors = np.abs(np.array(counts[since:]) - target)
    return float(np.mean(errors <= max(1.0, 0.1 * target)))


@dataclass(frozen=True)
class Arm:
    """One way to steer.

    Attributes:
        name: of it.
        settings: changes of ``Settings``, from the defaults.
        attributes: of the run.
        schedule: of its environment.
    """

    name: str
    settings: Mapping[str, object] = field(default_factory=dict)
    attributes: Mapping[str, object] = field(default_factory=dict)
    schedule: EnvSchedule | None = None


_OUTSIDE = EvalMode(vanilla=False)
ARMS = (
    Arm("default"),
    Arm("threshold by steps", {"threshold_control": "step"}),
    Arm("fixed threshold", {"threshold_gain": 0.0}),
    Arm("fixed target", attributes={"species_target_mode": "fixed"}),
    Arm("PID", attributes={"species_target_mode": "pid"}),
    Arm("hill", attributes={"species_target_mode": "hill"}),
    Arm("refinement", {"refine_share": 0.1}),
    Arm("phased search", {"phased_search": True}),
    Arm("no refocus", {"refocus_species": 0}),
    Arm("outside vanilla", attributes={"mode": _OUTSIDE}),
    Arm("no curriculum", attributes={"mode": _OUTSIDE, "auto_curriculum": False}),
    Arm("monodromy", attributes={"mode": _OUTSIDE}, schedule=monodromy_schedule),
    Arm("with regeneration", attributes={"mode": EvalMode(False, enable_regen_reproduction=True)}),
)
_REFOCUSED = "no species made progress"
_CONTROL = ("threshold_control", "refocus_species", "refine_share", "phased_search")


@dataclass(frozen=True)
class Outcome:
    """What a run came to.

    Attributes:
        score: test accuracy, or on two poles the evaluations until it was solved.
        strayed: generations whose target was outside its limits.
        turns: how often phased search began to shrink or to grow.
        refocused: generations that were bred anew because every species was barred.
    """

    score: float
    strayed: int
    turns: int
    refocused: int


def ablate(job: tuple[Arm, str, int, float]) -> Outcome:
    """Run one arm on one task with one seed, for a share of the budget.

    With gradients until so many steps are spent, without for so many generations; on two poles
    until they are balanced.
    """
    arm, task, seed, share = job
    if task == "poles":
        return _balance(arm, seed, share)
    if task == "untrained":
        return _untrained(arm, seed, share)
    neat, fitness, test = _trained(arm, task, seed)
    budget = share * BUDGET[task]
    while not neat.records or neat.records[-1].gradient_steps < budget:
        neat.evolve(fitness, 1, verbose=False, env_schedule=arm.schedule)
    return _outcome(neat, test(neat))


def _outcome(neat: ReproPlanaNEATPlus, score: float) -> Outcome:
    low, high = neat.species_target_min, neat.species_target_max
    strayed = sum(not low <= record.species_target <= high for record in neat.records)
    turns = sum(event.kind == "phase" for event in neat.event_log)
    refocused = sum(event.message.startswith(_REFOCUSED) for event in neat.event_log)
    return Outcome(score, strayed, turns, refocused)


def _untrained(arm: Arm, seed: int, share: float) -> Outcome:
    X, y = make_spirals(512, seed=seed)
    fitness = FitnessBackprop(BackpropData(X, y, X, y), BackpropSettings(steps=0))
    neat = ReproPlanaNEATPlus(2, 1, rng=seed)
    _set(neat, arm)
    neat.evolve(fitness, max(round(share * UNTRAINED), 1), verbose=False, env_schedule=arm.schedule)
    return _outcome(neat, _accuracy(neat, load_task("spiral", seed).split.test))


def _accuracy(neat: ReproPlanaNEATPlus, part: Dataset) -> float:
    assert neat.best is not None
    return float((predict(neat.best, part.X) == part.y).mean())


def _trained(
    arm: Arm, task: str, seed: int
) -> tuple[ReproPlanaNEATPlus, FitnessBackprop, Callable[[ReproPlanaNEATPlus], float]]:
    data = load_task(task, seed)
    config = ExperimentConfig(task, gens=1, pop=POP, steps=STEPS, seed=seed, workers=1)
    neat, fitness = build(config, data)
    _set(neat, arm)
    return neat, fitness, partial(_accuracy, part=data.split.test)


def _balance(arm: Arm, seed: int, share: float) -> Outcome:
    fitness = DoublePoleFitness(velocities=True)
    neat = ReproPlanaNEATPlus.from_preset("all-round", fitness.num_inputs, 1, rng=seed)
    neat.species_target_mode = "auto"
    _set(neat, arm)
    while not neat.records or neat.records[-1].evaluations < share * CAP:
        neat.evolve(fitness, 1, verbose=False, env_schedule=arm.schedule)
        if fitness.solved(neat.population[int(np.argmax(neat.population.table.fitness))]):
            return _outcome(neat, float(neat.records[-1].evaluations))
    return _outcome(neat, share * CAP)


def _set(neat: ReproPlanaNEATPlus, arm: Arm) -> None:
    defaults = Settings()
    control = {name: getattr(defaults, name) for name in _CONTROL}
    neat.settings = neat.settings.with_changes(**{**control, **arm.settings})
    for name, value in arm.attributes.items():
        setattr(neat, name, value)
    neat.parallel_backend, neat.snapshot_stride = "serial", 1_000_000


def steps_to_enough(job: tuple[str, int, float]) -> float:
    """Return the gradient steps until 95 % of fresh points of two spirals are right.

    Those of a run that does not come there count as the cap.
    """
    inheritance, seed, share = job
    neat, fitness, test = _trained(ARMS[0], "spiral", seed)
    settings = type(fitness.settings)(**{**vars(fitness.settings), "inheritance": inheritance})
    noise = fitness.noise_std
    fitness = FitnessBackprop(fitness.data, settings)
    fitness.set_noise_std(noise)
    cap = share * MOST_STEPS
    while not neat.records or neat.records[-1].gradient_steps < cap:
        neat.evolve(fitness, 1, verbose=False)
        if test(neat) >= ENOUGH:
            return float(neat.records[-1].gradient_steps)
    return cap


def mean_interval(values: FloatArray) -> tuple[float, float]:
    """Return the bootstrap 95 % interval of the mean."""
    picks = np.random.default_rng(0).integers(0, values.size, (10_000, values.size))
    low, high = np.percentile(values[picks].mean(axis=1), (2.5, 97.5))
    return float(low), float(high)


def holm(p_values: list[float]) -> list[float]:
    """Return p values corrected for their number (Holm 1979)."""
    order = np.argsort(p_values)
    corrected, highest = [0.0] * len(p_values), 0.0
    for rank, k in enumerate(order.tolist()):
        highest = max(highest, min(1.0, (len(p_values) - rank) * p_values[k]))
        corrected[k] = highest
    return corrected
