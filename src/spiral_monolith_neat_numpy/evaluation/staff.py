"""The worker processes of a pool: started, heard, replaced one by one, and ended."""

import contextlib
import math
import multiprocessing
import multiprocessing.connection
import multiprocessing.util
import os
import time
from collections import deque
from collections.abc import Iterator
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any

from spiral_monolith_neat_numpy.evaluation.chunks import Portion
from spiral_monolith_neat_numpy.evaluation.environment import StartMethod
from spiral_monolith_neat_numpy.evaluation.starting import start_process
from spiral_monolith_neat_numpy.evaluation.travel import MainModule
from spiral_monolith_neat_numpy.evaluation.workers import Order, Ready, run_worker
from spiral_monolith_neat_numpy.interrupts import held_back

_LOOK_S = 0.5  # between two looks whether a worker is gone whose end nothing tells
_PATIENCE_S = 2.0  # that a worker which was told to end may take, before it is killed


class Member:
    """The parent's view of one worker process.

    Attributes:
        process: the process.
        slot: its place on the board.
        is_ready: whether it can be given genomes.
        is_due: whether it is to be replaced.
        fitness: name of the segment of the fitness that it was told of last, "": none.
        portions: what it was given and has not reported, first given first.
        overdue: the place of the genome for whose sake it was killed, -1: none.
    """

    def __init__(self, process: BaseProcess, connection: "Connection[Any, Any]", slot: int) -> None:
        """Take a process that was just started, and this end of its connection."""
        self.process = process
        self.slot = slot
        self.has_started = self.is_ready = self.is_due = False
        self.fitness = ""
        self.portions: deque[Portion] = deque()
        self.overdue = -1
        self._dismissed_at = math.inf
        self._connection = connection

    @property
    def handles(self) -> tuple[Any, Any]:
        """What becomes readable when the worker says something, or ends."""
        return self._connection, self.process.sentinel

    def tell(self, message: object) -> None:
        """Send it a message; that it has died shows when it is listened to."""
        with contextlib.suppress(OSError):
            self._connection.send(message)

    def heard(self, *, has_ended: bool) -> Iterator[object]:
        """Yield what it has said, and None at the end if it has died.

        Args:
            has_ended: whether its process was seen to have ended before this call.
        """
        try:
            if not has_ended:
                yield self._connection.recv()
                return
            while self._connection.poll():
                yield self._connection.recv()
        except (EOFError, OSError):
            pass
        yield None

    def note_ready(self, message: Ready) -> bool:
        """Note that it is ready; return whether it has just started and knows of nothing yet."""
        if self.has_started:
            self.is_ready = message.fitness == self.fitness
            return False
        self.has_started = True
        return True

    def dismiss(self) -> None:
        """Tell it to end, for which it has some time."""
        self._dismissed_at = time.monotonic()
        self.tell(None)

    @property
    def patience(self) -> float:
        """Seconds that it may still take to end; 0 for one that was not told to, or too late."""
        left = self._dismissed_at + _PATIENCE_S - time.monotonic()
        return max(0.0, left) if math.isfinite(left) else 0.0

    def bury(self) -> None:
        """Wait for its end, and make one when it has no time left."""
        self.process.join(self.patience)
        if self.process.is_alive():
            self.process.kill()
            self.process.join(_PATIENCE_S)
        self._connection.close()
        if not self.process.is_alive():  # else its own children hold what tells of its end
            self.process.close()

    @property
    def is_gone(self) -> bool:
        """Whether its process has ended, even if processes that it started hold its pipes."""
        if not self.process.is_alive():
            return True
        try:
            os.kill(self.process.pid or 0, 0)
        except ProcessLookupError:
            return True
        return False


