"""NEAT against its own paper (Stanley & Miikkulainen 2002): evaluations until a task is solved.

Pure evolution, no gradients. XOR with a bias input: some genome has all four outputs on the right
side of 0.5. DPV, two poles with velocities: 100,000 actions balanced. DPNV, without velocities:
the fittest of a generation balances for 100,000 actions and, for 1,000 each, from at least 200 of
625 starts; these tests of champions are counted by themselves, not as evaluations. Physics, inputs
and fitness are those of ``tasks/double_pole.py``.

Evaluations are counted to the end of the generation that solves, elites and restarts included; a
run that is not solved counts at its cap. The mean stands with its bootstrap 95 % interval. The
presets are the paper's, our defaults where it is silent; nothing was tuned. The paper's own
figures: XOR 4,755 evaluations, 2.35 hidden nodes, 7.48 enabled connections, no failure; DPV 3,600;
DPNV 33,184, from 286 starts.

    python benchmarks/canonical.py [--quick] [--json FILE]
"""

from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context

import numpy as np

from spiral_monolith_neat_numpy import DoublePoleFitness, ReproPlanaNEATPlus, XorFitness

from harness import Options, Report, read_options

WORKERS = 2
RESAMPLES = 10_000


@dataclass(frozen=True)
class Arm:
    """One row: a task, by a preset.

    Attributes:
        task: "xor", "dpv" or "dpnv".
        preset: its name.
        cap: evaluations at which a run is given up.
        runs: seeds, from 0.
        quick_runs: seeds of the short form.
    """

    task: str
    preset: str
    cap: int
    runs: int = 100
    quick_runs: int = 4


@dataclass(frozen=True)
class Outcome:
    """How one run ended.

    Attributes:
        evaluations: genomes scored.
        solved: whether the task was.
        hidden: hidden nodes of what solved it.
        enabled: its enabled connections.
        generalisation: starts that it balances from, without velocities.
        tests: champions that were tried for 100,000 actions.
    """

    evaluations: int
    solved: bool
    hidden: int = 0
    enabled: int = 0
    generalisation: int = 0
    tests: int = 0


ARMS = (
    Arm("xor", "paper", 60_000),
    Arm("dpv", "paper", 60_000),
    Arm("dpnv", "paper-recurrent", 200_000, runs=20, quick_runs=1),
)


def solve(arm: Arm, seed: int) -> Outcome:
    """Evolve until the task is solved or the cap is reached."""
    fitness = XorFitness() if arm.task == "xor" else DoublePoleFitness(arm.task == "dpv")
    neat = ReproPlanaNEATPlus.from_preset(arm.preset, fitness.num_inputs, 1, rng=seed)
    neat.parallel_backend = "serial"
    neat.snapshot_stride = 1_000_000
    tests, tried = 0, -1
    while not neat.records or neat.records[-1].evaluations < arm.cap:
        neat.evolve(fitness, 1, verbose=False)
        population = neat.population
        place = int(np.argmax(population.table.fitness))
        generalisation = 0
        if isinstance(fitness, XorFitness):
            solvers = np.flatnonzero(fitness.solvers(population))
            solved = solvers.size > 0
            if solved:
                place = int(solvers[np.argmax(population.table.fitness[solvers])])
        elif fitness.velocities:
            solved = fitness.solved(population[place])
        else:
            champion, solved = population[place], False
            if champion.id != tried:  # an elite keeps its id and has been tried before
                tried = champion.id
                tests += 1
                solved = fitness.solved(champion)
                generalisation = fitness.generalisation(champion) if solved else 0
        if solved:
            genome, count = population[place], neat.records[-1].evaluations
            sizes = genome.n_hidden, genome.n_enabled
            return Outcome(count, True, *sizes, generalisation, tests)
    return Outcome(arm.cap, False, tests=tests)


def interval(values: Sequence[int]) -> tuple[float, float]:
    """Return the bootstrap 95 % interval of the mean (percentiles of resampled means)."""
    rng = np.random.default_rng(0)
    picks = rng.integers(0, len(values), (RESAMPLES, len(values)))
    low, high = np.percentile(np.array(values)[picks].mean(axis=1), (2.5, 97.5))
    return float(low), float(high)


def add_arm(report: Report, arm: Arm, outcomes: list[Outcome]) -> None:
    """Add the rows of one arm."""
    name = f"{arm.task}, {arm.preset}"
    evaluations = [outcome.evaluations for outcome in outcomes]
    solved = [outcome for outcome in outcomes if outcome.solved]
    low, high = interval(evaluations)
    report.add(f"{name}: mean evaluations", float(np.mean(evaluations)))
    report.add(f"{name}: from (95 %)", low)
    report.add(f"{name}: to", high)
    report.add(f"{name}: worst", max(evaluations))
    report.add(f"{name}: failures of {len(outcomes)}", len(outcomes) - len(solved))
    if not solved:
        return
    report.add(f"{name}: hidden nodes", float(np.mean([one.hidden for one in solved])))
    report.add(f"{name}: enabled connections", float(np.mean([one.enabled for one in solved])))
    if arm.task == "dpnv":
        starts = float(np.mean([one.generalisation for one in solved]))
        report.add(f"{name}: starts of 625", starts)
        report.add(f"{name}: champions tried", float(np.mean([one.tests for one in outcomes])))


def measure(options: Options) -> Report:
    """Measure every arm."""
    report = Report("canonical", seeds=range(max(arm.runs for arm in ARMS)), options=options)
    with ProcessPoolExecutor(WORKERS, get_context("spawn")) as executor:
        for arm in ARMS:
            seeds = range(arm.quick_runs if options.quick else arm.runs)
            add_arm(report, arm, list(executor.map(partial(solve, arm), seeds)))
    return report


if __name__ == "__main__":
    measure(read_options(__doc__)).finish()
