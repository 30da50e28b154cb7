"""Work on a population that can be shared out by ranges of genomes."""

from collections.abc import Callable
from typing import TypeAlias

Spread: TypeAlias = Callable[[int, Callable[[int, int], None]], None]


def at_once(n: int, work: Callable[[int, int], None]) -> None:
    """Do the whole work, on 0 to ``n``, in one range."""
    work(0, n)
