"""Compatibility threshold that follows the number of species (integral control in log space).

With more species than the target the threshold grows, so that species merge; with fewer
it shrinks, so that they split.
"""

import math

from spiral_monolith_neat_numpy.errors import check_integer, check_number

_EXPONENT_LIMIT = 700.0  # exp(709) is the last that a float64 holds
_LARGEST = 1e9


class ThresholdControl:
    """Moves the threshold by exp(gain * (count - target) / max(1, target)) at each update.

    The state is ``threshold`` alone.

    Args:
        threshold: compatibility threshold to begin with, in [low, high].
        gain: strength of the correction, unitless, in [0, 1e+06]; 0 holds the threshold still.
        low: smallest threshold, in (0, 1e+09].
        high: largest threshold, in [low, 1e+09].

    Raises:
        TypeError: a value is not a number.
        ValueError: a value is outside its range; the message names the setting.

    >>> control = ThresholdControl(threshold=3.0, gain=0.18)
    >>> round(control.update(count=12, target=6.0), 4)  # 3 * exp(0.18)
    3.5917
    """

    __slots__ = ("_gain", "_high", "_low", "_threshold")

    def __init__(
        self, threshold: float = 3.0, gain: float = 0.18, low: float = 0.3, high: float = 50.0
    ) -> None:
        """Check and keep the threshold, the gain and the limits."""
        self._low = check_number("threshold_min", low, 0.0, _LARGEST, low_open=True)
        self._high = check_number("threshold_max", high, self._low, _LARGEST)
        self._gain = check_number("threshold_gain", gain, 0.0, 1e6)
        self.threshold = threshold

    @property
    def threshold(self) -> float:
        """Compatibility threshold now; setting it checks it against the limits."""
        return self._threshold

    @threshold.setter
    def threshold(self, value: float) -> None:
        self._threshold = check_number("compatibility_threshold", value, self._low, self._high)

    def update(self, count: int, target: float) -> float:
        """Return the next threshold.

        Args:
            count: number of species in this generation, >= 0.
            target: number of species aimed at, >= 0.

        Raises:
            TypeError: ``count`` is not a whole number or ``target`` not a number.
            ValueError: one of them is negative or not finite.
        """
        n_species = check_integer("count", count, 0)
        aim = check_number("target", target, 0.0, _LARGEST)
        exponent = min(self._gain * (n_species - aim) / max(1.0, aim), _EXPONENT_LIMIT)
        moved = self._threshold * math.exp(exponent)
        self._threshold = min(max(moved, self._low), self._high)
        return self._threshold

    def __repr__(self) -> str:
        """Show the state and the settings."""
        return (
            f"ThresholdControl(threshold={self._threshold!r}, gain={self._gain!r}, "
            f"low={self._low!r}, high={self._high!r})"
        )
