"""Gradient fitness on shared data: found by label, told once, the same in every process."""

import copy
import logging
import pickle
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.evaluation.places import processes

from spiral_monolith_neat_numpy.evaluation.backprop import (
    BackpropData,
    BackpropSettings,
    FitnessBackprop,
)
from spiral_monolith_neat_numpy.evaluation.backprop_shared import FitnessBackpropShared, quarter
from spiral_monolith_neat_numpy.evaluation.context import EvaluationContext, PopulationContext
from spiral_monolith_neat_numpy.evaluation.environment import available_start_methods
from spiral_monolith_neat_numpy.evaluation.evaluate import evaluate
from spiral_monolith_neat_numpy.evaluation.local import SerialBackend
from spiral_monolith_neat_numpy.evaluation.shared import (
    get_shared_dataset,
    shm_register_dataset,
    shm_release_all,
    shm_set_worker_meta,
)
from spiral_monolith_neat_numpy.genes.genome import Genome
from spiral_monolith_neat_numpy.genes.population import Population

rng = np.random.default_rng(4)
X = rng.normal(0.0, 1.0, (80, 2))
y = (X[:, 0] - X[:, 1] > 0.0).astype(np.int64)
PARTS = {"Xtr": X[:60], "ytr": y[:60], "Xva": X[60:], "yva": y[60:]}
SETTINGS: dict[str, Any] = {"steps": 20, "lr": 0.1}

needs_fork = pytest.mark.skipif("fork" not in available_start_methods(), reason="no fork here")


@pytest.fixture(autouse=True)
def _released() -> Iterator[None]:
    shm_release_all()
    yield
    shm_release_all()


def register(*labels: str) -> None:
    for label in labels or PARTS:
        shm_register_dataset(label, PARTS[label])


def genome() -> Genome:
    return Population.first(1, 2, 1, seed=1)[0].copy()


def in_hand(**changes: Any) -> FitnessBackprop:
    return FitnessBackprop(BackpropData(**PARTS), BackpropSettings(**{**SETTINGS, **changes}))


def test_it_scores_as_the_same_data_in_hand() -> None:
    register()
    one, other = genome(), genome()
    fit = FitnessBackpropShared(**SETTINGS)
    assert fit(one) == in_hand()(other)
    assert one == other
    assert fit.refine_raw(genome(), 1.5) == in_hand(steps=30)(genome())
    context = PopulationContext(3, 1)
    populations = [Population.first(5, 2, 1) for _ in range(2)]
    np.testing.assert_array_equal(
        fit.evaluate_population(populations[0], context),
        in_hand().evaluate_population(populations[1], context),
    )


def test_options_reach_the_training() -> None:
    register()
    for option in (
        {"head": "identity"},
        {"batch_size": 7},
        {"validate_every": 0},
        {"inheritance": "baldwinian"},
        {"l2": 0.5},
        {"alpha_nodes": 0.5, "alpha_edges": 0.1},
    ):
        fit = FitnessBackpropShared(**{**SETTINGS, **option})
        fit.set_noise_std(0.3)
        fit.set_training_limits(0.5, 2.0)
        plain = in_hand(**option)
        plain.set_noise_std(0.3)
        plain.set_training_limits(0.5, 2.0)
        context = EvaluationContext(1, 2, 3)
        assert fit(genome(), context) == plain(genome(), context)
        assert fit.develop(genome(), context) == plain.develop(genome(), context)


def test_labels_may_be_others() -> None:
    for label, values in PARTS.items():
        shm_register_dataset(f"my {label}", values)
    keys = tuple(f"my {label}" for label in PARTS)
    fit = FitnessBackpropShared(keys=keys, **SETTINGS)  # type: ignore[arg-type]
    assert fit(genome()) == in_hand()(genome())
    assert fit.keys == keys


@pytest.mark.parametrize("keys", ["Xtrs", ("Xtr", "ytr"), ("a", "b", "c", 4), None, 4])
def test_what_is_no_four_labels_is_refused(keys: Any) -> None:
    with pytest.raises(ValueError, match="keys must be four labels"):
        FitnessBackpropShared(keys=keys)


