"""Work through numbered tasks on threads, by turn, with the errors of a plain loop."""

import itertools
from collections.abc import Callable
from concurrent.futures import Future, wait
from threading import Event

from spiral_monolith_neat_numpy.evaluation.context import PopulationContext


def take_turns(n: int, work: Callable[[int], None], context: PopulationContext) -> None:
    """Call ``work`` with 0 to n - 1, on the context's threads if it has more than one.

    Whoever is free takes the next number, which keeps every thread busy to the end. After an
    error no more numbers are given out. When this returns or raises, nothing is at work.

    Raises:
        Exception: what ``work`` raised for the lowest number, whichever thread was first.
    """
    turn = itertools.count()
    stop = Event()
    errors: dict[int, Exception] = {}

    def run() -> None:
        for index in turn:
            if index >= n or stop.is_set():
                return
            try:
                work(index)
            except Exception as error:  # noqa: BLE001 - raised below
                errors[index] = error
                stop.set()

    if context.executor is None or context.workers == 1:
        run()
    else:
        running: list[Future[None]] = []
        try:
            running += [context.executor.submit(run) for _ in range(context.workers)]
            wait(running)
        finally:
            stop.set()
            wait(running)
    if errors:
        # Numbers are given out in order, so all below the first to fail have been tried.
        raise errors[min(errors)]
