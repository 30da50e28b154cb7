"""One generation scored by worker processes, whatever becomes of them."""

import logging
import time
from collections import Counter

from spiral_monolith_neat_numpy.evaluation.board import DONE, FAILED, NOBODY, NOT_DONE, Board, Desk
from spiral_monolith_neat_numpy.evaluation.chunks import Portion, Portions, estimated_costs
from spiral_monolith_neat_numpy.evaluation.scored import WORST, Fault, Scored, noted
from spiral_monolith_neat_numpy.evaluation.staff import Member, Staff
from spiral_monolith_neat_numpy.evaluation.travel import Failure
from spiral_monolith_neat_numpy.evaluation.workers import CannotLoad, Order, Ready, Report
from spiral_monolith_neat_numpy.genes.population import Population

_log = logging.getLogger("spiral_monolith_neat_numpy")

_AHEAD = 2  # portions that a worker has at most, so that it need not wait for the next one
_SUSPICIOUS = 2  # deaths of workers after which a genome is tried alone
_MOST_IDLE_DEATHS = 10  # of workers that were at no genome, one after the other
_MOST_IDLE_KILLS = 100  # by SIGKILL, which comes from outside and may go on for a while
_KILLED = "signal 9"
_MOST_CONDEMNED = 3  # genomes that killed a worker each time, before any was scored


class CannotLoadError(Exception):
    """Workers cannot load the fitness; ``args`` are what and the traceback as text."""


