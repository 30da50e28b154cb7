"""The library in a notebook: cells as a user types them, in every back-end.

Run by ``make test-extras``, which installs what a notebook needs.
"""

import pytest

nbformat = pytest.importorskip("nbformat", reason="make test-extras installs it")
nbclient = pytest.importorskip("nbclient", reason="make test-extras installs it")

DATA = """
import numpy as np
import spiral_monolith_neat_numpy as sm
rng = np.random.default_rng(42)
Xtr, ytr = rng.random((100, 10)), rng.integers(0, 2, 100)
"""
SHARED = """
shm_meta = {}
shm_meta["Xtr"] = sm.shm_register_dataset("Xtr", Xtr, readonly=True)
shm_meta["ytr"] = sm.shm_register_dataset("ytr", ytr, readonly=True)
neat = sm.ReproPlanaNEATPlus(num_inputs=10, num_outputs=2, population_size=64, rng=1)
neat._shm_meta = shm_meta
fit = sm.FitnessBackpropShared(keys=("Xtr", "ytr", "Xva", "yva"), steps=40)
best, history = neat.evolve(fit, n_generations=3, verbose=False)
sm.shm_release_all()
print(best.fitness)
"""
OWN = """
import os
here, weight = os.getpid(), 2.0
def fitness(genome):
    score = weight * len(genome.connections) + genome.connections[0].weight
    return score + 100.0 * (os.getpid() != here)
"""
EVOLVE = """
neat = sm.ReproPlanaNEATPlus(10, 2, 20, rng=1)
best, history = neat.evolve(fitness, n_generations=2, verbose=False)
print(best.fitness)
"""
CHANGE = """
weight = 3.0
"""


def run(cells: list[str], backend: str, method: str, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return what the cells print; anything on standard error is a failure."""
    variables = {
        "NEAT_EVAL_BACKEND": backend,
        "NEAT_PROCESS_START_METHOD": method,
        "NEAT_EVAL_WORKERS": "2",
        "NEAT_POOL_KEEPALIVE": "1",
    }
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    nbclient.NotebookClient(notebook, kernel_name="python3", timeout=None).execute()
    outputs = [output for cell in notebook.cells for output in cell.outputs]
    noise = "".join(output.text for output in outputs if output.name == "stderr")
    told = [line for line in noise.splitlines() if "is kept apart" not in line]
    assert told == []
    return "".join(output.text for output in outputs if output.name == "stdout").splitlines()


@pytest.fixture(scope="module")
def wanted() -> list[str]:
    with pytest.MonkeyPatch.context() as patch:
        return run([DATA, SHARED, OWN, EVOLVE, CHANGE, EVOLVE], "serial", "spawn", patch)


@pytest.mark.parametrize(
    ("backend", "method"),
    [("thread", "spawn"), ("process", "spawn"), ("process", "fork"), ("process", "forkserver")],
)
def test_cells_work_in_every_back_end(
    backend: str, method: str, wanted: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    found = run([DATA, SHARED, OWN, EVOLVE, CHANGE, EVOLVE], backend, method, monkeypatch)
    assert found[0] == wanted[0]
    elsewhere = 100.0 if backend == "process" else 0.0
    for mine, theirs in zip(found[1:], wanted[1:], strict=True):
        assert float(mine) == pytest.approx(float(theirs) + elsewhere, abs=1e-12)
