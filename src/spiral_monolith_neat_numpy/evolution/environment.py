"""The environment of a run: how hard it is, as told by a schedule."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from spiral_monolith_neat_numpy.errors import check_number

EnvSchedule = Callable[[int, Mapping[str, Any]], Mapping[str, float]]


@dataclass(frozen=True)
class Environment(Mapping[str, float]):
    """One generation's environment, readable as a mapping.

    Attributes:
        difficulty: from 0; from 0.5 to 1.5 the complexity penalty falls to three tenths.
        noise_std: noise on training inputs, in their units, for a fitness that takes it.
    """

    difficulty: float = 0.5
    noise_std: float = 0.0

    def __post_init__(self) -> None:
        """Check every field against its range."""
        check_number("difficulty", self.difficulty, 0.0)
        check_number("noise_std", self.noise_std, 0.0)

    def __getitem__(self, name: str) -> float:
        """Return a field by name."""
        if name not in ("difficulty", "noise_std"):
            raise KeyError(name)
        return float(getattr(self, name))

    def __iter__(self) -> Iterator[str]:
        """Iterate over the fields' names."""
        return iter(("difficulty", "noise_std"))

    def __len__(self) -> int:
        """Return the number of fields."""
        return 2

    def scheduled(
        self, schedule: EnvSchedule | None, generation: int, context: Mapping[str, Any]
    ) -> "Environment":
        """Return the environment that ``schedule`` gives for a generation.

        Args:
            schedule: ``schedule(generation, context)`` -> mapping with "difficulty", "noise_std"
                or both; what it leaves out stays. None: everything stays.
            generation: its number, from 0.
            context: what the schedule may look at.

        Raises:
            ValueError: the schedule returned another type, an unknown name or a bad value.
        """
        if schedule is None:
            return self
        found: object = schedule(generation, context)
        if not isinstance(found, Mapping) or not set(found) <= set(self):
            raise ValueError(
                "env_schedule must return a mapping with the keys 'difficulty' and 'noise_std' "
                f"or one of them, got {found!r}"
            )
        return Environment(**{**self, **found})


def complexity_factor(difficulty: float) -> float:
    """Return m(d): 1 up to difficulty 0.5, falling in a straight line to 0.3 at 1.5."""
    return 1.0 - 0.7 * min(max(difficulty - 0.5, 0.0), 1.0)