class Round:
    """Hands genomes out, hears the workers, and replaces those that die."""

    def __init__(
        self, staff: Staff, board: Board, desk: Desk, order: Order, timeout_s: float | None
    ) -> None:
        """Take a population that is laid out on ``board``, and the order that says so.

        Args:
            staff: the workers.
            board: restores genomes that a worker has left half done.
            desk: the arrays of the board.
            order: what workers are told.
            timeout_s: seconds that a genome may take; None: any time.
        """
        self._staff, self._board, self._desk, self._order = staff, board, desk, order
        self._timeout_s = timeout_s
        self._population: Population = desk.population
        self._n = len(self._population)
        self._portions = Portions(estimated_costs(self._population), staff.size, desk.order)
        self._deaths: Counter[int] = Counter()
        self._suspects: list[int] = []
        self._alone: Member | None = None
        self._failures: dict[int, Failure] = {}
        self._condemned: dict[int, Fault] = {}
        self._notices: list[Fault] = []
        self._n_killed = 0
        self._idle_deaths: Counter[bool] = Counter()  # by whether it was by SIGKILL

    def run(self) -> Scored:
        """Return the scores; parameters are left on the board.

        Raises:
            FitnessError: the fitness failed and errors are to be raised; it is that of the first
                genome, in their order, on which it fails. What ends a run, such as
                SystemExit, is raised in any case.
            CannotLoadError: no worker can load the fitness.
            RuntimeError: workers die whatever they are given.
        """
        try:
            self._score_all()
            return self._result()
        except BaseException as error:
            noted(error, [*_in_order(self._condemned), *self._notices])
            raise

    def _score_all(self) -> None:
        self._staff.fill(most=self._n)
        for member in self._staff.members:
            if member.has_started:
                self._staff.brief(member, self._order)
        while True:
            self._staff.renew()
            self._hand_out()
            if self._is_over():
                break
            for member, message in self._staff.hear(self._patience()):
                self._heed(member, message)
            self._end_overdue()

    def _is_over(self) -> bool:
        busy = any(member.portions for member in self._staff.members)
        is_trying = self._alone is not None and bool(self._suspects)
        return not (busy or len(self._portions) or self._suspects or is_trying)

    def _hand_out(self) -> None:
        present = [one for one in self._staff.members if one.is_ready and one is not self._alone]
        for ahead in range(_AHEAD):  # everybody gets a first portion before anybody a second
            for member in present:
                if len(member.portions) == ahead and len(self._portions):
                    self._give(member, self._portions.take())
        self._suspects = [index for index in self._suspects if self._is_open(index)]
        if self._alone is not None:
            if self._alone.is_ready and not self._alone.portions and self._suspects:
                self._give(self._alone, self._portions.only(self._suspects[0]))
        elif (
            self._suspects
            and not len(self._portions)
            and not any(member.portions for member in self._staff.members)
        ):
            self._alone = self._staff.start()

    def _give(self, member: Member, portion: Portion) -> None:
        member.portions.append(portion)
        member.tell(portion)

    def _heed(self, member: Member, message: object) -> None:
        if isinstance(message, Report):
            self._idle_deaths.clear()
            member.portions.popleft()
            self._note(message.failures)
            if member is self._alone:
                self._let_go_alone()
        elif isinstance(message, Ready):
            if member.note_ready(message):
                self._staff.brief(member, self._order)
        elif isinstance(message, CannotLoad):
            if message.number == self._order.number:
                raise CannotLoadError(message.what, message.trace)
        else:
            self._lose(member)

    def _note(self, failures: dict[int, Failure]) -> None:
        self._failures.update(failures)
        ending = self._ending_failures()
        if ending:  # what comes of those behind it does not matter any more: they are left out
            self._desk.limit[0] = min(ending)

    def _ending_failures(self) -> list[int]:
        """Return the places of the genomes whose failures are to be raised."""
        raises = self._order.on_error == "raise"
        return [at for at, one in self._failures.items() if raises or one.ends_the_run]

    def _let_go_alone(self) -> None:
        """The genome that was tried alone has its score, and the worker nothing more to do."""
        member, self._alone = self._alone, None
        if member is not None:
            member.process.kill()
            self._staff.drop(member)

    def _lose(self, member: Member) -> None:
        """See to what a worker leaves behind that has died."""
        at, code = int(self._desk.current[member.slot]), _ending(member)
        self._desk.current[member.slot] = NOBODY
        given = [(portion, self._portions.genomes(portion)) for portion in member.portions]
        if not member.has_started or not given:
            at = NOBODY
        self._staff.drop(member)
        for index in (index for _, genomes in given for index in genomes):
            # What failed there and was not reported will fail again.
            if self._desk.state[index] == FAILED and index not in self._failures:
                self._desk.state[index] = NOT_DONE
            if self._is_open(index):
                self._board.restore(self._desk, index)
        is_open = at != NOBODY and self._is_open(at)
        if is_open and member.overdue == at:
            self._condemn(at, f"took longer than timeout_s = {self._timeout_s:g}")
        elif is_open and member is self._alone:
            self._n_killed += 1
            self._condemn(at, f"ended its worker process each time ({code}), alone too")
        elif is_open and member.overdue == NOBODY:
            self._suspect(at, code)
        else:
            self._notices.append(Fault("worker", f"a worker process ended ({code}): replaced"))
        self._count_idle(is_busy=is_open, code=code)
        if member is self._alone:  # its genome is still the first of those under suspicion
            self._alone = None
        else:
            for portion, genomes in given:
                left = [one for one in genomes if self._is_open(one) and one not in self._suspects]
                self._portions.put_back(portion, left)
        self._staff.fill(most=self._n)

    def _is_open(self, index: int) -> bool:
        return bool(self._desk.state[index] == NOT_DONE) and index < self._desk.limit[0]

    def _suspect(self, index: int, code: str) -> None:
        self._deaths[index] += 1
        name = self._name(index)
        if self._deaths[index] < _SUSPICIOUS:
            what = "it is scored again"
        else:
            self._suspects.append(index)
            what = "for the second time: it is tried once more, alone"
        message = f"a worker process ended ({code}) at {name}; {what}"
        _log.warning("generation %d: %s", self._order.generation, message)
        self._notices.append(Fault("worker", message))

    def _condemn(self, index: int, why: str) -> None:
        message = f"{self._name(index)} {why}: it gets the worst score"
        _log.warning("generation %d: %s", self._order.generation, message)
        self._condemned[index] = Fault("failure", message)
        self._desk.scores[index] = WORST
        self._desk.state[index] = DONE
        is_first = not (self._desk.state == DONE).sum() > len(self._condemned)
        if self._n_killed >= _MOST_CONDEMNED and is_first:
            raise RuntimeError(
                f"the fitness ends its worker process on every genome that was tried ({message}); "
                "call it on one genome by hand to see why"
            )

    def _count_idle(self, *, is_busy: bool, code: str) -> None:
        if is_busy:
            self._idle_deaths.clear()
            return
        is_kill = code == _KILLED
        self._idle_deaths[is_kill] += 1
        n = self._idle_deaths[is_kill]
        if n > (_MOST_IDLE_KILLS if is_kill else _MOST_IDLE_DEATHS):
            raise RuntimeError(
                f"worker processes end before they have scored anything ({code}), "
                f"{n} one after the other"
            )

    def _name(self, index: int) -> str:
        return f"genome {int(self._population.table.id[index])}"

    def _patience(self) -> float | None:
        return None if self._timeout_s is None else max(0.005, self._timeout_s / 10)

    def _end_overdue(self) -> None:
        if self._timeout_s is None:
            return
        now = time.monotonic()
        for member in self._staff.members:
            at = int(self._desk.current[member.slot])
            if at == NOBODY or member.overdue == at or not member.portions:
                continue
            if now - self._desk.began[member.slot] > self._timeout_s:
                member.overdue = at
                member.process.kill()

    def _result(self) -> Scored:
        ending = self._ending_failures()
        if ending:
            raise self._failures[min(ending)].error()
        failed = {at: Fault("failure", one.message) for at, one in self._failures.items()}
        faults = (*_in_order(self._condemned | failed), *self._notices)
        return Scored(self._desk.scores.copy(), faults)


def _in_order(faults: dict[int, Fault]) -> list[Fault]:
    return [faults[index] for index in sorted(faults)]


def _ending(member: Member) -> str:
    """Return how a worker ended, in words."""
    member.process.join(1.0)
    code = member.process.exitcode
    if code is None:
        return "not seen"
    return f"signal {-code}" if code < 0 else f"exit code {code}"
