"""Speed of the training kernel as a share of the same run's matrix product, and its gradients.

One core throughout. The kernel's work counts 6 flops per edge, sample and step (two
forward, four backward), the float32 product of two 1024 x 1024 matrices 2 * 1024**3. Kernel
and product take turns, and each share comes from neighbours in time. Beside it, how many times
faster the kernel is than the NumPy twin (a plain loop over nodes and edges, vectorised over
samples) and than padded dense matrices with masks, batched over a population, per network.
Then the largest gradient errors relative to max(1, |gradient|), over all activations: of the
twin against central differences in float64, of the kernel against the twin.

    python benchmarks/kernel_speed.py [--quick] [--json FILE]
"""

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import threadpoolctl

from _dense import DensePopulation
from spiral_monolith_neat_numpy.arrays import Float32Array
from spiral_monolith_neat_numpy.genes.packed import Genes
from spiral_monolith_neat_numpy.kernels.loss import LOGISTIC, SOFTMAX, SQUARED
from spiral_monolith_neat_numpy.kernels.wiring import TrainingPlan
from spiral_monolith_neat_numpy.network.network import compile_genes
from spiral_monolith_neat_numpy.network.samples import LOSS_CODES, pack_samples
from spiral_monolith_neat_numpy.network.training import batch_stream, train_network
from spiral_monolith_neat_numpy.settings import ACTIVATION_NAMES

from harness import Options, Report, read_options, time_calls

sys.path.append(str(Path(__file__).parents[1]))  # the twin lives with the tests
from tests import network_reference as twin
from tests.kernels.passes import make_batch, run_pass, samples_of, with_parameters

SIDE = 1024
SEED = 0
TANH = 1
RATE = 1e-4


@dataclass(frozen=True)
class Case:
    """A network and its samples; ``n_steps`` take about as long as the matrix product."""

    name: str
    n_inputs: int
    n_hidden: int
    n_outputs: int
    n_edges: int
    n_samples: int
    head: str
    goal: float
    n_steps: int
    n_networks: int  # trained at once as dense matrices


CASES = (
    Case("10 hidden, 40 edges", 2, 10, 1, 40, 512, "logistic", 0.15, 3000, 64),
    Case("30 hidden, 120 edges", 2, 30, 1, 120, 512, "logistic", 0.20, 1200, 64),
    Case("100 hidden, 6,000 edges", 64, 100, 10, 6000, 1437, "softmax", 0.40, 15, 4),
)


def random_genes(case: Case, rng: np.random.Generator, code: int = TANH) -> Genes:
    """Return a network in which every node is useful and every edge enabled."""
    n_in, n_out = case.n_inputs, case.n_outputs
    order = [*range(n_in), *range(n_in + n_out, n_in + n_out + case.n_hidden)]
    order += range(n_in, n_in + n_out)
    first_output = n_in + case.n_hidden
    needed = set()
    for node in range(n_in, first_output):  # from something before it, to something after it
        needed.add((int(rng.integers(node)), node))
        needed.add((node, int(rng.integers(node + 1, len(order)))))
    free = [
        (a, b)
        for a in range(first_output)
        for b in range(max(a + 1, n_in), len(order))
        if (a, b) not in needed
    ]
    more = rng.permutation(len(free))[: case.n_edges - len(needed)]
    edges = sorted(needed | {free[k] for k in more})
    ids, kinds = np.array(order), np.repeat([0, 1, 2], [n_in, case.n_hidden, n_out])
    genes = Genes(
        node_id=np.sort(ids),
        node_kind=kinds[np.argsort(ids)].astype(np.int8),
        node_activation=np.full(ids.size, code, dtype=np.int8),
        node_bias=np.zeros(ids.size),
        edge_innovation=np.arange(len(edges)),
        edge_source=ids[[a for a, _ in edges]],
        edge_target=ids[[b for _, b in edges]],
        edge_weight=np.zeros(len(edges)),
        edge_enabled=np.ones(len(edges), dtype=np.bool_),
    )
    return with_parameters(genes, SEED, size=0.3)


def make_data(case: Case, rng: np.random.Generator) -> tuple[Float32Array, Float32Array]:
    """Return float32 rows and labels."""
    X = rng.normal(size=(case.n_samples, case.n_inputs)).astype(np.float32)
    return X, rng.integers(0, max(2, case.n_outputs), case.n_samples).astype(np.float32)


def kernel_run(case: Case, genes: Genes, X: Float32Array, y: Float32Array) -> Callable[[], None]:
    """Return a call of ``case.n_steps`` updates by the kernel."""
    network = compile_genes(genes, case.head)
    if network.weight.size != case.n_edges:
        raise ValueError(f"{case.name} must keep its edges, got {network.weight.size}")
    training = pack_samples(X, y, case.n_outputs, case.head)
    look = pack_samples(X[:1], y[:1], case.n_outputs, case.head)
    plan = TrainingPlan(LOSS_CODES[case.head], case.n_steps, RATE, 0.0, 1e9, 1e9, 0, 0)
    weight, bias = network.weight.copy(), network.bias.copy()

    def run() -> None:
        network.weight[:], network.bias[:] = weight, bias
        train_network(network, plan, training, look, batch_stream(SEED), np.zeros(0))

    return run