class Staff:
    """As many worker processes as asked, whatever befalls them.

    Attributes:
        members: those that are there, or about to be.
        size: how many are wanted.
        main: the ``__main__`` that workers may read.
    """

    def __init__(self, size: int, method: StartMethod) -> None:
        """Take the number of workers; they start with ``fill``."""
        self.size = size
        self.members: list[Member] = []
        self._method = method
        self._newcomer: Member | None = None  # will take the place of one that is due
        self._leaving: list[Member] = []
        self._looked_at = time.monotonic()
        self.main = MainModule.of_this_process()
        # At the end of this process too, before its children are waited for.
        multiprocessing.util.Finalize(
            self, _kill, args=(self.members, self._leaving), exitpriority=20
        )

    @property
    def n_slots(self) -> int:
        """How many there may be at once, with those that replace and those that leave."""
        return 2 * self.size + 4

    def fill(self, most: int) -> None:
        """Start workers until there are ``size`` of them, or ``most`` if that is less."""
        while len(self.members) - (self._newcomer is not None) < min(self.size, most):
            self.start()

    def start(self) -> Member:
        """Start one worker, a member from now on."""
        while len(self._leaving) > self.size:  # each has a slot as long as it lives
            oldest = self._leaving.pop(0)
            oldest.process.kill()
            oldest.bury()
        with held_back():  # or nobody would know of a process that has just started
            member = self._started()
            self.members.append(member)
        return member

    def _started(self) -> Member:
        context = multiprocessing.get_context(self._method)
        mine, theirs = context.Pipe()
        used = {member.slot for member in (*self.members, *self._leaving)}
        slot = min(set(range(self.n_slots)) - used)
        main: MainModule | None = self.main
        others: list[Connection[Any, Any]] = []
        if self._method == "fork":  # which has the parent's main, and its ends of connections too
            main = None
            others = [mine, *(one.handles[0] for one in self.members + self._leaving)]
        try:
            process = start_process(
                self._method, run_worker, (theirs, slot, main, self._method, others)
            )
        except BaseException:
            mine.close()
            raise
        finally:
            theirs.close()
        return Member(process, mine, slot)

    def brief(self, member: Member, order: Order) -> None:
        """Tell a worker of a generation."""
        member.tell(order)
        member.is_ready = member.is_ready and member.fitness == order.place.fitness
        member.fitness = order.place.fitness

    def hear(self, timeout: float | None) -> Iterator[tuple[Member, object]]:
        """Wait until members say something or end, or the time is over.

        Yields:
            Who, and what was said, None for one that has died.
        """
        members = list(self.members)
        handles = [handle for member in members for handle in member.handles]
        most = _LOOK_S if timeout is None else min(timeout, _LOOK_S)
        found = multiprocessing.connection.wait(handles, most)
        looks = time.monotonic() - self._looked_at >= _LOOK_S
        if looks:
            self._looked_at = time.monotonic()
        for member in members:
            connection, sentinel = member.handles
            has_ended = sentinel in found or (looks and member.is_gone)
            if connection in found or has_ended:
                for message in member.heard(has_ended=has_ended):
                    yield member, message
                    if member not in self.members:
                        break

    def drop(self, member: Member) -> None:
        """Take a member that has died, or is to be killed, off the list."""
        self.members.remove(member)
        if member is self._newcomer or member.is_due:  # whose place the newcomer has then
            self._newcomer = None
        member.bury()

    def mark_due(self) -> None:
        """Have every present member replaced, one after the other, but for a newcomer."""
        for member in self.members:
            member.is_due = member is not self._newcomer

    def renew(self) -> None:
        """Go on with replacing: let one that is due leave when its successor is ready.

        The successor starts while the others work; nobody waits for it.
        """
        self._leaving[:] = [one for one in self._leaving if not _has_left(one)]
        due = [member for member in self.members if member.is_due]
        if self._newcomer is not None and self._newcomer.has_started:
            idle = [member for member in due if not member.portions]
            if idle:
                self.members.remove(idle[0])
                idle[0].dismiss()
                self._leaving.append(idle[0])
                due.remove(idle[0])
            if idle or not due:
                self._newcomer = None
        if self._newcomer is None and due and len(self.members) <= self.size:
            self._newcomer = self.start()

    def close(self) -> None:
        """End all workers, those at work by force."""
        everyone = [*self.members, *self._leaving]
        self.members.clear()
        self._leaving.clear()
        self._newcomer = None
        for member in everyone:
            if member.portions or not member.has_started:
                member.process.kill()
            else:
                member.dismiss()
        for member in everyone:
            member.bury()


def _has_left(member: Member) -> bool:
    if member.process.is_alive() and member.patience > 0.0:  # a thread of the fitness may go on
        return False
    member.bury()
    return True


def _kill(members: list[Member], leaving: list[Member]) -> None:
    for member in (*members, *leaving):
        member.process.kill()
        member.process.join()
