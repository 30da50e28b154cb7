"""Workers that die, hang and fail: nothing is lost, nobody waits for ever."""

import gc
import logging
import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.evaluation import fitnesses
from tests.evaluation.places import QUICK, processes, scored, scores
from tests.evaluation.watching import is_alive
from tests.evolution import runs

from spiral_monolith_neat_numpy.errors import FitnessError
from spiral_monolith_neat_numpy.evaluation import segments
from spiral_monolith_neat_numpy.evaluation.context import PopulationContext
from spiral_monolith_neat_numpy.evaluation.environment import StartMethod
from spiral_monolith_neat_numpy.evaluation.evaluate import evaluate
from spiral_monolith_neat_numpy.evaluation.local import SerialBackend, ThreadBackend
from spiral_monolith_neat_numpy.evaluation.processes import ProcessBackend
from spiral_monolith_neat_numpy.evaluation.segments import sweep
from spiral_monolith_neat_numpy.evaluation.settings import PoolSettings
from spiral_monolith_neat_numpy.genes.population import Population

N = 40
ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="signals of POSIX")


def population() -> Population:
    return Population.first(N, 3, 2, seed=4)


@pytest.mark.parametrize("method", [QUICK, "spawn"])
@pytest.mark.parametrize("times", [1, 2])
def test_a_genome_whose_worker_is_killed_is_scored_as_if_nothing_had_been(
    tmp_path: Path, times: int, method: StartMethod
) -> None:
    expected, found = population(), population()
    wanted = scores(SerialBackend(), expected, fitnesses.train)
    backend = processes(2, method, pool_keepalive=1)
    result = scored(backend, found, fitnesses.Dying(tmp_path, times))
    assert result.scores.tobytes() == wanted.tobytes()
    assert (found.genes, found.table) == (expected.genes, expected.table)
    assert [fault.kind for fault in result.faults] == ["worker"] * times
    assert "ended (signal 9) at genome 4; it is scored again" in result.faults[0].message
    if times == 2:
        assert "tried once more, alone" in result.faults[1].message
    assert scores(backend, population(), fitnesses.train).tobytes() == wanted.tobytes()
    backend.close()


def test_a_genome_that_ends_its_worker_alone_too_gets_the_worst_score(tmp_path: Path) -> None:
    expected, found = population(), population()
    wanted = scores(SerialBackend(), expected, fitnesses.train)
    backend = processes(2, pool_keepalive=1)
    result = scored(backend, found, fitnesses.Dying(tmp_path, 99))
    assert len(list(tmp_path.iterdir())) == 3
    assert np.isnan(result.scores[4])
    others = np.arange(N) != 4
    assert result.scores[others].tobytes() == wanted[others].tobytes()
    # What it was before its worker touched it.
    assert found[4].genes == population()[4].genes
    assert found[5].genes == expected[5].genes
    failure, *workers = result.faults
    assert failure.kind == "failure"
    assert failure.message.startswith("genome 4 ended its worker process each time (signal 9)")
    assert [fault.kind for fault in workers] == ["worker"] * 2
    backend.close()


def test_a_fitness_that_ends_every_worker_is_one_error_soon() -> None:
    with pytest.raises(RuntimeError, match="ends its worker process on every genome"):
        scores(processes(2), population(), fitnesses.die)


def test_a_limit_of_time_does_not_hide_that_every_worker_dies() -> None:
    with pytest.raises(RuntimeError, match="ends its worker process on every genome"):
        scores(processes(2, timeout_s=60.0), population(), fitnesses.die)


def test_workers_that_never_come_to_score_are_not_started_for_ever() -> None:
    with pytest.raises(RuntimeError, match=r"end before they have scored anything \(exit code 7\)"):
        scores(processes(2), population(), fitnesses.DiesWhenLoaded())


@pytest.mark.parametrize("keepalive", [0, 1])
def test_a_genome_that_takes_too_long_gets_the_worst_score(keepalive: int) -> None:
    expected, found = population(), population()
    wanted = scores(SerialBackend(), expected, fitnesses.train)
    backend = processes(2, pool_keepalive=keepalive, timeout_s=0.5)
    result = scored(backend, found, fitnesses.Slow(600.0))
    others = np.arange(N) != 4
    assert np.isnan(result.scores[4])
    assert result.scores[others].tobytes() == wanted[others].tobytes()
    assert found[4].genes == population()[4].genes
    (fault,) = result.faults
    assert fault.kind == "failure"
    assert fault.message.startswith("genome 4 took longer than timeout_s = 0.5")
    backend.close()


