"""Evolution that steers itself: does it follow its target, and does it help?

Tracking: the number of species against a target held at 4, 8 and 16, and one that steps from 4 to
16, on two spirals (10 gradient steps a genome) and on two poles without velocities. Counted is
the share of generations, from 20 after the start or the step on, whose count is within
max(1, 10 %) of the target; the course of one seed is drawn, a bar per generation, and under it by
how many species each generation is off.

Ablation: each way to steer against the default, on fresh points of two spirals and on the test part
of breast_cancer after equal gradient steps, with the experiment's own recipe; on fresh points of
two spirals after 200 generations without gradients, with the library's defaults ("untrained"); and
on two poles with velocities, evaluations until they balance, with the preset "all-round". How often
phased search turned, and how often all species were barred, is counted. Seeds are paired: the
difference's mean, its bootstrap 95 % interval, and Wilcoxon's test with Holm's correction within
a task.

Plants: each controller on a simulated plant without noise, before all else: how soon it settles
after a step, by how much it goes too far, whether it keeps to its limits, and how soon it leaves
one.

Inheritance: gradient steps until 95 % of fresh points of two spirals are right, with weights that
are passed on (Lamarckian) and with weights that serve the score alone (Baldwinian).

    python benchmarks/control.py [--quick] [--json FILE]
"""

from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context

import numpy as np
from scipy.stats import wilcoxon

from _control_runs import (
    ARMS,
    GENERATIONS,
    SETTLING,
    Outcome,
    Tracking,
    ablate,
    holm,
    mean_interval,
    near,
    steps_to_enough,
    track,
)
from _plants import (
    LENGTH,
    LIMITS,
    by_search,
    by_steps,
    settled_after,
    stall_then_gain,
    with_an_optimum,
)

from harness import Options, Report, read_options

WORKERS = 2
COURSES = ((4,), (8,), (16,), (4, 16))
TASKS = ("spiral", "breast_cancer", "untrained", "poles")
_BARS = " ▁▂▃▄▅▆▇█"


def drawn(counts: list[int], top: int) -> str:
    """Return a bar per generation, the highest for ``top`` species and more."""
    return "".join(_BARS[round(min(count / top, 1.0) * 8)] for count in counts)


def off_by(counts: list[int], targets: tuple[int, ...]) -> str:
    """Return for each generation a point on target, else by how many it is above or below."""
    each = len(counts) // len(targets)
    wanted = np.repeat(targets, each).tolist()
    off = [count - target for count, target in zip(counts, wanted, strict=True)]
    return "".join("·" if not by else f"{'+' if by > 0 else '-'}{abs(by)}" for by in off)


def steps(report: Report) -> None:
    """Step each controller on its plant."""
    for name, counts in (("by steps", by_steps()), ("by search", by_search())):
        report.add(f"plant, {name}: settled after", settled_after(counts, 16.0, LENGTH), "gens")
        over = max(counts[LENGTH:]) / 16.0 - 1.0
        report.add(f"plant, {name}: overshoot", over)
        print(f"    |{drawn([int(one) for one in counts[LENGTH - 20 : LENGTH + 60]], 24)}|")
    low, high = LIMITS
    for mode in ("pid", "hill", "auto"):
        held, sought = stall_then_gain(mode), with_an_optimum(mode)
        outside = sum(not low <= one <= high for one in held + sought)
        report.add(f"plant, {mode}: outside its limits", outside, "gens", 0, goal_is_minimum=False)
        left = [k for k in range(2 * LENGTH, len(held)) if held[k] < held[2 * LENGTH - 1]]
        if held[2 * LENGTH - 1] == high and left:
            report.add(f"plant, {mode}: left its limit after", left[0] - 2 * LENGTH, "gens")
        late = sought[-LENGTH:]
        report.add(f"plant, {mode}: mean target at last, best 12", float(np.mean(late)))
        report.add(f"plant, {mode}: its range at last", max(late) - min(late))
        print(f"    |{drawn([round(one) for one in held[::5]], 20)}| stalls, then gains")
        print(f"    |{drawn([round(one) for one in sought[::5]], 20)}| gains most at 12")


def tracking(pool: ProcessPoolExecutor, report: Report, seeds: range, options: Options) -> None:
    """Hold and step the target."""
    generations = 30 if options.quick else GENERATIONS
    sizes = (150,) if options.quick else (150, 1000)
    for task in ("spirals", "poles"):
        for pop in sizes:
            for targets in COURSES:
                course = Tracking(task, pop, targets)
                found = list(pool.map(partial(track, course, generations), seeds))
                since = generations * (len(targets) - 1) + SETTLING
                shares = [near(counts, targets[-1], since) for counts in found]
                report.add(course.name, float(np.mean(shares)), "near", 0.9)
                report.add(f"{course.name}: worst seed", min(shares), "near")
                print(f"    |{drawn(found[0], 2 * max(targets))}|")
                print(f"    |{off_by(found[0], targets)}|", flush=True)


def ablation(pool: ProcessPoolExecutor, report: Report, seeds: range, share: float) -> None:
    """Compare every arm with the default."""
    strayed = 0
    for task in TASKS:
        jobs = [(arm, task, seed, share) for arm in ARMS for seed in seeds]
        outcomes: list[Outcome] = list(pool.map(ablate, jobs))
        strayed += sum(one.strayed for one in outcomes)
        of_arm = {arm.name: outcomes[k * len(seeds) :][: len(seeds)] for k, arm in enumerate(ARMS)}
        turned = sum(one.turns > 0 for one in of_arm["phased search"])
        barred = sum(one.refocused > 0 for one in of_arm["default"])
        report.add(f"{task}: runs in which phased search turned", turned)
        report.add(f"{task}: runs in which all species were barred", barred)
        scores = np.array([one.score for one in outcomes]).reshape(len(ARMS), len(seeds))
        report.add(f"{task}: default", float(scores[0].mean()))
        differences = scores[1:] - scores[0]
        p_values = [float(wilcoxon(row).pvalue) if row.any() else 1.0 for row in differences]
        for arm, row, p in zip(ARMS[1:], differences, holm(p_values), strict=True):
            name = f"{task}: {arm.name}, less default"
            low, high = mean_interval(row)
            report.add(name, float(row.mean()))
            report.add(f"{name}: from (95 %)", low)
            report.add(f"{name}: to", high)
            report.add(f"{name}: p (Holm)", p)
    report.add("targets outside their limits", strayed, "", 0, goal_is_minimum=False)


def inheritance(pool: ProcessPoolExecutor, report: Report, seeds: range, share: float) -> None:
    """Compare what is passed on."""
    for kind in ("lamarckian", "baldwinian"):
        jobs = [(kind, seed, share) for seed in seeds]
        report.add_samples(f"{kind}: steps to 0.95", pool.map(steps_to_enough, jobs), "steps")


def measure(options: Options) -> Report:
    """Measure all."""
    seeds = range(2) if options.quick else range(20)
    share = 0.1 if options.quick else 1.0
    report = Report("control", seeds=seeds, options=options)
    steps(report)
    with ProcessPoolExecutor(WORKERS, get_context("spawn")) as pool:
        tracking(pool, report, seeds, options)
        ablation(pool, report, seeds, share)
        inheritance(pool, report, seeds, share)
    return report


if __name__ == "__main__":
    measure(read_options(__doc__)).finish()
