"""Attributes of ``ReproPlanaNEATPlus`` that live in the parts of its run.

Each holds no value of its own: it names a place under the owner's ``_run``.
"""

from collections.abc import Callable
from operator import attrgetter
from typing import Any, Generic, NoReturn, Protocol, Self, TypeVar, overload

from spiral_monolith_neat_numpy.evolution.run import Run
from spiral_monolith_neat_numpy.settings import with_changes

T = TypeVar("T")


class Face(Protocol):
    """What an attribute needs of its owner."""

    _run: Run


class _Attribute(Generic[T]):
    def __init__(self, read: Callable[[Run], Any]) -> None:
        self._read = read
        self._name = ""

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    @overload
    def __get__(self, face: None, owner: type) -> Self: ...

    @overload
    def __get__(self, face: Face, owner: type) -> T: ...

    def __get__(self, face: Face | None, owner: type) -> Self | T:
        if face is None:
            return self
        found: T = self._read(face._run)
        return found


class Reading(_Attribute[T]):
    """What the run keeps for reading: records, counts, the present state."""

    def __init__(self, path: str) -> None:
        """Show what lies at a dotted path under the run."""
        super().__init__(attrgetter(path))

    def __set__(self, face: Face, value: object) -> NoReturn:
        """Refuse."""
        raise AttributeError(f"{self._name} is kept by the run: it can be read, not set")


class Setting(_Attribute[T]):
    """A field of one of the run's frozen settings objects.

    Setting it replaces the object through its checks and is written into the event log.
    """

    def __init__(self, part: str, settings: str) -> None:
        """Show a field of ``run.<part>.<settings>`` that has the attribute's name."""
        super().__init__(lambda run: getattr(self._settings(run), self._name))
        self._part = _part(part)
        self._place = settings

    def _settings(self, run: Run) -> Any:
        return getattr(self._part(run), self._place)

    def __set__(self, face: Face, value: object) -> None:
        """Replace the settings object; a bad value is an error that names the attribute."""
        run = face._run
        changed = with_changes(self._settings(run), {self._name: value})
        setattr(self._part(run), self._place, changed)
        run.note_setting(self._name, getattr(changed, self._name))


class Delegate(_Attribute[T]):
    """A property of one of the run's parts, which checks what it is set to."""

    def __init__(self, part: str = "") -> None:
        """Show the attribute of that name of ``run.<part>``, of the run itself by default."""
        super().__init__(lambda run: getattr(self._part(run), self._name))
        self._part = _part(part)

    def __set__(self, face: Face, value: object) -> None:
        """Set it there; the change is written into the event log."""
        part = self._part(face._run)
        setattr(part, self._name, value)
        face._run.note_setting(self._name, getattr(part, self._name))


def _part(path: str) -> Callable[[Run], Any]:
    if not path:
        return lambda run: run
    find: Callable[[Run], Any] = attrgetter(path)
    return find
