"""Segments of shared memory: whatever ends their owner, nothing stays."""

import fcntl
import os
import secrets
import signal
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.evaluation.watching import exists

from spiral_monolith_neat_numpy.evaluation import segments
from spiral_monolith_neat_numpy.evaluation.segments import Segment, attach, sweep

linux_only = pytest.mark.skipif(sys.platform != "linux", reason="segments are listed on Linux")
needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")


@pytest.fixture
def segment() -> Iterator[Segment]:
    made = Segment(100, "a test")
    yield made
    made.unlink()


def test_what_is_written_is_read_elsewhere(segment: Segment) -> None:
    mine = attach(segment.name, 100, readonly=False, what="it")
    mine[:3] = b"abc"
    theirs = attach(segment.name, 100, readonly=True, what="it")
    assert theirs[:4] == b"abc\0"
    with pytest.raises(TypeError):
        theirs[0] = 1


def test_a_mapping_outlives_the_name(segment: Segment) -> None:
    mapping = attach(segment.name, 100, readonly=False, what="it")
    mapping[:1] = b"x"
    segment.unlink()
    segment.unlink()
    assert not exists(segment.name)
    assert mapping[:1] == b"x"


def test_names_fit_every_system_and_cannot_be_guessed() -> None:
    made = [Segment(1, "it") for _ in range(5)]
    assert len({one.name for one in made}) == 5
    assert {len("/" + one.name) <= 31 for one in made} == {True}
    for one in made:
        one.unlink()


def test_more_than_there_is_is_not_mapped(segment: Segment) -> None:
    with pytest.raises(ValueError, match="^it needs a segment of 101 bytes, got 100$"):
        attach(segment.name, 101, readonly=True, what="it")


@linux_only
def test_a_machine_without_that_much_memory_says_so() -> None:
    before = set(os.listdir("/dev/shm"))
    with pytest.raises(OSError, match="no room in shared memory for the 1125899906842624 bytes"):
        Segment(2**50, "it")
    assert set(os.listdir("/dev/shm")) <= before


@linux_only
def test_a_living_owner_is_left_alone(segment: Segment) -> None:
    other = started("import sys; sys.stdin.read()")
    assert exists(other.name)
    sweep()
    assert exists(segment.name)
    assert exists(other.name)
    assert run("from spiral_monolith_neat_numpy.evaluation.segments import *; sweep()") == ""
    assert exists(segment.name)
    assert exists(other.name)
    other.end(signal.SIGTERM)


@linux_only
def test_what_was_swept_before_it_was_held_is_made_again(monkeypatch: pytest.MonkeyPatch) -> None:
    tokens = iter(["0" * 20, "1" * 20])
    monkeypatch.setattr(secrets, "token_hex", lambda n: next(tokens))
    lock = fcntl.flock

    def swept(file: int, how: int) -> None:
        Path("/dev/shm/sneat_" + "0" * 20).unlink(missing_ok=True)
        lock(file, how)

    monkeypatch.setattr(fcntl, "flock", swept)
    made = Segment(10, "it")
    assert made.name == "sneat_" + "1" * 20
    assert exists(made.name)
    made.unlink()


class Started:
    """A process that made a segment and says its name."""

    def __init__(self, script: str) -> None:
        begin = """
            from spiral_monolith_neat_numpy.evaluation.segments import *
            made = Segment(1000, "it")
            print(made.name, flush=True)
        """
        self.process = subprocess.Popen(
            [sys.executable, "-c", textwrap.dedent(begin) + textwrap.dedent(script)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        self.name = self.process.stdout.readline().strip()

    def end(self, number: int | None = None) -> tuple[int, str]:
        if number is not None:
            self.process.send_signal(number)
        _, noise = self.process.communicate()
        return self.process.returncode, noise


started = Started


def run(script: str) -> str:
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.returncode == 0
    return done.stdout + done.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT])
def test_a_signal_that_ends_the_owner_leaves_nothing(number: signal.Signals) -> None:
    one = started("import time\nwhile True: time.sleep(0.01)")
    code, noise = one.end(number)
    assert (code, noise) == (-number, "")
    assert not exists(one.name)