def test_settings_are_checked() -> None:
    with pytest.raises(ValueError, match="lr must be > 0, got 0"):
        FitnessBackpropShared(lr=0)
    fit: Any = FitnessBackpropShared()
    for name in ("steps", "lr", "keys", "settings"):
        with pytest.raises(AttributeError):
            setattr(fit, name, 3)
    with pytest.raises(TypeError, match="noise_std must be a number"):
        fit.noise_std = "much"


def test_noise_begins_at_0_and_is_clamped_below() -> None:
    fit = FitnessBackpropShared()
    assert fit.noise_std == 0.0
    fit.set_noise_std(0.2)
    assert fit.noise_std == 0.2
    fit.set_noise_std(-1)
    assert fit.noise_std == 0.0


@pytest.mark.parametrize("missing", ["Xtr", "ytr", "Xva", "yva"])
def test_a_missing_label_is_told_with_the_known_ones(missing: str) -> None:
    register(*(label for label in PARTS if label != missing))
    known = ", ".join(repr(label) for label in sorted(PARTS) if label != missing)
    with pytest.raises(KeyError, match=f"called '{missing}'; known labels: {known}"):
        FitnessBackpropShared()(genome())


def test_where_validation_is_missing_a_quarter_serves_and_is_told_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    register("Xtr", "ytr")
    kept = quarter(PARTS["ytr"])
    data = BackpropData(X[:60][~kept], y[:60][~kept], X[:60][kept], y[:60][kept])
    fit = FitnessBackpropShared(**SETTINGS)
    wanted = FitnessBackprop(data, BackpropSettings(**SETTINGS))(genome())
    assert [fit(genome()), fit(genome())] == [wanted, wanted]
    register("Xtr", "ytr")
    assert copy.deepcopy(fit)(genome()) == wanted
    (record,) = caplog.records
    assert record.levelno == logging.WARNING
    assert record.getMessage() == (
        "shared data sets 'Xva' and 'yva' are not registered: a quarter of 'Xtr' "
        "(15 of 60 rows) is kept apart for validation"
    )


