"""What is lost when processes die: workers killed in mid-run, the parent killed, long runs.

Three trials. Workers: random ones are killed by SIGKILL while a run goes on; it must give the bits
of the undisturbed run. Parent: a script that shares a data set and evolves in worker processes is
killed at random moments of its life, its start included; afterwards the next start must leave no
segment of it, and no process of it may go on. Memory: a long run with restarts of its workers;
parent and workers are weighed through the run, and the last quarter must weigh what the second
does (the first is warm-up). Nothing else may use the library on the machine meanwhile.

    python benchmarks/faults.py [--quick] [--json FILE]
"""

import hashlib
import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

import numpy as np

from spiral_monolith_neat_numpy import EvaluationContext, Genome, ReproPlanaNEATPlus

from harness import Options, Report, read_options

_SHM = Path("/dev/shm")
_MIB = 2**20


def walked(genome: Genome, context: EvaluationContext) -> float:
    """Move the weights at random and take a while."""
    rng = context.rng()
    for gene in genome.connections.values():
        gene.weight += 0.1 * rng.normal()
    total = 0.0
    for _ in range(200):
        total += float(rng.normal())
    return total + sum(gene.weight for gene in genome.connections.values())


def evolver(workers: int, population: int) -> ReproPlanaNEATPlus:
    """Return a run on processes that are kept and replaced in turn."""
    neat = ReproPlanaNEATPlus(3, 2, population, rng=7)
    neat.parallel_backend, neat.eval_workers = "process", workers
    neat.pool_keepalive, neat.pool_restart_every = 1, 25
    return neat


def digest(neat: ReproPlanaNEATPlus, best: Genome, history: list[tuple[float, float]]) -> str:
    """Return a digest of all that a run found."""
    found = hashlib.sha256(np.array(history).tobytes())
    for array in (*neat.population.genes.arrays(), *best.genes.arrays()):
        found.update(np.ascontiguousarray(array).tobytes())
    return found.hexdigest()[:12]


class Killer(threading.Thread):
    """Kills a random worker of a run now and then, until it has killed enough."""

    def __init__(self, neat: ReproPlanaNEATPlus, kills: int, seed: int) -> None:
        """Take the run, how many to kill, and the seed of when and whom."""
        super().__init__(daemon=True)
        self._neat, self._kills = neat, kills
        self._rng = np.random.default_rng(seed)
        self.killed = 0

    def run(self) -> None:
        """Kill."""
        while self.killed < self._kills:
            time.sleep(self._rng.exponential(0.5))
            staff = self._neat._proc_pool
            members = [] if staff is None else list(staff.members)
            if not members:
                continue
            pid = members[self._rng.integers(len(members))].process.pid
            if pid is not None and kill(pid):
                self.killed += 1


def kill(pid: int) -> bool:
    """Kill a process if it is there."""
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return False
    return True


