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


class Track:
    """CartPole, and the time it takes by itself.

    Each episode is played again at once, without a network: seconds later the machine may be
    slower or faster by more than a network takes.

    Attributes:
        alone_s: seconds of the repetitions.
        n_actions: actions taken, repetitions not counted.
        n_episodes: episodes, likewise.
    """

    def __init__(self, env: Any) -> None:
        """Take the environment."""
        self._env = env
        self.alone_s, self.n_actions, self.n_episodes = 0.0, 0, 0

    def episode(self, activate: Activate, seed: int) -> float:
        """Return the number of actions balanced."""
        env, taken = self._env, []
        observation, _ = env.reset(seed=seed)
        over = False
        while not over:
            action = int(activate(observation)[0] > 0.5)
            observation, _, fell, cut, _ = env.step(action)
            over = fell or cut
            taken.append(action)
        started = time.perf_counter()
        env.reset(seed=seed)
        for action in taken:
            env.step(action)
        self.alone_s += time.perf_counter() - started
        self.n_actions += len(taken)
        self.n_episodes += 1
        return float(len(taken))


def drive_ours(track: Track, gens: int, seed: int) -> float:
    """Return the seconds of our generations, repetitions included."""
    neat = ours(4, CARTS, seed)
    started = time.perf_counter()
    for _ in range(gens):
        scores = [
            track.episode(compile_genome(genome).activate, place)
            for place, genome in enumerate(neat.ask())
        ]
        neat.tell(scores)
    return time.perf_counter() - started


def on_floats(activate: Activate) -> Activate:
    """Return a function of an array that hands on plain floats."""
    return lambda observation: activate(observation.tolist())


def drive_theirs(track: Track, gens: int, seed: int) -> float:
    """Return the seconds of neat-python's generations, repetitions included."""

    def score(genomes: list[tuple[int, Any]], config: Any) -> None:
        for place, (_, genome) in enumerate(genomes):
            activate = on_floats(theirs.activation_of(genome, config))
            genome.fitness = track.episode(activate, place)

    return theirs.evolve(score, theirs.make_config(CARTS, 4), gens, seed).seconds


@dataclass(frozen=True)
class Drive:
    """Seconds per action of whole generations on CartPole, and of Gymnasium alone."""

    whole: float
    alone: float
    actions_per_episode: float


def drive(side: Callable[[Track, int, int], float], gens: int, seed: int) -> Drive:
    """Run one side's generations."""
    with closing(gymnasium.make("CartPole-v1")) as env:
        track = Track(env)
        seconds = side(track, gens, seed) - track.alone_s
    n = track.n_actions
    return Drive(seconds / n, track.alone_s / n, n / track.n_episodes)


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