def test_who_heeds_the_signal_is_not_overruled() -> None:
    script = """
        import os, signal
        def heed(number, frame):
            print("heeded", flush=True)
            raise SystemExit(5)
        signal.signal(signal.SIGTERM, heed)
        other = Segment(1, "it")
        os.kill(os.getpid(), signal.SIGTERM)
    """
    one = started(script)
    assert one.end() == (5, "")
    assert not exists(one.name)


@linux_only
def test_what_a_killed_owner_left_goes_at_the_next_start() -> None:
    one = started("import sys; sys.stdin.read()")
    assert one.end(signal.SIGKILL) == (-signal.SIGKILL, "")
    assert exists(one.name)
    assert started("").end() == (0, "")
    assert not exists(one.name)


@linux_only
@needs_fork
def test_a_copy_made_by_fork_does_not_hold_what_its_owner_held() -> None:
    script = """
        import os, time
        child = os.fork()
        if child == 0:
            os.close(1), os.close(2)
            time.sleep(60)
        print(child, flush=True)
        time.sleep(60)
    """
    one = started(script)
    assert one.process.stdout is not None
    child = int(one.process.stdout.readline())
    one.end(signal.SIGKILL)
    os.kill(child, 0)  # it lives
    assert sweep() >= 1
    assert not exists(one.name)
    os.kill(child, signal.SIGKILL)


@needs_fork
def test_a_copy_made_by_fork_takes_no_name_away(segment: Segment) -> None:
    child = os.fork()
    if child == 0:
        segment.unlink()
        segments.unlink_all()
        os._exit(0)
    os.waitpid(child, 0)
    assert exists(segment.name)


def test_a_thread_may_make_one() -> None:
    script = """
        import threading
        thread = threading.Thread(target=lambda: Segment(1, "it"))
        thread.start(), thread.join()
    """
    one = started(script)
    assert one.end() == (0, "")
    assert not exists(one.name)


@linux_only
def test_a_signal_leaves_nothing_though_a_thread_made_the_first_one() -> None:
    script = """
        import sys, threading
        from spiral_monolith_neat_numpy.evaluation import segments
        thread = threading.Thread(target=lambda: made.append(segments.Segment(1, "it")))
        made = []
        thread.start(), thread.join()
        made.append(segments.Segment(1, "it"))
        print(*(one.name for one in made), flush=True)
        sys.stdin.read()
    """
    with subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(script)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        names = process.stdout.readline().split()
        assert [exists(name) for name in names] == [True, True]
        process.terminate()
        process.wait()
    assert [exists(name) for name in names] == [False, False]


def may_mount() -> bool:
    """Whether this process may have a /dev/shm of its own."""
    command = ["unshare", "-m", "mount", "-t", "tmpfs", "-o", "size=1M", "tmpfs", "/dev/shm"]
    try:
        return subprocess.run(command, capture_output=True, check=False).returncode == 0
    except OSError:
        return False


FULL = """
    import os
    import numpy as np
    import spiral_monolith_neat_numpy as sm
    from tests.evaluation.fitnesses import weight_sum
    try:
        sm.shm_register_dataset("X", np.zeros(10**6))
    except OSError as error:
        print(error.strerror)
    neat = sm.ReproPlanaNEATPlus(20, 5, 300, rng=1)
    neat.parallel_backend = "process"
    before = neat.population.copy()
    try:
        neat.evolve(weight_sum, 1)
    except OSError as error:
        print(error.strerror.startswith("no room in shared memory for the"))
    print(neat.population.genes == before.genes, len(neat.records), os.listdir("/dev/shm"))
    neat.parallel_backend = "serial"
    neat.evolve(weight_sum, 1, verbose=False)
    print(len(neat.records))
"""


@linux_only
def test_shared_memory_that_is_really_full_loses_nothing() -> None:
    if not may_mount():
        pytest.skip("this user may not mount")
    script = f'mount -t tmpfs -o size=1M tmpfs /dev/shm && exec {sys.executable} -c "$SCRIPT"'
    done = subprocess.run(
        ["unshare", "-m", "sh", "-c", script],
        env={**os.environ, "SCRIPT": textwrap.dedent(FULL)},
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.splitlines() == [
        "no room in shared memory for the 8000000 bytes of 'X'",
        "True",
        "True 0 []",
        "1",
    ]
    assert done.stderr == ""
