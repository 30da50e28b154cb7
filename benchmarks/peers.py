"""Ours against neat-python: in one run, in turn, on the same machine.

XOR, whole generations from a first population that is drawn before the clock starts, equally
many on both sides, the last one scored and not bred from; nobody stops early. neat-python has
the settings of its own XOR example (new connection 0.5, connection removed 0.5, node in 0.2 and
out 0.2, weights moved 0.8 or drawn anew 0.1, biases likewise, a fifth survives) and its fitness
in plain Python; ours is compiled, with one thread and with two. The goals are on the better
of the two; neat-python scores faster without processes of its own (a row shows it). Ours has
the same rates where they mean the same. For structure they do not: neat-python gives up when
the first pair of nodes it draws cannot be joined, so that 0.5 becomes a new connection in one
birth of five, and ours removes only where nothing was added. So ours asks for as many changes as
come about there (0.2, 0.2; removed 0.75, 0.3 of the births without growth), which leaves our
genomes the larger ones: their sizes at the end stand beside the speeds, and a goal holds that
ours are no smaller. Speciation costs too: the mean number of species is in the table.

The same plain Python fitness on both sides gets each library's own activation, one sample at a
time, arrays for ours and tuples for neat-python.

Two poles: episodes of less than 1,000 actions each, networks made ready included; genomes that
only drifted, whose episodes are short, then those of the eleventh generation of a run on the
task, whose episodes are longer; the same genomes on both sides (weights divided by the slope of
neat-python's sigmoid), ours by the compiled fitness, neat-python's by its network and the same
physics in plain Python floats.

CartPole-v1: whole generations of 50 in a plain Python loop, one episode of at most 500 actions
per genome, with the seed of the genome's place, time counted per action; neat-python is handed
plain floats, which it is faster with. Gymnasium's own time is part of both; it is measured by
playing each episode again at once, without a network and off the clock. The same with all
50 carts in step, by Gymnasium's vector environment on both sides: a genome's first episode counts,
and carts that have fallen are stepped on until the last one falls. The goal is on this loop.
"At most possible" is what a library would reach that takes no time at all.

Last, ours alone: the cost per genome at a large population against that at 1,000, one thread,
the first population not counted; and the growth of a fresh process's peak memory over five
generations, drawn first population included, less the gene arrays of two successive ones
(parents and offspring), per genome. Kernels are loaded before; all else counts: offsets, ids,
species, scores, the copy that an interrupted evaluation falls back on, history.

Speeds are medians over the turns with their spread, a turn per seed; "times" is the ratio of
two medians. TensorNEAT has no release that pip finds by its name, so nothing here imports it; its
row would be one more side of the XOR turns, on JAX's CPU, what JAX compiles left out of the clock.

    python benchmarks/peers.py [--quick] [--json FILE]
"""

import gc
import multiprocessing
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from pathlib import Path

import numpy as np

import _neat_python as theirs
from _cart_pole import measure_carts
from _turns import Cases, Run, evolve_xor, in_turn, median, ours, xor_closeness
from _two_poles import measure_poles
from spiral_monolith_neat_numpy import Genome, XorFitness, compile_genome

from harness import Options, Report, read_options

COMPILED = XorFitness(bias=None)
XOR_ARRAYS: Cases = [(np.array(inputs), wanted) for inputs, wanted in theirs.XOR_CASES]


@dataclass(frozen=True)
class Extent:
    """How much is measured.

    Attributes:
        repeats: turns, and seeds from 0.
        xor: population and generations.
        poles: genomes that play.
        carts: generations on CartPole.
        large: population compared with one of 1,000.
    """

    repeats: int
    xor: tuple[tuple[int, int], ...]
    poles: int
    carts: int
    large: int


FULL = Extent(5, ((150, 100), (1000, 50), (5000, 30)), 1000, 10, 100_000)
QUICK = Extent(3, ((150, 20), (1000, 5)), 300, 3, 10_000)


def plain_fitness(genome: Genome) -> float:
    """Return what neat-python's side returns, by our network."""
    return xor_closeness(compile_genome(genome).activate, XOR_ARRAYS)


