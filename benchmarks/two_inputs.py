"""Two spirals, circles and xor: what the experiment's own settings reach on fresh points.

50 generations of 64 genomes, 40 gradient steps each, 512 training and 256 validation
points, two threads; accuracy of the champion on 2,048 points that nothing has seen. The
ceiling is the accuracy of the Bayes rule, from the generator's densities.

    python benchmarks/two_inputs.py [--quick] [--json FILE]
"""

import time

import numpy as np

from spiral_monolith_neat_numpy.experiment.config import ExperimentConfig
from spiral_monolith_neat_numpy.experiment.run import run_experiment
from spiral_monolith_neat_numpy.tasks.ceilings import bayes_accuracy

from harness import Options, Report, read_options


def run(task: str, seed: int, gens: int) -> tuple[float, int, int, float]:
    """Return (test accuracy, enabled connections, hidden nodes, seconds) of one experiment."""
    started = time.perf_counter()
    result = run_experiment(
        ExperimentConfig(task, gens=gens, pop=64, steps=40, seed=seed, workers=2)
    )
    seconds = time.perf_counter() - started
    metrics = result.metrics
    return (
        metrics["test_accuracy"],
        metrics["enabled_connections"],
        metrics["hidden_nodes"],
        seconds,
    )


def measure(options: Options) -> Report:
    """Run every task over all seeds."""
    seeds = range(2) if options.quick else range(20)
    gens = 10 if options.quick else 50
    report = Report("two inputs", seeds=seeds, options=options)
    run("spiral", 10_000, 2)  # kernels compiled or loaded
    rows = np.array([run("spiral", seed, gens) for seed in seeds])
    report.add("spiral mean test accuracy", rows[:, 0].mean(), "share", goal=0.98)
    report.add("spiral lowest test accuracy", rows[:, 0].min(), "share", goal=0.965)
    report.add("spiral ceiling", bayes_accuracy("spiral", n=20_000), "share")
    report.add_samples("spiral enabled connections", rows[:, 1], "", 40, goal_is_minimum=False)
    report.add_samples("spiral hidden nodes", rows[:, 2])
    report.add_samples("spiral wall time", rows[:, 3], "s", 2.5, goal_is_minimum=False)
    for task in ("circles", "xor"):
        rows = np.array([run(task, seed, gens) for seed in seeds])
        ceiling = bayes_accuracy(task, n=20_000)
        report.add(f"{task} mean test accuracy", rows[:, 0].mean(), "share", goal=ceiling - 0.01)
        report.add(f"{task} lowest test accuracy", rows[:, 0].min(), "share")
        report.add(f"{task} ceiling", ceiling, "share")
        report.add_samples(f"{task} enabled connections", rows[:, 1])
    return report


if __name__ == "__main__":
    measure(read_options(__doc__)).finish()
