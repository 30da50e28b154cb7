"""CartPole of ``peers.py``: whole generations in a Python loop through Gymnasium."""

import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import gymnasium

import _neat_python as theirs
from _turns import Activate, in_turn, median, ours
from spiral_monolith_neat_numpy import compile_genome

from harness import Report

CARTS = 50


@dataclass(frozen=True)
class Drive:
    """Seconds per action of whole generations on CartPole, and of Gymnasium alone."""

    whole: float
    alone: float
    actions_per_episode: float


def episode(env: Any, activate: Activate, seed: int, out_log: list[list[int]]) -> float:
    """Return the number of actions balanced; append the actions to ``out_log``."""
    taken: list[int] = []
    observation, _ = env.reset(seed=seed)
    over = False
    while not over:
        action = int(activate(observation)[0] > 0.5)
        observation, _, fell, cut, _ = env.step(action)
        over = fell or cut
        taken.append(action)
    out_log.append(taken)
    return float(len(taken))


def drive_ours(env: Any, gens: int, seed: int, out_log: list[list[int]]) -> float:
    """Return the seconds of our generations."""
    neat = ours(4, CARTS, seed)
    started = time.perf_counter()
    for _ in range(gens):
        scores = [
            episode(env, compile_genome(genome).activate, place, out_log)
            for place, genome in enumerate(neat.ask())
        ]
        neat.tell(scores)
    return time.perf_counter() - started


def on_floats(activate: Activate) -> Activate:
    """Return a function of an array that hands on plain floats."""
    return lambda observation: activate(observation.tolist())


def drive_theirs(env: Any, gens: int, seed: int, out_log: list[list[int]]) -> float:
    """Return the seconds of neat-python's generations."""

    def score(genomes: list[tuple[int, Any]], config: Any) -> None:
        for place, (_, genome) in enumerate(genomes):
            activate = on_floats(theirs.activation_of(genome, config))
            genome.fitness = episode(env, activate, place, out_log)

    return theirs.evolve(score, theirs.make_config(CARTS, 4), gens, seed).seconds


def drive(side: Callable[[Any, int, int, list[list[int]]], float], gens: int, seed: int) -> Drive:
    """Run one side's generations, then play the same actions without it."""
    log: list[list[int]] = []
    with closing(gymnasium.make("CartPole-v1")) as env:
        whole_s = side(env, gens, seed, log)
        started = time.perf_counter()
        for number, actions in enumerate(log):
            env.reset(seed=number % CARTS)
            for action in actions:
                env.step(action)
        alone_s = time.perf_counter() - started
    n_actions = sum(map(len, log))
    return Drive(whole_s / n_actions, alone_s / n_actions, n_actions / len(log))


def measure_carts(report: Report, gens: int, repeats: int) -> None:
    """Add the time per action on CartPole, with and without what Gymnasium takes."""
    sides: dict[str, Callable[[int], Drive]] = {
        "neat-python": lambda seed: drive(drive_theirs, gens, seed),
        "ours": lambda seed: drive(drive_ours, gens, seed),
    }
    found = in_turn(sides, repeats)
    whole, beside = {}, {}
    for side, drives in found.items():
        report.add_samples(f"cart: {side}", [1e6 * one.whole for one in drives], "us/action")
        report.add_samples(
            f"cart: Gymnasium's share, {side}", [one.alone / one.whole for one in drives]
        )
        length = median([one.actions_per_episode for one in drives])
        report.add(f"cart: actions per episode, {side}", length)
        whole[side] = median([one.whole for one in drives])
        beside[side] = median([one.whole - one.alone for one in drives])
    alone = median([one.alone for drives in found.values() for one in drives])
    report.add("cart: times it beside Gymnasium", beside["neat-python"] / beside["ours"])
    report.add("cart: times it at most possible", whole["neat-python"] / alone)
    report.add("cart: times neat-python", whole["neat-python"] / whole["ours"], "", 3.0)
