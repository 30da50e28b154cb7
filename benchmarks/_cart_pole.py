"""CartPole of ``peers.py``: whole generations in a Python loop through Gymnasium."""

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import gymnasium
import numpy as np

import _neat_python as theirs
from _turns import Activate, in_turn, median, ours
from spiral_monolith_neat_numpy import compile_genome, compile_population
from spiral_monolith_neat_numpy.arrays import FloatArray

from harness import Report

CARTS = 50
# Of all genomes at once: a row of inputs each to the first output of each.
Activations = Callable[[FloatArray], Sequence[float] | FloatArray]


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


class Tracks:
    """CartPoles side by side, stepped in one call, and the time that they take by themselves.

    A genome's score is its first episode; what is begun after that, while others still balance,
    is neither scored nor counted.

    Attributes:
        alone_s: seconds of the repetitions.
        n_actions: actions scored.
        n_episodes: episodes, likewise.
    """

    def __init__(self, envs: Any) -> None:
        """Take the environments."""
        self._envs = envs
        self.alone_s, self.n_actions, self.n_episodes = 0.0, 0, 0

    def episodes(self, activate: Activations) -> FloatArray:
        """Return the number of actions that each genome balanced."""
        envs = self._envs
        n = envs.num_envs
        scores, balances, taken = np.zeros(n), np.ones(n, np.bool_), []
        observations, _ = envs.reset(seed=0)
        while balances.any():
            actions = (np.asarray(activate(observations)) > 0.5).astype(np.int64)
            observations, _, fell, cut, _ = envs.step(actions)
            scores += balances
            balances &= ~(fell | cut)
            taken.append(actions)
        started = time.perf_counter()
        envs.reset(seed=0)
        for actions in taken:
            envs.step(actions)
        self.alone_s += time.perf_counter() - started
        self.n_actions += int(scores.sum())
        self.n_episodes += n
        return scores


def drive_ours_in_step(tracks: Tracks, gens: int, seed: int) -> float:
    """Return the seconds of our generations, repetitions included."""
    neat = ours(4, CARTS, seed)
    started = time.perf_counter()
    for _ in range(gens):
        networks = compile_population(neat.ask())
        neat.tell(tracks.episodes(lambda rows: networks.activate(rows)[:, 0]))  # noqa: B023
    return time.perf_counter() - started


def drive_theirs_in_step(tracks: Tracks, gens: int, seed: int) -> float:
    """Return the seconds of neat-python's generations, repetitions included."""

    def score(genomes: list[tuple[int, Any]], config: Any) -> None:
        networks = [theirs.activation_of(genome, config) for _, genome in genomes]

        def activate(rows: FloatArray) -> list[float]:
            pairs = zip(networks, rows.tolist(), strict=True)
            return [network(row)[0] for network, row in pairs]

        for (_, genome), balanced in zip(genomes, tracks.episodes(activate).tolist(), strict=True):
            genome.fitness = balanced

    return theirs.evolve(score, theirs.make_config(CARTS, 4), gens, seed).seconds


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


def drive(
    side: Callable[[Any, int, int], float], track: Track | Tracks, gens: int, seed: int
) -> Drive:
    """Run one side's generations."""
    seconds = side(track, gens, seed) - track.alone_s
    n = track.n_actions
    return Drive(seconds / n, track.alone_s / n, n / track.n_episodes)


def measure_carts(report: Report, gens: int, repeats: int) -> None:
    """Add the time per action on CartPole, one cart at a time and all of them in step."""
    with closing(gymnasium.make("CartPole-v1")) as env:
        one = {"neat-python": drive_theirs, "ours": drive_ours}
        compare(report, "cart", one, lambda: Track(env), gens, repeats)
    with closing(gymnasium.make_vec("CartPole-v1", CARTS, "vector_entry_point")) as envs:
        all_ = {"neat-python": drive_theirs_in_step, "ours": drive_ours_in_step}
        compare(report, "carts in step", all_, lambda: Tracks(envs), gens, repeats, 3.0)


def compare(
    report: Report,
    name: str,
    sides: Mapping[str, Callable[[Any, int, int], float]],
    begin: Callable[[], Track | Tracks],
    gens: int,
    repeats: int,
    goal: float | None = None,
) -> None:
    """Add the time per action of both sides, with and without what Gymnasium takes."""

    def turn(side: Callable[[Any, int, int], float]) -> Callable[[int], Drive]:
        return lambda seed: drive(side, begin(), gens, seed)

    found = in_turn({side: turn(run) for side, run in sides.items()}, repeats)
    whole, beside = {}, {}
    for side, drives in found.items():
        report.add_samples(f"{name}: {side}", [1e6 * one.whole for one in drives], "us/action")
        report.add_samples(
            f"{name}: Gymnasium's share, {side}", [one.alone / one.whole for one in drives]
        )
        length = median([one.actions_per_episode for one in drives])
        report.add(f"{name}: actions per episode, {side}", length)
        whole[side] = median([one.whole for one in drives])
        beside[side] = median([one.whole - one.alone for one in drives])
    alone = median([one.alone for drives in found.values() for one in drives])
    report.add(f"{name}: times it beside Gymnasium", beside["neat-python"] / beside["ours"])
    report.add(f"{name}: times it at most possible", whole["neat-python"] / alone)
    report.add(f"{name}: times neat-python", whole["neat-python"] / whole["ours"], "", goal)
