"""Four measured data sets, 5 x 10-fold: evolved networks against scikit-learn's MLP(100).

One configuration for all, that of `spiral-neat run`. A fifth of a fold's training part,
stratified, chooses the champion; the scaling is fitted on the rest of it; the champion's
weights are at last trained on both, and the fold's test part is looked at once. The MLP has
the whole training part from the start, scaling included. The verdict is the
corrected resampled t-test (Nadeau & Bengio 2003): with a margin of 2 points fixed
beforehand, the lower end of the one-sided 95 % interval of the mean difference in accuracy
must lie above -0.02.

    python benchmarks/tables.py [--quick] [--json FILE]
"""

import os
import warnings
from concurrent.futures import ProcessPoolExecutor

import numpy as np
from scipy import stats
from sklearn.datasets import load_breast_cancer, load_digits, load_iris, load_wine
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import RepeatedStratifiedKFold, StratifiedShuffleSplit
from sklearn.neural_network import MLPClassifier
from sklearn.preprocessing import StandardScaler
from threadpoolctl import threadpool_limits

from spiral_monolith_neat_numpy.experiment.config import ExperimentConfig
from spiral_monolith_neat_numpy.experiment.run import run_experiment
from spiral_monolith_neat_numpy.tasks.columns import columns_from_array
from spiral_monolith_neat_numpy.tasks.dataset import Dataset, Split
from spiral_monolith_neat_numpy.tasks.preprocess import Preprocessor
from spiral_monolith_neat_numpy.tasks.registry import Task
from spiral_monolith_neat_numpy.tasks.target import target_column

from harness import Options, Report, read_options

MARGIN = 0.02
DATA_SETS = {
    "iris": (load_iris, 40),
    "wine": (load_wine, 60),
    "breast cancer": (load_breast_cancer, 60),
    "digits": (load_digits, 1_500),
}


def as_task(name: str, X: np.ndarray, y: np.ndarray, train: np.ndarray, test: np.ndarray) -> Task:
    """Return one fold as a task, its training part split in two by the number of a row."""
    part = StratifiedShuffleSplit(1, test_size=0.2, random_state=int(test[0]))
    learn, choose = (train[rows] for rows in next(part.split(X[train], y[train])))
    preprocessor = Preprocessor.fit(
        columns_from_array(X[learn]), target_column(y[learn]), kind="classification"
    )

    def dataset(rows: np.ndarray) -> Dataset:
        return preprocessor.dataset(columns_from_array(X[rows]), target_column(y[rows]))

    return Task(name, Split(dataset(learn), dataset(choose), dataset(test)), preprocessor)


def fold(job: tuple[str, np.ndarray, np.ndarray, int, int]) -> tuple[float, float, int, int]:
    """Return (our accuracy, MLP's accuracy, enabled connections, hidden nodes) of one fold."""
    name, train, test, seed, gens = job
    X, y = DATA_SETS[name][0](return_X_y=True)
    config = ExperimentConfig(name, gens=gens, pop=32, steps=40, seed=seed, workers=1)
    ours = run_experiment(config, task=as_task(name, X, y, train, test)).metrics
    scaler = StandardScaler().fit(X[train])
    # A worker per core already: BLAS threads of their own would only be in each other's way.
    with warnings.catch_warnings(), threadpool_limits(1):
        warnings.simplefilter("ignore", ConvergenceWarning)  # its default of 200 epochs
        mlp = MLPClassifier(hidden_layer_sizes=(100,), random_state=seed)
        mlp.fit(scaler.transform(X[train]), y[train])
    theirs = float(mlp.score(scaler.transform(X[test]), y[test]))
    return ours["test_accuracy"], theirs, ours["enabled_connections"], ours["hidden_nodes"]


def lower_end(difference: np.ndarray, test_share: float) -> float:
    """Return the lower end of the corrected one-sided 95 % interval of the mean difference.

    Args:
        difference: ``(n,)`` difference in accuracy of each fold.
        test_share: test rows per training row; 1/9 for 10 folds.
    """
    n = difference.size
    error = np.sqrt((1.0 / n + test_share) * difference.var(ddof=1))
    return float(difference.mean() - stats.t.ppf(0.95, n - 1) * error)


def measure(options: Options, first_seed: int = 0) -> Report:
    """Run all folds of every data set."""
    repeats, gens = (1, 3) if options.quick else (5, 12)
    names = ["iris", "wine"] if options.quick else list(DATA_SETS)
    seeds = range(first_seed, first_seed + 10 * repeats)
    report = Report("tables", seeds=seeds, options=options, packages=("scikit-learn",))
    with ProcessPoolExecutor(min(2, os.cpu_count() or 1)) as pool:
        for name in names:
            X, y = DATA_SETS[name][0](return_X_y=True)
            folds = RepeatedStratifiedKFold(n_splits=10, n_repeats=repeats, random_state=first_seed)
            jobs = [
                (name, train, test, seed, gens)
                for seed, (train, test) in zip(seeds, folds.split(X, y), strict=True)
            ]
            rows = np.array(list(pool.map(fold, jobs)))
            gap = rows[:, 0] - rows[:, 1]
            report.add(f"{name} accuracy", rows[:, 0].mean(), "share")
            report.add(f"{name} MLP(100) accuracy", rows[:, 1].mean(), "share")
            report.add(f"{name} lower end of gap", lower_end(gap, 1 / 9), "share", goal=-MARGIN)
            report.add_samples(
                f"{name} enabled connections",
                rows[:, 2],
                goal=DATA_SETS[name][1],
                goal_is_minimum=False,
            )
            report.add_samples(f"{name} hidden nodes", rows[:, 3])
    return report


if __name__ == "__main__":
    measure(read_options(__doc__)).finish()