@needs_fork
def test_worker_processes_do_not_tell_it_again(
    capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    register("Xtr", "ytr")
    fit, backend = FitnessBackpropShared(**SETTINGS), processes(2, "fork")
    for generation in (0, 1):
        evaluate(Population.first(8, 2, 1), fit, backend, 0, generation)
    assert len(caplog.records) == 1
    assert "kept apart" not in capfd.readouterr().err


def test_data_registered_anew_are_picked_up() -> None:
    register()
    fit = FitnessBackpropShared(**SETTINGS)
    before = fit(genome())
    assert fit(genome()) == before
    shm_register_dataset("ytr", 1 - PARTS["ytr"])
    turned = fit(genome())
    assert turned != before
    register("ytr")
    assert fit(genome()) == before
    shm_release_all()
    with pytest.raises(KeyError, match="known labels: none"):
        fit(genome())
    register("Xtr", "ytr")
    assert fit(genome()) != before  # a quarter of the training part validates now


def test_data_that_another_process_announced_are_found() -> None:
    metas = {label: shm_register_dataset(f"there {label}", PARTS[label]) for label in PARTS}
    shm_set_worker_meta(metas)
    assert FitnessBackpropShared(**SETTINGS)(genome()) == in_hand()(genome())


def test_it_travels_small() -> None:
    register()
    fit = FitnessBackpropShared(**SETTINGS)
    fit.set_noise_std(0.1)
    score = fit(genome())
    text = pickle.dumps(fit)
    assert len(text) < 1000
    assert pickle.loads(text)(genome()) == score


def test_data_of_different_length_are_named() -> None:
    register()
    shm_register_dataset("ytr", PARTS["ytr"][:50])
    with pytest.raises(ValueError, match="ytr must have one row for each of the 60 rows"):
        FitnessBackpropShared()(genome())
    shm_release_all()
    register("Xtr")
    shm_register_dataset("ytr", PARTS["ytr"][:50])
    with pytest.raises(ValueError, match=r"ytr must have one row for each row of Xtr, got shapes"):
        FitnessBackpropShared()(genome())


@needs_fork
def test_in_processes_wrong_data_are_the_same_error_as_here() -> None:
    register()
    for label in ("Xtr", "Xva"):
        shm_register_dataset(label, PARTS[label][:, :1])
    for backend in (SerialBackend(), processes(1, "fork")):
        with pytest.raises(ValueError, match=r"^Xtr must have shape \(n_samples, 2\)"):
            evaluate(Population.first(3, 2, 1), FitnessBackpropShared(), backend, 0, 0)


labels = st.lists(st.integers(0, 4), min_size=2, max_size=120).map(np.array)


@given(y=labels)
def test_a_quarter_is_a_quarter_of_every_class(y: Any) -> None:
    marked = quarter(y)
    assert marked.dtype == np.bool_
    assert 1 <= marked.sum() <= y.size - 1
    assert marked.sum() == (y.size + 2) // 4
    if np.unique(y).size <= y.size // 2:
        for label in np.unique(y):
            n, n_marked = (y == label).sum(), marked[y == label].sum()
            assert n // 4 <= n_marked <= -(-n // 4)
    np.testing.assert_array_equal(quarter(y), marked)


@given(y=labels, shift=st.integers(-3, 3))
def test_a_quarter_depends_on_the_order_of_classes_alone(y: Any, shift: int) -> None:
    np.testing.assert_array_equal(quarter(y + shift), quarter(y))
    np.testing.assert_array_equal(quarter(2.5 * y), quarter(y))


@pytest.mark.parametrize("shape", [(400,), (400, 2)])
def test_a_quarter_of_values_is_spread_over_the_rows(shape: tuple[int, ...]) -> None:
    marked = quarter(np.random.default_rng(1).normal(size=shape))
    assert marked.shape == (400,)
    assert marked.sum() == 100
    assert marked[:200].sum() > 30 < marked[200:].sum()


def test_a_quarter_of_one_row_is_refused() -> None:
    with pytest.raises(ValueError, match="ytr must have at least 2 rows .* got 1"):
        quarter(np.array([1]))


SCRIPT = """
    import numpy as np
    import spiral_monolith_neat_numpy as sm

    def main():
        rng = np.random.default_rng(1)
        X = rng.normal(size=(60, 2))
        y = (X[:, 0] > 0).astype(int)
        for label, data in (("Xtr", X), ("ytr", y), ("Xva", X[:20]), ("yva", y[:20])):
            sm.shm_register_dataset(label, data)
        found = []
        for backend in ("process", "thread"):
            neat = sm.ReproPlanaNEATPlus(2, 2, 6, rng=3)
            neat.parallel_backend, neat.eval_workers, neat.pool_keepalive = backend, 1, 1
            best, history = neat.evolve(sm.FitnessBackpropShared(steps=9), 2, verbose=False)
            neat._close_pool()
            found.append((history, best.genes.edge_weight.tolist()))
        sm.shm_release_all()
        print("same" if found[0] == found[1] else found)

    if __name__ == "__main__":
        main()
"""


def test_a_guarded_script_evolves_in_spawned_processes(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(textwrap.dedent(SCRIPT))
    done = subprocess.run(
        [sys.executable, "-W", "error", str(script)], capture_output=True, text=True, check=False
    )
    assert (done.stdout.strip(), done.stderr, done.returncode) == ("same", "", 0)


def test_data_that_may_be_written_are_read_anew() -> None:
    for label, part in PARTS.items():
        shm_register_dataset(label, part, readonly=False)
    fit = FitnessBackpropShared(**SETTINGS)
    before = fit(genome())
    labels = get_shared_dataset("yva")
    labels[:] = 1 - labels
    after = fit(genome())
    assert after != before
    assert after == FitnessBackpropShared(**SETTINGS)(genome())
