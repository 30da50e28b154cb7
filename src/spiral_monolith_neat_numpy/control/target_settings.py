"""Settings of the species target's learner, checked when they are made."""

from dataclasses import dataclass, replace

from spiral_monolith_neat_numpy.errors import check_choice, check_integer, check_number
from spiral_monolith_neat_numpy.settings import with_changes

MODES = ("auto", "pid", "hill", "fixed")

_LARGEST_TARGET = 1e9
_LARGEST_GAIN = 1e6


@dataclass(frozen=True)
class TargetSettings:
    """How the number of species aimed at is learned.

    Args:
        species_target_mode: "auto" (a bandit over both arms), "pid", "hill" or "fixed".
        species_target_min: smallest target, in species, in [1, 1e+09].
        species_target_max: largest target; None until ``resolved`` fills it in.
        species_target_step: step of hill climbing, in species, in (0, 1e+09].
        species_target_update_every: generations between two moves of the target, >= 1.
        pid_kp: gain of the error, species per unit error, in [0, 1e+06].
        pid_ki: gain of the summed error, in [0, 1e+06].
        pid_kd: gain of the error's change, in [0, 1e+06].
        pid_i_clip: limit of the summed error's size, in [0, 1e+09].
        epsilon: share of moves for which "auto" picks its arm at random, in [0, 1].

    Raises:
        TypeError: a value is not a number.
        ValueError: a value is outside its range; the message names the setting.
    """

    species_target_mode: str = "auto"
    species_target_min: float = 2.0
    species_target_max: float | None = None
    species_target_step: float = 0.5
    species_target_update_every: int = 5
    pid_kp: float = 0.35
    pid_ki: float = 0.02
    pid_kd: float = 0.10
    pid_i_clip: float = 50.0
    epsilon: float = 0.10

    def __post_init__(self) -> None:
        """Check every field against its range."""
        low = check_number("species_target_min", self.species_target_min, 1.0, _LARGEST_TARGET)
        self._set("species_target_min", low)
        check_choice("species_target_mode", self.species_target_mode, MODES)
        if self.species_target_max is not None:
            high = check_number("species_target_max", self.species_target_max, low, _LARGEST_TARGET)
            self._set("species_target_max", high)
        step = check_number(
            "species_target_step", self.species_target_step, 0.0, _LARGEST_TARGET, low_open=True
        )
        self._set("species_target_step", step)
        every = check_integer("species_target_update_every", self.species_target_update_every, 1)
        self._set("species_target_update_every", every)
        for name in ("pid_kp", "pid_ki", "pid_kd"):
            self._set(name, check_number(name, getattr(self, name), 0.0, _LARGEST_GAIN))
        self._set("pid_i_clip", check_number("pid_i_clip", self.pid_i_clip, 0.0, 1e9))
        self._set("epsilon", check_number("epsilon", self.epsilon, 0.0, 1.0))

    def resolved(self, species_high: float, pop_size: int) -> "TargetSettings":
        """Return these settings with the largest target filled in where it is None.

        Args:
            species_high: the mode's upper number of species.
            pop_size: genomes in the population.

        Raises:
            ValueError: max(species_high, pop_size / 3) is below ``species_target_min``.
        """
        if self.species_target_max is not None:
            return self
        high = max(float(species_high), pop_size / 3)
        check_number("species_target_min", self.species_target_min, 1.0, high)
        return replace(self, species_target_max=high)

    def with_changes(self, **changes: object) -> "TargetSettings":
        """Return a copy with some fields changed, checked like a new one.

        Raises:
            ValueError: an unknown field (the message lists the known ones) or a bad value.
        """
        return with_changes(self, changes)

    @property
    def limits(self) -> tuple[float, float]:
        """Smallest and largest target, in species.

        Raises:
            ValueError: ``species_target_max`` is still None.
        """
        if self.species_target_max is None:
            raise ValueError(
                "species_target_max must be a number >= "
                f"{self.species_target_min:g} here, got None: call resolved() first"
            )
        return self.species_target_min, self.species_target_max

    def _set(self, name: str, value: float) -> None:
        object.__setattr__(self, name, value)
