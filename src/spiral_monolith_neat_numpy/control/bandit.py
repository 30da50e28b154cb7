"""Epsilon-greedy choice between the arms by exponentially weighted mean reward.

Sutton & Barto (2018), Reinforcement Learning, sections 2.2 and 2.5, with a constant
step size, since the worth of an arm changes as a run goes on.
"""

import numpy as np

ARMS = ("pid", "hill")

KEEP = 0.85  # weight of an arm's old score when it ran
LEARN = 0.15  # weight of its new reward
FORGET = 0.98  # factor on the score of an arm that rested


class Bandit:
    """Keeps a score per arm and chooses between them.

    Attributes:
        scores: exponentially weighted mean reward of each arm, in units of fitness.
    """

    def __init__(self, score_pid: float = 0.0, score_hill: float = 0.0) -> None:
        """Begin with given scores."""
        self.scores = {"pid": score_pid, "hill": score_hill}

    def learn(self, arm: str, reward: float) -> None:
        """Credit ``reward`` to the arm that ran and let the other's score fade."""
        for name in ARMS:
            old = self.scores[name]
            self.scores[name] = KEEP * old + LEARN * reward if name == arm else FORGET * old

    def choose(self, epsilon: float, rng: np.random.Generator) -> str:
        """Return the arm with the best score, or any with probability ``epsilon``.

        Equal scores are no reason to prefer one: then too the draw decides. Both draws are
        always taken, so the choice depends on the stream's key alone.
        """
        explore = rng.random() < epsilon
        drawn = ARMS[int(rng.integers(len(ARMS)))]
        if explore or self.scores["pid"] == self.scores["hill"]:
            return drawn
        return "pid" if self.scores["pid"] > self.scores["hill"] else "hill"