def killed_workers(kills: int, report: Report) -> None:
    """Compare runs with and without killing."""
    generations = 0
    disturbed = evolver(3, 100)
    killer = Killer(disturbed, kills, seed=1)
    killer.start()
    while killer.is_alive():
        best, history = disturbed.evolve(walked, 10, verbose=False)
        generations += 10
    lost = [event for event in disturbed.event_log if event.kind == "worker"]
    found = digest(disturbed, best, _whole(disturbed))
    disturbed._close_pool()
    calm = evolver(3, 100)
    for _ in range(generations // 10):
        best, history = calm.evolve(walked, 10, verbose=False)
    wanted = digest(calm, best, _whole(calm))
    calm._close_pool()
    report.add("workers killed", killer.killed)
    report.add("generations of that run", generations)
    report.add("losses in its event log", len(lost))
    report.add("undisturbed run", wanted)
    report.add("disturbed run", found)
    report.add("disturbed runs that agree", int(found == wanted), "", 1)


def _whole(neat: ReproPlanaNEATPlus) -> list[tuple[float, float]]:
    return [(record.best_fitness, record.mean_fitness) for record in neat.records]


_VICTIM = """
import sys
import numpy as np
import spiral_monolith_neat_numpy as sm
print("begun", flush=True)
X = np.random.default_rng(0).normal(size=(400, 3))
data = {"Xtr": X, "ytr": X[:, 0] > 0, "Xva": X, "yva": X[:, 0] > 0}
meta = {label: sm.shm_register_dataset(label, array) for label, array in data.items()}
neat = sm.ReproPlanaNEATPlus(3, 2, 60, rng=1)
neat._shm_meta = meta
neat.parallel_backend, neat.eval_workers, neat.pool_keepalive = "process", 2, int(sys.argv[1])
neat.pool_restart_every = 3
neat.evolve(sm.FitnessBackpropShared(steps=30), 10_000, verbose=False)
"""
_NEXT = """
import spiral_monolith_neat_numpy as sm
sm.shm_register_dataset("any", [1.0])
sm.shm_release_all()
"""


def killed_parents(kills: int, report: Report) -> None:
    """Kill a script at random moments; count what is left after the next start."""
    rng = np.random.default_rng(2)
    left, alive, noisy, made = 0, 0, 0, 0
    before = segments()
    for trial in range(kills):
        with tempfile.TemporaryFile("w+") as noise:
            process = subprocess.Popen(
                [sys.executable, "-c", _VICTIM, str(trial % 2)],
                stdout=subprocess.PIPE,
                stderr=noise,
                start_new_session=True,
            )
            assert process.stdout is not None
            process.stdout.readline()
            time.sleep(rng.uniform(0.0, 5.0))
            process.kill()
            process.wait()
            process.stdout.close()
            made += len(segments() - before)
            subprocess.run([sys.executable, "-c", _NEXT], check=True)
            left += len(segments() - before)
            time.sleep(3.0)
            alive += len(group(process.pid))
            noise.seek(0)
            said = noise.read()
            noisy += bool(said)
            print(said, file=sys.stderr, end="")  # what there should be nothing of
    report.add("parents killed", kills)
    report.add("segments they left", made)
    report.add("segments after the next start", left, "", 0, goal_is_minimum=False)
    report.add("processes 3 s later", alive, "", 0, goal_is_minimum=False)
    report.add("trials that said anything", noisy, "", 0, goal_is_minimum=False)


def segments() -> set[str]:
    """Return the names of all segments of this library."""
    return {path.name for path in _SHM.glob("sneat_*")}


def group(number: int) -> list[int]:
    """Return the living processes of a session."""
    found = []
    for path in Path("/proc").glob("[0-9]*"):
        try:
            fields = (path / "stat").read_text().rpartition(")")[2].split()
        except OSError:  # ended meanwhile
            continue
        if int(fields[3]) == number and fields[0] != "Z":
            found.append(int(path.name))
    return found


def weight(pid: int) -> float:
    """Return the MiB that a process has for itself, 0 if it has ended."""
    try:
        rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError:
        return 0.0
    found = re.findall(r"^Private_\w+:\s+(\d+) kB", rollup, re.MULTILINE)
    return 1024.0 * sum(int(size) for size in found) / _MIB


def long_run(generations: int, report: Report) -> None:
    """Weigh parent and workers through a run."""
    neat = evolver(2, 60)
    neat.snapshot_max = 2  # what a run keeps for its user grows with its length, and is no leak
    parents: list[float] = []
    workers: list[float] = []
    seen: set[int] = set()

    def weigh(record: Any) -> None:
        staff = neat._proc_pool
        if staff is None or record.generation % 5:
            return
        parents.append(weight(os.getpid()))
        pids = [one.process.pid for one in staff.members if one.is_ready]
        seen.update(pid for pid in pids if pid is not None)
        found = [size for pid in pids if pid is not None and (size := weight(pid))]
        if found:
            workers.append(float(np.median(found)))

    neat.evolve(walked, generations, verbose=False, on_generation=weigh)
    neat._close_pool()
    report.add("generations of the long run", generations)
    report.add("workers it had", len(seen))
    for name, sizes in (("parent", parents), ("workers", workers)):
        quarter = len(sizes) // 4
        second, last = np.median(sizes[quarter : 2 * quarter]), np.median(sizes[-quarter:])
        report.add(f"memory of {name}", float(last), "MiB")
        report.add(f"growth of {name}", float(last / second), "", 1.05, goal_is_minimum=False)


def measure(options: Options) -> Report:
    """Run all three trials."""
    report = Report("faults", seeds=[1, 2, 7], options=options)
    killed_workers(10 if options.quick else 200, report)
    killed_parents(2 if options.quick else 50, report)
    long_run(60 if options.quick else 2000, report)
    return report


if __name__ == "__main__":
    measure(read_options(__doc__)).finish()