def test_a_limit_of_time_is_refused_where_it_cannot_be_kept() -> None:
    for place in ("serial", "thread"):
        with pytest.raises(ValueError, match=f"worker processes alone.* 'process', got '{place}'"):
            PoolSettings(1, place, timeout_s=1.0)
    neat = runs.make_neat()
    with pytest.raises(ValueError, match="timeout_s can be kept in worker processes alone"):
        neat.timeout_s = 1.0
    neat.parallel_backend = "process"
    neat.timeout_s = 1.0
    with pytest.raises(ValueError, match="cannot be kept, since the fitness cannot run in worker"):
        neat._evaluate_population(lambda genome: 0.0)
    with pytest.raises(ValueError, match="it needs parallel_backend 'process', got 'serial'"):
        neat.parallel_backend = "serial"


@pytest.mark.parametrize("bad", [0.0, -1.0, float("nan")])
def test_a_limit_of_time_is_above_zero(bad: float) -> None:
    with pytest.raises(ValueError, match="timeout_s must be"):
        PoolSettings(1, "process", timeout_s=bad)


def penalised(backend: Any, fitness: Any) -> None:
    found = scored(backend, population(), fitness, on_error="penalise")
    np.testing.assert_array_equal(np.isnan(found.scores), np.arange(N) >= 5)
    assert [fault.kind for fault in found.faults] == ["failure"] * (N - 5)
    first = "the fitness failed on genome 5: KeyError: 'no luck with 5'"
    assert found.faults[0].message == first
    backend.close()


@pytest.mark.parametrize("make", [SerialBackend, lambda: ThreadBackend(3), lambda: processes(2)])
def test_errors_may_cost_a_genome_its_score_and_no_more(make: Any) -> None:
    penalised(make(), fitnesses.fail_from_five)


def test_a_whole_population_is_scored_one_by_one_where_one_genome_fails() -> None:
    class Whole:
        def __call__(self, genome: Any) -> float:
            genome.hybrid_scale += 1.0
            return fitnesses.fail_from_five(genome)

        def evaluate_population(self, whole: Population, context: PopulationContext) -> Any:
            whole.table.hybrid_scale[:] = 5.0
            raise FitnessError("failed", 5)

    genomes = population()
    found = evaluate(genomes, Whole(), SerialBackend(), 0, 0, "penalise")
    assert np.isnan(found.scores).sum() == N - 5
    assert (genomes.table.hybrid_scale == 2.0).all()
    with pytest.raises(FitnessError):
        evaluate(genomes, Whole(), SerialBackend(), 0, 0)


def test_what_goes_wrong_is_in_the_event_log(tmp_path: Path) -> None:
    neat = runs.make_neat()
    neat.on_error = "penalise"
    neat.evolve(fitnesses.fail_from_five, 1, verbose=False)
    assert neat.event_log[-1].kind == "failure"
    assert "KeyError" in neat.event_log[-1].message
    neat.parallel_backend = "process"
    one = int(neat.population[0].id)
    neat._evaluate_population(fitnesses.Dying(tmp_path, 1, one))
    lost = neat.event_log[-1]
    assert lost.kind == "worker"
    assert f"ended (signal 9) at genome {one}; it is scored again" in lost.message
    with pytest.raises(ValueError, match="on_error must be one of 'raise', 'penalise', got 'no'"):
        neat.on_error = "no"


def test_what_went_wrong_before_an_error_is_in_the_event_log_too(tmp_path: Path) -> None:
    neat = runs.make_neat()
    neat.parallel_backend = "process"
    neat.eval_workers = 1
    first, second = (int(genome.id) for genome in neat.population[:2])
    fitness = DiesAndRaises(fitnesses.Dying(tmp_path, 1, genome_id=first), second, "no luck")
    with pytest.raises(FitnessError):
        neat.evolve(fitness, 1, verbose=False)
    *_, lost, failed = neat.event_log
    assert (lost.kind, failed.kind) == ("worker", "failure")
    assert "no luck" in failed.message


def test_what_no_worker_can_load_runs_on_threads_with_one_warning(
    caplog: pytest.LogCaptureFixture,
) -> None:
    backend = processes(2, pool_keepalive=1)
    with caplog.at_level(logging.WARNING, logger="spiral_monolith_neat_numpy"):
        for _ in range(2):
            found = scores(backend, population(), fitnesses.Unloadable())
            np.testing.assert_array_equal(found, np.arange(N))
    backend.close()
    (record,) = caplog.records
    assert "could not load it (RuntimeError: made elsewhere)" in record.getMessage()


