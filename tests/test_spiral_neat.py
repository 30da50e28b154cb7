"""What is promised: names, signatures and defaults, and the user's own document, run.

The rows follow the table of the promised surface. What a name does in depth is tested beside
the module that does it.
"""

import copy
import dataclasses
import inspect
import pickle
import re
import textwrap
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import spiral_monolith_neat_numpy as sm

DOCUMENT = (Path(__file__).parent / "user_document.md").read_text(encoding="utf-8")
NONE = inspect.Parameter.empty


@pytest.fixture(autouse=True)
def _released() -> Iterator[None]:
    sm.shm_release_all()
    yield
    sm.shm_release_all()


def promised(function: Any, **wanted: Any) -> None:
    """Hold that a signature begins with these parameters in order, with these defaults.

    Parameters beyond them must have a default, so that no promised call breaks.
    """
    found = dict(inspect.signature(function).parameters)
    found.pop("self", None)
    assert list(found)[: len(wanted)] == list(wanted)
    assert {name: found[name].default for name in wanted} == wanted
    for name in list(found)[: len(wanted)]:
        assert found[name].kind is inspect.Parameter.POSITIONAL_OR_KEYWORD
    assert all(found[name].default is not NONE for name in list(found)[len(wanted) :])


def snippets(language: str) -> list[str]:
    """Return the document's fenced snippets of a language; some stand indented in lists."""
    found = re.findall(
        rf"^( *)```{language}\n(.*?)^\1```", DOCUMENT, flags=re.DOTALL | re.MULTILINE
    )
    return [textwrap.dedent(text) for _, text in found]


# The experiment.


def test_the_experiment_s_signature() -> None:
    promised(
        sm.run_backprop_neat_experiment,
        task=NONE,
        gens=60,
        pop=64,
        steps=80,
        out_prefix=None,
        make_gifs=True,
        make_lineage=True,
        rng_seed=0,
    )


