"""Compatibility threshold at which a generation has as many species as wanted.

A population can be divided again under another threshold, at a small part of what scoring it
costs. So the threshold need not wait a generation to learn what it has done.
"""

import math

from spiral_monolith_neat_numpy.errors import check_integer, check_number

_SHARE = 0.6  # of the count's log error, the first steps of the threshold's log
_MOST = 0.7  # a step at most halves or doubles the threshold
_CLOSE_ENOUGH = 0.05  # of the target; or half a species, which is as near as a count can be
_LARGEST = 1e9


class ThresholdSearch:
    """Proposes thresholds for one generation until the number of species meets the target.

    The count falls as the threshold rises, by and large: it steps in the direction of the error
    until the target lies between two thresholds, and halves their distance (as logarithms) from
    then on. What it can do no better is left as it is.

    Attributes:
        threshold: the one to try next; when the search is over, the best that was tried.
        is_over: whether the count is close enough, the tries are used up, or a limit is reached.
        is_best: whether the last one tried came nearest to the target so far.

    >>> search = ThresholdSearch(threshold=3.0)
    >>> while not search.is_over:
    ...     _ = search.update(count=round(30.0 / search.threshold), target=6.0)
    >>> round(30.0 / search.threshold)
    6
    """

    __slots__ = (
        "_best",
        "_error",
        "_high",
        "_limits",
        "_low",
        "_left",
        "is_best",
        "is_over",
        "threshold",
    )

    def __init__(
        self, threshold: float, low: float = 0.3, high: float = 50.0, tries: int = 8
    ) -> None:
        """Begin at a threshold.

        Args:
            threshold: of the generation before, in [low, high].
            low: smallest threshold, in (0, 1e+09].
            high: largest threshold, in [low, 1e+09].
            tries: how many may be tried, >= 1.

        Raises:
            TypeError: a value is not a number.
            ValueError: a value is outside its range; the message names the setting.
        """
        low = check_number("threshold_min", low, 0.0, _LARGEST, low_open=True)
        high = check_number("threshold_max", high, low, _LARGEST)
        self.threshold = check_number("compatibility_threshold", threshold, low, high)
        self._limits = low, high
        self._left = check_integer("threshold_tries", tries, 1)
        self._low: float | None = None  # under which there were too many species
        self._high: float | None = None  # under which there were too few
        self._best, self._error = self.threshold, math.inf
        self.is_over = self.is_best = False

    def update(self, count: int, target: float) -> float:
        """Learn how many species there were under ``threshold``; return what to try next.

        Args:
            count: number of species, >= 1.
            target: number of species aimed at, > 0.

        Raises:
            TypeError: ``count`` is not a whole number or ``target`` not a number.
            ValueError: one of them is out of range.
        """
        n_species = check_integer("count", count, 1)
        aim = check_number("target", target, 0.0, _LARGEST, low_open=True)
        error = n_species - aim
        self._left -= 1
        self.is_best = abs(error) < self._error
        if self.is_best:
            self._best, self._error = self.threshold, abs(error)
        wanted = self._next(error, math.log(n_species / aim))
        is_close = abs(error) <= max(0.5, _CLOSE_ENOUGH * aim)
        self.is_over = is_close or self._left <= 0 or wanted == self.threshold
        self.threshold = self._best if self.is_over else wanted
        return self.threshold

    def _next(self, error: float, log_error: float) -> float:
        if error > 0.0:
            self._low = self.threshold
        else:
            self._high = self.threshold
        if self._low is not None and self._high is not None:
            return math.sqrt(self._low * self._high)
        step = min(max(_SHARE * log_error, -_MOST), _MOST)
        low, high = self._limits
        return min(max(self.threshold * math.exp(step), low), high)
