"""Work through numbered tasks on threads, by turn, with the errors of a plain loop."""

import itertools
from collections.abc import Callable
from concurrent.futures import Future, wait
from threading import Event

from spiral_monolith_neat_numpy.evaluation.context import PopulationContext


def take_turns(n: int, work: Callable[[int], None], context: PopulationContext) -> None:
    """Call ``work`` with 0 to n - 1, on this thread and the context's others.

    Whoever is free takes the next number, which keeps every thread busy to the end. After an
    error no more numbers are given out. When this returns or raises, nothing is at work.

    Raises:
        BaseException: what ``work`` raised for the lowest number, whichever thread was first; a
            KeyboardInterrupt goes before.
    """
    turn = itertools.count()
    stop = Event()
    errors: dict[int, BaseException] = {}

    def run() -> None:
        for index in turn:
            if index >= n:
                return
            # One below an error was given out before it, and is tried.
            if stop.is_set() and index >= min(list(errors), default=0):
                return
            try:
                work(index)
            except KeyboardInterrupt:  # which may be the user's, and has no number then
                stop.set()
                raise
            except BaseException as error:  # noqa: BLE001 - raised below
                errors[index] = error
                stop.set()

    running: list[Future[None]] = []
    try:
        if context.executor is not None:
            helpers = min(context.workers, n) - 1
            running += [context.executor.submit(run) for _ in range(helpers)]
        run()
        # One that has not begun would find nothing left to do.
        running = [future for future in running if not future.cancel()]
        wait(running)
    finally:
        stop.set()
        wait(running)
    for future in running:
        future.result()
    if errors:
        raise errors[min(errors)]