def kill_now_and_then(backend: ProcessBackend, stop: threading.Event, killed: list[int]) -> None:
    rng = np.random.default_rng(0)
    while not stop.wait(0.05):
        staff = backend.pool
        members = [] if staff is None else list(staff.members)
        if members:
            pid = members[rng.integers(len(members))].process.pid
            try:
                os.kill(pid or 0, signal.SIGKILL)
            except ProcessLookupError:
                continue
            killed.append(pid or 0)


def test_workers_killed_at_random_moments_change_nothing() -> None:
    expected, found = population(), population()
    backend = processes(3, pool_keepalive=1, pool_restart_every=4)
    stop, killed = threading.Event(), list[int]()
    killer = threading.Thread(target=kill_now_and_then, args=(backend, stop, killed))
    killer.start()
    try:
        for generation in range(100):
            wanted = scores(SerialBackend(), expected, fitnesses.train, 0, generation)
            result = scored(backend, found, fitnesses.Slow(0.005), 0, generation)
            assert result.scores.tobytes() == wanted.tobytes()
            assert (found.genes, found.table) == (expected.genes, expected.table)
            if len(killed) >= 20:
                break
    finally:
        stop.set()
        killer.join()
        backend.close()
    assert len(killed) >= 20


BUSY = """
    import sys, time, os
    from tests.evaluation.places import processes, scores
    from tests.evaluation.fitnesses import Slow, process_id
    from spiral_monolith_neat_numpy.evaluation import segments
    from spiral_monolith_neat_numpy.genes.population import Population
    backend = processes(2, sys.argv[1], pool_keepalive=1)
    pids = set(scores(backend, Population.first(60, 2, 1), process_id).astype(int))
    print(*segments._owned)
    print(*pids, flush=True)
    scores(backend, Population.first(60, 2, 1), Slow(600.0))
"""


def busy(method: str) -> "tuple[subprocess.Popen[str], list[Path], list[int]]":
    process = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(BUSY), method],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert process.stdout is not None
    names = process.stdout.readline().split()
    pids = process.stdout.readline().split()
    return process, [Path("/dev/shm", name) for name in names], [int(pid) for pid in pids]


STARTING = """
    import os, signal, sys
    from multiprocessing.process import BaseProcess
    from tests.evaluation.fitnesses import weight_sum
    from spiral_monolith_neat_numpy import ReproPlanaNEATPlus
    neat = ReproPlanaNEATPlus(2, 1, 10, rng=1)
    neat.parallel_backend, neat.eval_workers, neat.pool_keepalive = "process", 2, 1
    start = BaseProcess.start
    def interrupted(self):
        if "before" in when:
            os.killpg(0, signal.SIGINT)
        start(self)
        if "after" in when:
            os.killpg(0, signal.SIGINT)
    BaseProcess.start = interrupted
    for when in ("after", "before", "before and after"):
        try:
            neat.evolve(weight_sum, 1)
        except KeyboardInterrupt:
            print("interrupted")
    BaseProcess.start = start
    best, history = neat.evolve(weight_sum, 2, verbose=False)
    print(len(history), len(neat.records))
"""


@pytest.mark.parametrize("method", ["spawn", "fork", "forkserver"])
def test_ctrl_c_while_workers_start_is_one_interrupt_and_no_more(method: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(STARTING)],
        cwd=ROOT,
        env={**os.environ, "NEAT_PROCESS_START_METHOD": method},
        capture_output=True,
        text=True,
        start_new_session=True,
    )
    assert done.stderr == ""
    assert done.stdout.splitlines() == ["interrupted"] * 3 + ["2 2"]


def wait_until_gone(pids: list[int]) -> None:
    while any(is_alive(pid) for pid in pids):
        time.sleep(0.02)


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc and /dev/shm")
@pytest.mark.parametrize("method", ["spawn", "fork", "forkserver"])
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_whatever_ends_the_parent_ends_the_workers_and_leaves_nothing(
    method: str, number: signal.Signals
) -> None:
    process, names, workers = busy(method)
    assert [path.exists() for path in names[:2]] == [True, True]  # the fitness changes
    if number == signal.SIGINT:  # as a terminal does, to all of them
        os.killpg(process.pid, number)
    else:
        process.send_signal(number)
    _, noise = process.communicate()
    wait_until_gone(workers)
    if number == signal.SIGINT:
        assert noise.splitlines()[-1] == "KeyboardInterrupt"
        assert noise.count("Traceback") == 1
    else:
        assert noise == ""
    if number == signal.SIGKILL:
        sweep()
    assert not any(path.exists() for path in names)


