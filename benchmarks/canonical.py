"""NEAT against its own paper (Stanley & Miikkulainen 2002): evaluations until a task is solved.

Pure evolution, no gradients. XOR with a bias input: some genome has all four outputs on the right
side of 0.5. DPV, two poles with velocities: 100,000 actions balanced. DPNV, without velocities:
the fittest of a generation balances for 100,000 actions and, for 1,000 each, from at least 200 of
625 starts; these tests of champions are counted by themselves, not as evaluations. Physics, inputs
and fitness are those of ``tasks/double_pole.py``.

Evaluations are counted to the end of the generation that solves, elites and restarts included; a
run that is not solved counts at its cap. The mean stands with its bootstrap 95 % interval. The
paper's presets have our defaults where it is silent, and nothing of them was tuned; our own were
tuned on seeds from 10,000 on. The paper's own figures: XOR 4,755 evaluations, 2.35 hidden nodes,
7.48 enabled connections, no failure; DPV 3,600; DPNV 33,184, from 286 starts.

The ablation is the paper's (section 5), on DPV by its preset: without mating; from random
topologies of 1 to 10 hidden nodes, each reading 1 to 7 inputs, in place of direct connections;
without speciation (one species, from random topologies); without growth (10 hidden nodes that
read all inputs, no structural mutation). The paper: 3,600 evaluations in full, 5,557, 23,033,
25,600 and 30,239, with 0, 0, 5, 25 and 80 % failures.

    python benchmarks/canonical.py [--quick] [--json FILE]
"""

from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from multiprocessing import get_context

import numpy as np

from spiral_monolith_neat_numpy import (
    PRESETS,
    DoublePoleFitness,
    Genome,
    ReproPlanaNEATPlus,
    XorFitness,
)
from spiral_monolith_neat_numpy.genes.layered import Ends, HiddenLayer, layered_genes

from harness import Options, Report, read_options

WORKERS = 2
RESAMPLES = 10_000


@dataclass(frozen=True)
class Goal:
    """What an arm is to reach.

    Attributes:
        evaluations: mean, at most.
        hidden: mean number of hidden nodes, at most; None: any.
        enabled: mean number of enabled connections, at most; None: any.
        starts: mean number of starts without velocities, at least; None: any.
    """

    evaluations: float
    hidden: float | None = None
    enabled: float | None = None
    starts: float | None = None


@dataclass(frozen=True)
class Arm:
    """One row: a task, by a preset.

    Attributes:
        task: "xor", "dpv" or "dpnv".
        preset: its name.
        cap: evaluations at which a run is given up.
        runs: seeds, from 0.
        quick_runs: seeds of the short form.
        without: what of the paper's method is taken away; empty: nothing.
        goal: what it is to reach; with one, no run may fail.
    """

    task: str
    preset: str
    cap: int
    runs: int = 100
    quick_runs: int = 4
    without: str = ""
    goal: Goal | None = None

    @property
    def name(self) -> str:
        """What it is called in the report."""
        parts = [self.task, self.preset] + [f"without {self.without}"] * bool(self.without)
        return ", ".join(parts)


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


PAPER = (
    Arm("xor", "paper", 60_000),
    Arm("dpv", "paper", 60_000),
    Arm("dpnv", "paper-recurrent", 200_000, quick_runs=1),
)
OURS = (
    Arm("xor", "all-round", 60_000, runs=1000, goal=Goal(2_000)),
    Arm("dpv", "all-round", 60_000, goal=Goal(1_200)),
    Arm("dpnv", "all-round-recurrent", 100_000, quick_runs=2, goal=Goal(3_500, starts=270)),
    Arm("xor", "small-xor", 60_000, goal=Goal(1_300, hidden=2.35, enabled=9.0)),
    Arm("dpv", "two-poles", 60_000, goal=Goal(700)),
    Arm("dpnv", "two-poles-recurrent", 100_000, quick_runs=2, goal=Goal(2_800, starts=270)),
)
ABLATION = tuple(
    Arm("dpv", "paper", 60_000, quick_runs=1, without=without)
    for without in ("mating", "a minimal start", "speciation", "growth")
)
ARMS = PAPER + OURS + ABLATION
MOST_HIDDEN = 10  # of a start that is not minimal


def begin(arm: Arm, num_inputs: int, seed: int) -> ReproPlanaNEATPlus:
    """Return the run of an arm, before its first generation is scored."""
    preset = PRESETS[arm.preset]
    changes = {
        "mating": {"p_crossover": 0.0},
        "speciation": {"compatibility_threshold": 1e9, "threshold_max": 1e9},
        "growth": {"p_add_node": 0.0, "p_add_connection": 0.0},
    }.get(arm.without, {})
    preset = replace(preset, settings=preset.settings.with_changes(**changes))
    neat = ReproPlanaNEATPlus.from_preset(preset, num_inputs, 1, rng=seed)
    if arm.without in ("a minimal start", "speciation", "growth"):
        rng = np.random.default_rng(seed)
        neat.population = [
            _with_hidden_nodes(arm, neat, place, rng) for place in range(neat.pop_size)
        ]
    neat.parallel_backend = "serial"
    neat.snapshot_stride = 1_000_000
    return neat


def _with_hidden_nodes(
    arm: Arm, neat: ReproPlanaNEATPlus, place: int, rng: np.random.Generator
) -> Genome:
    n_nodes, fan_in = MOST_HIDDEN, neat.num_inputs
    if arm.without != "growth":
        n_nodes, fan_in = (int(rng.integers(1, most + 1)) for most in (n_nodes, fan_in))
    activation = neat.settings.hidden_activation
    ends = Ends(neat.num_inputs, 1, neat.output_activation)
    genes = layered_genes(ends, HiddenLayer(n_nodes, fan_in, activation), rng)
    genes.edge_weight[:] = rng.normal(0.0, neat.settings.initial_weight_sigma, genes.n_edges)
    return Genome.from_genes(genes, place)


def solve(arm: Arm, seed: int) -> Outcome:
    """Evolve until the task is solved or the cap is reached."""
    fitness = XorFitness() if arm.task == "xor" else DoublePoleFitness(arm.task == "dpv")
    neat = begin(arm, fitness.num_inputs, seed)
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
    name, goal = arm.name, arm.goal
    evaluations = [outcome.evaluations for outcome in outcomes]
    solved = [outcome for outcome in outcomes if outcome.solved]
    low, high = interval(evaluations)

    def at_most(what: str, value: float, limit: float | None) -> None:
        report.add(f"{name}: {what}", value, "", limit, goal_is_minimum=False)

    at_most("mean evaluations", float(np.mean(evaluations)), goal.evaluations if goal else None)
    report.add(f"{name}: from (95 %)", low)
    report.add(f"{name}: to", high)
    report.add(f"{name}: worst", max(evaluations))
    failed = len(outcomes) - len(solved)
    at_most(f"failures of {len(outcomes)}", failed, 0.0 if goal else None)
    if not solved:
        return
    hidden = float(np.mean([one.hidden for one in solved]))
    at_most("hidden nodes", hidden, goal.hidden if goal else None)
    enabled = float(np.mean([one.enabled for one in solved]))
    at_most("enabled connections", enabled, goal.enabled if goal else None)
    if arm.task == "dpnv":
        starts = float(np.mean([one.generalisation for one in solved]))
        report.add(f"{name}: starts of 625", starts, "", goal.starts if goal else None)
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