@pytest.mark.parametrize("task", ["demo", "spiral", "circles", "xor", "iris"])
def test_the_experiment_returns_champion_and_history_and_writes_nothing(
    task: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    best, history = sm.run_backprop_neat_experiment(task, gens=2, pop=6, steps=3, rng_seed=1)
    assert isinstance(best, sm.Genome)
    assert len(history) == 2
    assert all(type(row) is tuple and list(map(type, row)) == [float, float] for row in history)
    # It is chosen among the best of all generations, by more than its fitness alone.
    assert best.fitness is not None
    assert best.fitness <= max(row[0] for row in history)
    assert list(tmp_path.iterdir()) == []
    assert sm.run_backprop_neat_experiment(task, 2, 6, 3, rng_seed=1) == (best, history)


def test_the_experiment_takes_a_csv_and_writes_under_its_prefix(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    X = rng.normal(size=(40, 2))
    rows = [f"{a},{b},{'up' if a > b else 'down'}" for a, b in X]
    (tmp_path / "table.csv").write_text("\n".join(["a,b,way", *rows]))
    out = tmp_path / "out"
    best, _ = sm.run_backprop_neat_experiment(
        str(tmp_path / "table.csv"), gens=2, pop=6, steps=3, out_prefix=out
    )
    names = {path.name for path in out.iterdir()}
    assert {"model.npz", "history.csv"} < names
    assert any(name.endswith(".png") for name in names)
    assert sm.load(out / "model.npz").genome == best


# ReproPlanaNEATPlus.


def test_the_class_s_signature() -> None:
    promised(
        sm.ReproPlanaNEATPlus,
        num_inputs=NONE,
        num_outputs=NONE,
        population_size=150,
        rng=None,
        output_activation="sigmoid",
        settings=None,
    )


def test_the_first_population() -> None:
    neat = sm.ReproPlanaNEATPlus(num_inputs=3, num_outputs=2, population_size=10, rng=1)
    assert isinstance(neat.population[0], sm.Genome)
    for genome in neat.population:
        assert len(genome.nodes) == 3 + 2
        assert len(genome.connections) == 3 * 2
    weights = {tuple(c.weight for c in g.connections.values()) for g in neat.population}
    assert len(weights) == 10


DEFAULTS = {
    "pop_size": 150,
    "num_inputs": 2,
    "num_outputs": 1,
    "mode": sm.EvalMode(),
    "parallel_backend": "thread",
    "species_target_mode": "auto",
    "species_target_min": 2.0,
    "species_target_max": 50.0,
    "species_target_step": 0.5,
    "species_target_update_every": 5,
    "pid_kp": 0.35,
    "pid_ki": 0.02,
    "pid_kd": 0.10,
    "pid_i_clip": 50.0,
    "compatibility_threshold": 3.0,
    "complexity_threshold": 1.0,
    "max_hidden_nodes": 128,
    "max_edges": 1024,
    "grad_clip": 5.0,
    "weight_clip": 12.0,
    "snapshot_max": 320,
    "pool_keepalive": 0,
    "pool_restart_every": 25,
}


def test_the_attributes_and_their_defaults() -> None:
    neat = sm.ReproPlanaNEATPlus(2, 1)
    assert {name: getattr(neat, name) for name in DEFAULTS} == DEFAULTS
    for name, value in DEFAULTS.items():
        setattr(neat, name, value)
    assert {name: getattr(neat, name) for name in DEFAULTS} == DEFAULTS
    assert neat.eval_workers >= 1
    assert 2.0 <= neat.species_target <= 50.0
    assert neat.snapshot_stride >= 1
    assert neat.generation == 0
    assert neat.env["difficulty"] >= 0.0
    neat.population = neat.population
    for name in ("env_history", "best_ids", "hidden_counts_history", "edge_counts_history",
                 "snapshots_genomes", "snapshots_scars"):  # fmt: skip
        assert getattr(neat, name) == []
    assert isinstance(neat.event_log, list)


def test_the_methods_signatures() -> None:
    promised(
        sm.ReproPlanaNEATPlus.evolve,
        fitness_fn=NONE,
        n_generations=100,
        target_fitness=None,
        verbose=True,
        env_schedule=None,
    )
    promised(sm.ReproPlanaNEATPlus.speciate, fitnesses=NONE)
    promised(sm.ReproPlanaNEATPlus.reproduce, species=NONE, fitnesses=NONE)
    promised(sm.ReproPlanaNEATPlus._evaluate_population, fitness_fn=NONE)
    promised(sm.ReproPlanaNEATPlus._learn_species_target, num_species=NONE, best_fit=NONE, gen=NONE)
    promised(sm.ReproPlanaNEATPlus._complexity_penalty, genome=NONE)
    promised(sm.ReproPlanaNEATPlus._close_pool)


def test_what_else_scripts_read() -> None:
    neat = sm.ReproPlanaNEATPlus(2, 1, 10)
    assert neat._shm_meta is None
    assert neat._proc_pool is None
    assert neat._proc_pool_age == 0
    assert isinstance(neat._spec_learn, Mapping)
    wanted = {"pid_i", "pid_prev_err", "score_pid", "score_hill", "eps", "last_method"}
    assert wanted <= set(neat._spec_learn)


def test_records_are_frozen_rows_with_the_promised_columns() -> None:
    columns = {
        "generation", "best_fitness", "mean_fitness", "n_species", "species_target",
        "compatibility_threshold", "arm", "difficulty", "mean_hidden", "mean_edges",
        "evaluations", "gradient_steps", "seconds",
    }  # fmt: skip
    neat = sm.ReproPlanaNEATPlus(2, 1, 10, rng=1)
    best, history = neat.evolve(lambda genome: float(genome.id), 3, verbose=False)
    assert (best.fitness, len(history), len(neat.records)) == (history[-1][0], 3, 3)
    for generation, record in enumerate(neat.records):
        assert columns <= {spec.name for spec in dataclasses.fields(record)}
        assert record.generation == generation
        with pytest.raises(dataclasses.FrozenInstanceError):
            record.generation = 9  # type: ignore[misc]


# Genomes and genes.


def test_a_genome() -> None:
    promised(sm.Genome, genome_id=0)
    genome = sm.Genome(genome_id=4)
    assert (genome.id, genome.fitness, genome.sex) == (4, None, "hermaphrodite")
    assert (genome.regen, genome.regen_mode, genome.hybrid_scale) == (False, "split", 1.0)
    genome.nodes[0] = sm.NodeGene(0, "input")
    genome.nodes[1] = sm.NodeGene(1, "output")
    genome.connections[3] = sm.ConnectionGene(0, 1, 0.5, innovation=3)
    twin = genome.copy()
    twin.connections[3].weight = -1.0
    twin.nodes[1].bias = 2.0
    assert genome.connections[3].weight == 0.5
    assert genome.nodes[1].bias == 0.0
    assert copy.deepcopy(genome) == pickle.loads(pickle.dumps(genome)) == genome


def test_genes() -> None:
    parameters = list(inspect.signature(sm.NodeGene).parameters)
    assert parameters[:2] == ["node_id", "node_type"]
    promised(
        sm.ConnectionGene, in_node=NONE, out_node=NONE, weight=NONE, enabled=True, innovation=0
    )
    for kind in ("input", "hidden", "output"):
        node = sm.NodeGene(7, kind)
        assert (node.id, node.type, node.bias) == (7, kind, 0.0)
        assert isinstance(node.activation, str)
    with pytest.raises(ValueError, match="node_type"):
        sm.NodeGene(7, "bias")
    connection = sm.ConnectionGene(1, 2, 0.5)
    assert (connection.in_node, connection.out_node, connection.weight) == (1, 2, 0.5)
    assert (connection.enabled, connection.innovation) == (True, 0)


def test_the_mode() -> None:
    promised(
        sm.EvalMode,
        vanilla=True,
        enable_regen_reproduction=False,
        species_low=2,
        species_high=10,
    )


# Gradient fitness.


def test_the_shared_fitness() -> None:
    promised(
        sm.FitnessBackpropShared,
        keys=("Xtr", "ytr", "Xva", "yva"),
        steps=40,
        lr=5e-3,
        l2=1e-4,
        alpha_nodes=1e-3,
        alpha_edges=5e-4,
    )
    promised(sm.FitnessBackpropShared.refine_raw, genome=NONE, factor=2.0)
    fit = sm.FitnessBackpropShared()
    assert fit.noise_std == 0.0
    fit.set_noise_std(0.3)
    assert pickle.loads(pickle.dumps(fit)).noise_std == 0.3
    fit.set_noise_std(-0.3)
    assert fit.noise_std == 0.0


def test_the_classifier_fitness() -> None:
    promised(
        sm.fitness_backprop_classifier,
        genome=NONE,
        Xtr=NONE,
        ytr=NONE,
        Xva=NONE,
        yva=NONE,
        steps=40,
        lr=5e-3,
        l2=1e-4,
        alpha_nodes=1e-3,
        alpha_edges=5e-4,
    )
    X, y = sm.make_circles(64)
    genome = sm.ReproPlanaNEATPlus(2, 1, 2, rng=1).population[0]
    assert type(sm.fitness_backprop_classifier(genome, X, y, X, y)) is float
    with pytest.raises(ValueError, match=r"Xtr must have shape \(n_samples, .* got \(0, 4\)"):
        sm.fitness_backprop_classifier(genome, np.zeros((0, 4)), y[:0], X, y)


def test_functions_on_a_genome() -> None:
    X, y = sm.make_xor(64)
    genome = sm.ReproPlanaNEATPlus(2, 2, 2, rng=1).population[0].copy()
    losses = sm.train_with_backprop(genome, X, y, 20, 0.05, 1e-4)
    assert losses.shape == (20,)
    assert losses[-1] < losses[0]
    assert genome.head == "softmax"
    labels, shares = sm.predict(genome, X), sm.predict_proba(genome, X)
    np.testing.assert_array_equal(labels, shares.argmax(axis=1))
    np.testing.assert_allclose(shares.sum(axis=1), 1.0)
    assert isinstance(sm.compile_genome(genome), sm.Network)
    assert sm.compatibility_distance(genome, genome) == 0.0
    assert isinstance(sm.ReproPlanaNEATPlus(2, 1, 2).tracker, sm.InnovationTracker)


@pytest.mark.parametrize("make", [sm.make_circles, sm.make_xor, sm.make_spirals])
def test_drawn_data(make: Any) -> None:
    parameters = inspect.signature(make).parameters
    assert list(parameters)[:3] == ["n", "noise", "seed"]
    assert (parameters["n"].default, parameters["seed"].default) == (512, 0)
    X, y = make(n=20, noise=0.1, seed=3)
    assert (X.shape, y.shape, set(y.tolist())) == ((20, 2), (20,), {0, 1})
    np.testing.assert_array_equal(make(20, 0.1, 3)[0], X)


# Shared memory.


def test_shared_memory() -> None:
    promised(sm.shm_register_dataset, label=NONE, arr=NONE, readonly=True)
    promised(sm.shm_set_worker_meta, meta=NONE)
    promised(sm.get_shared_dataset, label=NONE)
    promised(sm.shm_cleanup_worker_cache)
    promised(sm.shm_release_all)
    meta = sm.shm_register_dataset("X", np.arange(6.0).reshape(2, 3))
    assert {key: type(value) for key, value in meta.items()} == {
        "name": str, "shape": tuple, "dtype": str, "readonly": bool,
    }  # fmt: skip
    view = sm.get_shared_dataset("X")
    with pytest.raises(ValueError, match="cannot set WRITEABLE flag|not own"):
        view.flags.writeable = True
    with pytest.raises(KeyError, match="known labels: 'X'"):
        sm.get_shared_dataset("Y")
    sm.shm_set_worker_meta({"Z": meta})
    sm.shm_set_worker_meta(None)
    assert len(sm._SHM_LOCAL) == 1
    for _ in range(2):
        sm.shm_cleanup_worker_cache()
        sm.shm_release_all()
    assert len(sm._SHM_LOCAL) == 0
    assert view[1, 2] == 5.0  # the memory goes with the last view
    assert hasattr(sm._shm, "SharedMemory")
    assert sm._is_picklable(sm.FitnessBackpropShared())
    assert not sm._is_picklable(lambda genome: 0.0)


# The environment.

VARIABLES = [
    ("NEAT_EVAL_WORKERS", "3", "eval_workers", 3),
    ("NEAT_EVAL_BACKEND", "thread", "parallel_backend", "thread"),
    ("NEAT_EVAL_BACKEND", "process", "parallel_backend", "process"),
    ("NEAT_EVAL_BACKEND", "serial", "parallel_backend", "serial"),
    ("NEAT_PROCESS_START_METHOD", "spawn", None, None),
    ("NEAT_POOL_KEEPALIVE", "1", "pool_keepalive", 1),
    ("NEAT_POOL_RESTART_EVERY", "5", "pool_restart_every", 5),
]


@pytest.mark.parametrize(("variable", "text", "name", "value"), VARIABLES)
def test_an_environment_variable_is_read_when_the_object_is_made(
    variable: str, text: str, name: str | None, value: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, text)
    neat = sm.ReproPlanaNEATPlus(2, 1, 4)
    monkeypatch.delenv(variable)
    if name is not None:
        assert getattr(neat, name) == value


def exported() -> list[tuple[str, str]]:
    return re.findall(r"export (NEAT_[A-Z_]+)=(\w+)", DOCUMENT)


@pytest.mark.parametrize(("variable", "text"), exported())
def test_what_the_document_exports_is_taken(
    variable: str, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, text)
    sm.ReproPlanaNEATPlus(2, 1, 4)
    monkeypatch.setenv(variable, "nonsense")
    with pytest.raises(ValueError, match=variable):
        sm.ReproPlanaNEATPlus(2, 1, 4)


def test_the_document_names_every_variable() -> None:
    assert {name for name, _ in exported()} == {row[0] for row in VARIABLES}


# The user's document.

FEWER = {"gens=50": "gens=3", "n_generations=100": "n_generations=3"}


def fewer_generations(code: str) -> str:
    """Substitute a smaller number of generations; nothing else of a snippet is touched."""
    for many, few in FEWER.items():
        code = code.replace(many, few)
    return code


def test_fewer_generations_are_all_that_is_substituted() -> None:
    found = snippets("python")
    assert len(found) == 3
    assert [sum(many in code for many in FEWER) for code in found] == [1, 1, 0]


@pytest.fixture
def run_document(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Return a function that runs the snippets in order and gives their names."""
    monkeypatch.chdir(tmp_path)

    def run() -> dict[str, Any]:
        names: dict[str, Any] = {}
        for number, code in enumerate(snippets("python")):
            exec(compile(fewer_generations(code), f"snippet {number}", "exec"), names)
        assert list(tmp_path.iterdir()) == []
        return names

    return run


def test_the_document_s_snippets_run(
    run_document: Any, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    names = run_document()
    neat, best = names["neat"], names["best"]
    first, *lines = capsys.readouterr().out.splitlines()
    assert re.fullmatch(r"Best fitness: 0\.\d{4}", first)
    assert len(lines) == 3  # verbose: a line a generation
    assert len(names["history"]) == 3
    assert best.fitness == max(row[0] for row in names["history"])
    assert best.head == "softmax"
    assert sm.predict(best, names["Xtr"]).shape == (100,)
    assert (neat.pid_kp, neat.pid_ki, neat.pid_kd) == (0.5, 0.01, 0.15)
    assert "a quarter of 'Xtr' (25 of 100 rows) is kept apart" in caplog.text
    assert caplog.text.count("kept apart") == 1
    assert len(sm._SHM_LOCAL) == 0


def test_the_document_s_snippets_run_in_the_processes_that_it_exports(
    run_document: Any, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    for variable, text in exported():
        monkeypatch.setenv(variable, text)
    monkeypatch.setenv("NEAT_EVAL_WORKERS", "1")  # 8 processes would only wait for each other
    names = run_document()
    assert names["neat"].parallel_backend == "process"
    assert names["neat"]._proc_pool_age == 3
    names["neat"]._close_pool()
    assert names["best"].fitness == max(row[0] for row in names["history"])
    assert "kept apart" not in capfd.readouterr().err


def test_the_document_s_line_on_species_limits() -> None:
    neat = sm.ReproPlanaNEATPlus(2, 1, 64)
    neat.species_target_min = 3
    neat.species_target_max = 12
    assert 3 <= neat.species_target <= 12
    neat.diversity_push = 0.20
    assert neat.settings.diversity_push == 0.20


def test_every_name_of_the_document_exists() -> None:
    listed = re.findall(r"^- `(\w+)\(\)`", DOCUMENT, flags=re.MULTILINE)
    assert len(listed) == 9
    for name in listed:
        owner = sm if hasattr(sm, name) else sm.ReproPlanaNEATPlus
        assert hasattr(owner, name), name
    for name in re.findall(r"^- \*\*(\w+)\*\*:", DOCUMENT, flags=re.MULTILINE):
        assert hasattr(sm, name), name