class DiesAndRaises:
    """Is killed in the midst of one genome, so many times, and raises on one."""

    def __init__(self, dying: fitnesses.Dying, raises_on: int, word: str) -> None:
        self.dying, self.raises_on, self.word = dying, raises_on, word

    def __call__(self, genome: Any, context: Any) -> float:
        score = self.dying(genome, context)
        if genome.id == self.raises_on:
            raise KeyError(self.word)
        return score


def test_an_error_is_not_lost_with_the_worker_that_met_it(tmp_path: Path) -> None:
    fitness = DiesAndRaises(fitnesses.Dying(tmp_path, 1, genome_id=1), 0, "no luck")
    with pytest.raises(FitnessError, match="on genome 0: KeyError: 'no luck'"):
        scored(processes(1), population(), fitness)
    assert len(list(tmp_path.iterdir())) == 1


def test_a_genome_that_is_tried_alone_may_raise(tmp_path: Path) -> None:
    fitness = DiesAndRaises(fitnesses.Dying(tmp_path, 2), 4, "third time")
    with pytest.raises(FitnessError, match="on genome 4: KeyError: 'third time'"):
        scored(processes(2), population(), fitness)
    assert len(list(tmp_path.iterdir())) == 2


class LeavesChildren:
    """Leaves a process behind that holds its pipes, and is killed in the midst of genome 4."""

    def __init__(self, marks: Path) -> None:
        self.dying = fitnesses.Dying(marks, 1)

    def __call__(self, genome: Any, context: Any) -> float:
        if genome.id == 4 and not list(self.dying.marks.glob("pid*")):
            child = os.fork()
            if child == 0:
                time.sleep(600.0)
                os._exit(0)
            (self.dying.marks / f"pid{child}").touch()
        return self.dying(genome, context)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
def test_a_worker_is_missed_though_its_own_children_hold_its_pipes(tmp_path: Path) -> None:
    marks = tmp_path / "marks"
    marks.mkdir()
    wanted = scores(SerialBackend(), population(), fitnesses.train)
    fitness = LeavesChildren(marks)
    fitness.dying.times = 2  # the file that tells of the child counts
    result = scored(processes(2, "fork"), population(), fitness)
    assert result.scores.tobytes() == wanted.tobytes()
    (mark,) = marks.glob("pid*")
    os.kill(int(mark.name[3:]), signal.SIGKILL)


@pytest.mark.parametrize("keepalive", [0, 1])
def test_a_worker_whose_threads_go_on_ends_all_the_same(keepalive: int) -> None:
    backend = processes(1, pool_keepalive=keepalive, pool_restart_every=1)
    pids = set[int]()
    for generation in range(4 if keepalive == 0 else 40):
        fitness = fitnesses.LeavesThreads()
        found = scores(backend, population(), fitness, 0, generation)
        np.testing.assert_array_equal(found, np.arange(N))
        pool = backend.pool
        pids |= {member.process.pid or 0 for member in pool.members} if pool else set()
    backend.close()
    wait_until_gone(list(pids))


def test_a_pool_that_nobody_holds_ends_and_leaves_nothing() -> None:
    backend = processes(1, pool_keepalive=1)
    scores(backend, population(), fitnesses.train)
    assert backend.pool is not None
    process, names = backend.pool.members[0].process, list(segments._owned)
    pid = process.pid or 0
    del backend, process
    gc.collect()
    assert not set(names) & set(segments._owned)
    wait_until_gone([pid])


def test_a_worker_that_dies_while_it_is_replaced_leaves_as_many_as_there_were() -> None:
    backend = processes(1, pool_keepalive=1, pool_restart_every=1)
    for generation in range(30):
        scores(backend, population(), fitnesses.Slow(0.02), 0, generation)
        staff = backend.pool
        assert staff is not None
        for member in staff.members:
            if member.is_due and generation % 7 == 0:
                os.kill(member.process.pid or 0, signal.SIGKILL)
        assert len(staff.members) <= 2
    staff = backend.pool
    assert staff is not None
    assert sum(member.is_due for member in staff.members) <= 1
    backend.close()