def targets_of(case: Case, y: Float32Array) -> Float32Array:
    """Return ``(n_samples, n_outputs)`` targets."""
    if case.head == "softmax":
        return np.eye(case.n_outputs, dtype=np.float32)[y.astype(np.int64)]
    return y[:, None]


def measure_speed(report: Report, case: Case, options: Options) -> None:
    """Add the kernel's share of the matrix product and its lead over both NumPy versions."""
    rng = np.random.default_rng(SEED)
    genes = random_genes(case, rng)
    X, y = make_data(case, rng)
    run = kernel_run(case, genes, X, y)
    a, b = rng.normal(size=(2, SIDE, SIDE)).astype(np.float32)
    flops = 6.0 * case.n_edges * case.n_samples * case.n_steps
    shares, step_times, product_rates = [], [], []
    run()
    _ = a @ b
    for _ in range(7 if options.quick else 41):
        started = time.perf_counter()
        _ = a @ b
        middle = time.perf_counter()
        run()
        kernel_s, product_s = time.perf_counter() - middle, middle - started
        shares.append((flops / kernel_s) / (2.0 * SIDE**3 / product_s))
        step_times.append(kernel_s / case.n_steps)
        product_rates.append(2e-9 * SIDE**3 / product_s)
    report.add_samples(f"{case.name}: share of product", shares, goal=case.goal)
    report.add_samples(f"{case.name}: step", np.array(step_times) * 1e6, "us")
    report.add_samples(f"{case.name}: product", product_rates, "Gflop/s")
    step_s = float(np.median(step_times))
    targets = targets_of(case, y)
    weight = np.full(case.n_samples, 1.0 / case.n_samples, dtype=np.float32)
    batch = twin.Batch(X, targets, weight)
    recipe = twin.Recipe(LOSS_CODES[case.head], 2, RATE)
    repeats = 3 if options.quick else 9
    plain = time_calls(lambda: twin.train(genes, recipe, batch, batch.take([0])), repeats)
    report.add_samples(f"{case.name}: times the twin", np.array(plain) / 2 / step_s)
    dense = DensePopulation([random_genes(case, rng) for _ in range(case.n_networks)])
    columns = np.ascontiguousarray(X.T), np.ascontiguousarray(targets.T)
    batched = time_calls(lambda: dense.step(*columns, RATE, case.head), repeats)
    report.add_samples(f"{case.name}: times dense", np.array(batched) / case.n_networks / step_s)


def measure_gradients(report: Report, options: Options) -> None:
    """Add the largest gradient errors over every activation, loss and several seeds."""
    case = Case("gradients", 2, 4, 2, 14, 33, "", 0.0, 0, 0)
    n_seeds = 2 if options.quick else 20
    for name, loss in (("softmax", SOFTMAX), ("logistic", LOGISTIC), ("squared", SQUARED)):
        of_twin, of_kernel = [0.0], [0.0]
        for code in range(len(ACTIVATION_NAMES)):
            for seed in range(n_seeds):
                rng = np.random.default_rng([SEED, seed])
                # Weights so small that a chain of squares does not blow the loss up: then
                # differences of it would have lost their digits.
                genes = with_parameters(random_genes(case, rng, code), seed, size=0.4)
                batch = make_batch(case.n_samples, case.n_inputs, case.n_outputs, loss, seed)
                _, *exact = twin.PlainNetwork(genes).gradient(batch, loss)
                found = run_pass(genes, samples_of(batch, loss), loss)
                for mine, kernels, differences in zip(
                    exact,
                    (found.by_weight, found.by_bias),
                    twin.differences(genes, batch, loss),
                    strict=True,
                ):
                    scale = np.maximum(1.0, np.abs(mine))
                    of_twin.append(float((np.abs(differences - mine) / scale).max()))
                    of_kernel.append(float((np.abs(kernels - mine) / scale).max()))
        report.add(f"{name}: twin to differences", max(of_twin), "", 1e-6, goal_is_minimum=False)
        report.add(f"{name}: kernel to twin", max(of_kernel), "", 1e-4, goal_is_minimum=False)


def measure(options: Options) -> Report:
    """Measure everything on one core."""
    report = Report("kernel speed", seeds=[SEED], options=options, packages=["threadpoolctl"])
    with threadpoolctl.threadpool_limits(1):
        for case in CASES:
            measure_speed(report, case, options)
        measure_gradients(report, options)
    return report


if __name__ == "__main__":
    measure(read_options(__doc__)).finish()