def measure_xor(report: Report, size: int, gens: int, repeats: int, plain: bool) -> None:
    """Add both sides' speeds for one population, the ratios, and what the genomes were like."""
    sides: dict[str, Callable[[int], Run]] = {
        "neat-python": lambda seed: theirs.evolve_xor(size, gens, seed),
        "ours, 1 thread": lambda seed: evolve_xor(COMPILED, size, gens, seed),
        "ours, 2 threads": lambda seed: evolve_xor(COMPILED, size, gens, seed, threads=2),
    }
    if plain:
        sides["ours, plain Python"] = lambda seed: evolve_xor(plain_fitness, size, gens, seed)
    found = in_turn(sides, repeats)
    name = f"xor {size}"
    speeds, whole = {}, {}
    for side, runs in found.items():
        report.add_samples(f"{name}: {side}", [run.speed for run in runs], "genomes/s")
        speeds[side] = median([run.speed for run in runs])
        whole[side] = median([run.scored / (run.first_s + run.seconds) for run in runs])
    them, best = "neat-python", max(list(sides)[1:3], key=speeds.__getitem__)
    goal = 80.0 if size == 150 else 120.0
    report.add(f"{name}: times neat-python", speeds[best] / speeds[them], "", goal)
    report.add(f"{name}: times it with the first draw", whole[best] / whole[them])
    if plain:
        ratio = speeds["ours, plain Python"] / speeds[them]
        report.add(f"{name}: times it, plain Python", ratio, "", 5.0)
    measure_sizes(report, name, found[them], found[best])
    if plain:
        run = theirs.evolve_xor_in_processes(size, min(gens, 10), seed=0)
        report.add(f"{name}: neat-python, 2 processes", run.speed, "genomes/s")


def measure_sizes(report: Report, name: str, them: list[Run], us: list[Run]) -> None:
    """Add the genomes' mean sizes and the numbers of species."""
    sizes = []
    for side, runs in (("neat-python", them), ("ours", us)):
        hidden = float(np.mean([run.n_hidden for run in runs]))
        connections = float(np.mean([run.n_connections for run in runs]))
        report.add(f"{name}: hidden nodes, {side}", hidden)
        report.add(f"{name}: connections, {side}", connections)
        report.add(f"{name}: species, {side}", float(np.mean([run.n_species for run in runs])))
        sizes.append(np.array([hidden, connections]))
    report.add(f"{name}: size of ours to theirs", (sizes[1] / sizes[0]).min(), "", 1.0)


def measure_scaling(report: Report, extent: Extent) -> None:
    """Add the cost per genome of a large population to that of 1,000."""
    gens, large = 10, extent.large

    def cost(size: int, seed: int) -> float:
        # As many genomes either way, so that a sample takes about as long.
        runs = [evolve_xor(COMPILED, size, gens, seed) for _ in range(large // size)]
        return sum(run.seconds for run in runs) / (gens * large)

    found = in_turn({str(size): partial(cost, size) for size in (1000, large)}, extent.repeats)
    for size, costs in found.items():
        report.add_samples(f"cost at {size}", 1e6 * np.array(costs), "us/genome")
    ratio = median(found[str(large)]) / median(found["1000"])
    report.add(f"cost at {large} to 1000", ratio, "", 1.3, goal_is_minimum=False)


def peak_bytes() -> int:
    """Return the most memory that this process has held since it was last told to forget."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return 1024 * int(status.partition("VmHWM:")[2].split()[0])


def memory_beside_genes(size: int, seed: int) -> float:
    """Return the growth of this process's peak over a run, less genes, in bytes per genome."""
    evolve_xor(COMPILED, 150, 30, seed)  # kernels loaded
    gc.collect()
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")  # the peak is forgotten
    before, genes = peak_bytes(), [0]
    neat = ours(2, size, seed)

    def note(_: object) -> None:
        genes.append(sum(array.nbytes for array in neat.population.genes.arrays()))

    neat.evolve(COMPILED, 5, verbose=False, on_generation=note)
    two = max(one + other for one, other in pairwise(genes))
    return (peak_bytes() - before - two) / size


def measure_memory(report: Report, extent: Extent) -> None:
    """Add the memory per genome beside its genes, in a process of its own for each seed."""
    name = f"memory beside genes at {extent.large}"
    if not Path("/proc/self/clear_refs").exists():
        report.add(name, "not measured: it needs Linux's /proc")
        return
    found = []
    for seed in range(extent.repeats):
        with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as executor:
            found.append(executor.submit(memory_beside_genes, extent.large, seed).result())
    report.add_samples(name, found, "bytes", 2048.0, goal_is_minimum=False)


def measure(options: Options) -> Report:
    """Measure everything."""
    extent = QUICK if options.quick else FULL
    seeds = range(extent.repeats)
    report = Report("peers", seeds=seeds, options=options, packages=["neat-python", "gymnasium"])
    for fitness, threads in ((COMPILED, 1), (COMPILED, 2), (plain_fitness, 1)):
        evolve_xor(fitness, 150, 30, 10_000, threads)  # kernels compiled or loaded
    theirs.evolve_xor(150, 5, 10_000)
    for number, (size, gens) in enumerate(extent.xor):
        measure_xor(report, size, gens, extent.repeats, plain=number == 0)
    measure_poles(report, extent.poles, extent.repeats)
    measure_carts(report, extent.carts, extent.repeats)
    measure_scaling(report, extent)
    measure_memory(report, extent)
    return report


if __name__ == "__main__":
    measure(read_options(__doc__)).finish()
