"""The environment of a run: how hard it is, as set or as told by a schedule."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from spiral_monolith_neat_numpy.errors import check_number

EnvSchedule = Callable[[int, Mapping[str, Any]], Mapping[str, float]]

_FIELDS = ("difficulty", "noise_std")


@dataclass(frozen=True)
class Environment(Mapping[str, Any]):
    """One generation's environment, readable as a mapping.

    Attributes:
        difficulty: from 0; from 0.5 to 1.5 the complexity penalty falls to three tenths.
        noise_std: noise on training inputs, in their units, for a fitness that takes it
            (one with ``set_noise_std``); None: the fitness keeps its own.
    """

    difficulty: float = 0.5
    noise_std: float | None = None

    def __post_init__(self) -> None:
        """Check every field against its range."""
        object.__setattr__(self, "difficulty", check_number("difficulty", self.difficulty, 0.0))
        if self.noise_std is not None:
            object.__setattr__(self, "noise_std", check_number("noise_std", self.noise_std, 0.0))

    @property
    def regen_intensity(self) -> float:
        """How much a regeneration changes: clip(0.25 + 0.65 difficulty, 0, 1)."""
        return min(max(0.25 + 0.65 * self.difficulty, 0.0), 1.0)

    @property
    def asexual_share(self) -> float:
        """Share of births by regeneration, where there is any: clip(0.1 + 0.3 d, 0, 0.95)."""
        return min(max(0.1 + 0.3 * self.difficulty, 0.0), 0.95)

    @property
    def pollen_flow(self) -> float:
        """Share of matings across species, where pollen flows: clip(0.1 + 0.35 d, 0.1, 0.5)."""
        return min(max(0.1 + 0.35 * self.difficulty, 0.1), 0.5)

    def __getitem__(self, name: str) -> Any:
        """Return a field by name."""
        if name not in _FIELDS:
            raise KeyError(name)
        return getattr(self, name)

    def __iter__(self) -> Iterator[str]:
        """Iterate over the fields' names."""
        return iter(_FIELDS)

    def __len__(self) -> int:
        """Return the number of fields."""
        return len(_FIELDS)

    def changed(self, source: str, found: object) -> "Environment":
        """Return this environment with what ``found`` says instead.

        Args:
            source: where ``found`` comes from, for the message.
            found: a mapping with "difficulty", "noise_std", both or neither; the rest stays.

        Raises:
            TypeError: a value that is no number.
            ValueError: another type, an unknown name, or a value out of range.
        """
        if not isinstance(found, Mapping) or not set(found) <= set(_FIELDS):
            raise ValueError(
                f"{source} must be a mapping with no other keys than 'difficulty' and "
                f"'noise_std', got {found!r}"
            )
        return Environment(**{**self, **found})

    def scheduled(
        self, schedule: EnvSchedule | None, generation: int, context: Mapping[str, Any]
    ) -> "Environment":
        """Return the environment that ``schedule`` gives for a generation.

        Args:
            schedule: ``schedule(generation, context)`` -> mapping (see ``changed``); None:
                everything stays.
            generation: its number, from 0.
            context: what the schedule may look at.

        Raises:
            TypeError, ValueError: what the schedule returned is no environment.
        """
        if schedule is None:
            return self
        return self.changed("what env_schedule returns", schedule(generation, context))


def noise_of(difficulty: float) -> float:
    """Return the standard deviation of input noise: 0.006 at difficulty 0 to 0.06 from 1.5 on.

    It is meant for inputs whose own standard deviation is about 1.
    """
    return 0.006 + 0.054 * min(max(difficulty, 0.0), 1.5) / 1.5


def complexity_factor(difficulty: float) -> float:
    """Return m(d): 1 up to difficulty 0.5, falling in a straight line to 0.3 at 1.5."""
    return 1.0 - 0.7 * min(max(difficulty - 0.5, 0.0), 1.0)
