"""The poles of ``peers.py``: plain Python as a user of neat-python has them, and the turns."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from math import cos, radians, sin

import numpy as np

import _neat_python as theirs
from _turns import Activate, in_turn, median
from spiral_monolith_neat_numpy import DoublePoleFitness, Population, ReproPlanaNEATPlus, Settings
from spiral_monolith_neat_numpy.arrays import FloatArray
from spiral_monolith_neat_numpy.evaluation.context import PopulationContext

from harness import Report

MOST_ACTIONS = 1000
MUTATION_ALONE = Settings(
    threshold_control="step",
    refocus_species=0,
    p_add_connection=0.2,
    p_add_node=0.1,
    p_crossover=0.0,  # every node keeps an enabled connection into it
    hidden_activation="sigmoid",
    activation_options=("sigmoid",),
)
# Two poles on a cart, as in ``tasks/double_pole.py``: x, its speed, then both angles, each with
# its speed.
State = tuple[float, float, float, float, float, float]
START: State = (0.0, 0.0, 0.07, 0.0, 0.0, 0.0)
TRACK, MOST_ANGLE = 2.4, radians(36.0)
STEP_S = 0.01


def accelerations(
    force: float, a: float, p: float, b: float, q: float
) -> tuple[float, float, float]:
    """Return those of the cart and of both poles, from their angles a, b and speeds p, q."""
    sin_a, cos_a, sin_b, cos_b = sin(a), cos(a), sin(b), cos(b)
    turn_a = 2e-6 * p / 0.05 - 9.8 * sin_a
    turn_b = 2e-6 * q / 0.0005 - 9.8 * sin_b
    pull = force + 0.05 * p * p * sin_a + 0.075 * cos_a * turn_a
    pull += 0.0005 * q * q * sin_b + 0.0075 * cos_b * turn_b
    mass = 1.11 - 0.075 * cos_a * cos_a - 0.0075 * cos_b * cos_b
    cart = pull / mass
    return cart, -1.5 * (cart * cos_a + turn_a), -15.0 * (cart * cos_b + turn_b)


def moved(state: State, force: float, h: float = STEP_S) -> State:
    """Return the state after one step of the classical Runge-Kutta method."""
    x, v, a, p, b, q = state
    half = 0.5 * h
    c1, d1, e1 = accelerations(force, a, p, b, q)
    p2, q2 = p + half * d1, q + half * e1
    c2, d2, e2 = accelerations(force, a + half * p, p2, b + half * q, q2)
    p3, q3 = p + half * d2, q + half * e2
    c3, d3, e3 = accelerations(force, a + half * p2, p3, b + half * q2, q3)
    p4, q4 = p + h * d3, q + h * e3
    c4, d4, e4 = accelerations(force, a + h * p3, p4, b + h * q3, q4)
    sixth = h / 6.0
    return (
        x + h * v + h * sixth * (c1 + c2 + c3),
        v + sixth * (c1 + 2.0 * (c2 + c3) + c4),
        a + sixth * (p + 2.0 * (p2 + p3) + p4),
        p + sixth * (d1 + 2.0 * (d2 + d3) + d4),
        b + sixth * (q + 2.0 * (q2 + q3) + q4),
        q + sixth * (e1 + 2.0 * (e2 + e3) + e4),
    )


def balance(activate: Activate, most: int) -> int:
    """Return the number of actions for which a network balances both poles."""
    state = START
    for action in range(most):
        x, v, a, p, b, q = state
        output = activate((x / 4.8, v / 2.0, a / 0.52, p / 2.0, b / 0.52, q / 2.0, 0.5))[0]
        force = (output - 0.5) * 20.0
        state = moved(moved(state, force), force)
        if abs(state[0]) > TRACK or abs(state[2]) > MOST_ANGLE or abs(state[4]) > MOST_ANGLE:
            return action
    return most


def bred(n: int, score: Callable[[Population], FloatArray]) -> Population:
    """Return the eleventh generation, but for genomes that balance for too long to wait for."""
    fitness = DoublePoleFitness()
    neat = ReproPlanaNEATPlus(fitness.num_inputs, 1, n, 0, "sigmoid", MUTATION_ALONE)
    for _ in range(10):
        neat.tell(score(neat.ask()))
    last = neat.ask()
    actions = fitness.evaluate_population(last, PopulationContext(0, 0))
    kept = np.flatnonzero(actions < MOST_ACTIONS)
    return Population.from_genomes([last[place] for place in kept.tolist()])


def measure_poles(report: Report, n: int, repeats: int) -> None:
    """Add episodes per second of both sides, on random genomes and on evolved ones."""
    rng, fitness = np.random.default_rng(0), DoublePoleFitness()
    measure_episodes(report, "poles", bred(n, lambda last: rng.random(len(last))), repeats)
    evolved = bred(n, lambda last: fitness.evaluate_population(last, PopulationContext(0, 0)))
    measure_episodes(report, "poles, evolved", evolved, repeats)


def measure_episodes(report: Report, name: str, genomes: Population, repeats: int) -> None:
    """Add episodes per second of both sides on the same genomes."""
    fitness = DoublePoleFitness()
    config = theirs.make_config(2, fitness.num_inputs)
    twins = [theirs.converted(genome.genes, config) for genome in genomes]
    actions: dict[str, list[int]] = {}

    def plain(_: int) -> float:
        started = time.perf_counter()
        actions["neat-python"] = [
            balance(theirs.activation_of(twin, config), MOST_ACTIONS) for twin in twins
        ]
        return time.perf_counter() - started

    def compiled(context: PopulationContext) -> float:
        started = time.perf_counter()
        scores = fitness.evaluate_population(genomes, context)
        seconds = time.perf_counter() - started
        actions["ours"] = scores.astype(int).tolist()
        return seconds

    with ThreadPoolExecutor(2) as executor:
        sides: dict[str, Callable[[int], float]] = {
            "neat-python": plain,
            "ours, 1 thread": lambda _: compiled(PopulationContext(0, 0)),
            "ours, 2 threads": lambda _: compiled(PopulationContext(0, 0, 2, executor)),
        }
        found = in_turn(sides, repeats)
    for side, seconds in found.items():
        report.add_samples(f"{name}: {side}", len(genomes) / np.array(seconds), "episodes/s")
    typical = {side: median(seconds) for side, seconds in found.items()}
    them = typical.pop("neat-python")
    us, total = min(typical.values()), sum(actions["ours"])
    report.add(f"{name}: times neat-python", them / us, "", 50.0)
    report.add(f"{name}: steps, neat-python", sum(actions["neat-python"]) / them, "actions/s")
    report.add(f"{name}: steps, ours", total / us, "actions/s")
    report.add(f"{name}: actions per episode", total / len(genomes))
    same = np.mean(np.equal(actions["ours"], actions["neat-python"]))
    report.add(f"{name}: episodes of the same length", same, "share", 0.95)
