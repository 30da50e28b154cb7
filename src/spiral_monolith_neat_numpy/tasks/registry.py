"""Tasks by name: drawn points, scikit-learn's shipped data sets, and CSV files."""

import logging
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from spiral_monolith_neat_numpy.arrays import FloatArray, IntArray
from spiral_monolith_neat_numpy.errors import DataError, check_integer
from spiral_monolith_neat_numpy.tasks.columns import (
    Column,
    all_numbers,
    check_present,
    columns_from_array,
    infer_column,
    text_column,
)
from spiral_monolith_neat_numpy.tasks.dataset import (
    DEFAULT_FRACTIONS,
    Dataset,
    Kind,
    Split,
    split_in_three,
)
from spiral_monolith_neat_numpy.tasks.generators import DEFAULT_NOISE, DRAWN_TASKS, draw_task
from spiral_monolith_neat_numpy.tasks.labels import class_column, classes_of
from spiral_monolith_neat_numpy.tasks.preprocess import Preprocessor
from spiral_monolith_neat_numpy.tasks.table import Table, file_name, listed, read_table, shown
from spiral_monolith_neat_numpy.tasks.target import (
    check_row_counts,
    choose_kind,
    kind_by_values,
    target_column,
)

SHIPPED_TASKS = ("iris", "wine", "breast_cancer", "digits", "diabetes")
DRAWN_NAMES = ("demo", *DRAWN_TASKS)
TASK_NAMES = (*DRAWN_NAMES, *SHIPPED_TASKS)
DRAWN_SIZES = (512, 256, 2048)  # training, validation and test points

_DEMO = "spiral"
_log = logging.getLogger(__name__)


@dataclass(frozen=True, eq=False)
class Task:
    """What an experiment runs on.

    Attributes:
        name: the task's name, or the file's name.
        split: training, validation and test part, encoded by ``preprocessor``: class
            indices, or for regression standardised targets.
        preprocessor: fitted on the training part; takes raw rows and gives raw targets back.
        is_drawn: whether its points are drawn at random, as many as were asked for.
    """

    name: str
    split: Split
    preprocessor: Preprocessor
    is_drawn: bool = False

    @property
    def kind(self) -> Kind:
        """The kind of task, "classification" or "regression"."""
        return self.preprocessor.kind


@dataclass(frozen=True)
class _CsvOptions:
    target: str | None
    kind: str | None
    impute: str | None


def load_task(
    name: str | os.PathLike[str],
    seed: int = 0,
    *,
    target: str | None = None,
    kind: str | None = None,
    impute: str | None = None,
    fractions: tuple[float, float, float] = DEFAULT_FRACTIONS,
) -> Task:
    """Load a task by name, or from a CSV file, split and ready for a network.

    "demo" and "spiral" (the same two spirals), "circles" and "xor" are drawn: 512 points to
    train, 256 to validate and 2,048 to test, three separate draws, coordinates unscaled. The
    data sets that scikit-learn ships ("iris", "wine", "breast_cancer", "digits", "diabetes")
    and CSV files are split by the seed, stratified by class, and standardised by their
    training part.

    Args:
        name: a task's name, or the path to a CSV file (see ``read_table``).
        seed: seed of draw and split, 0 to 2**64 - 1.
        target: name of the CSV's target column; the last column by default.
        kind: "classification" or "regression", for a CSV; None: see ``choose_kind``.
        impute: "median" fills the missing values of a CSV; None refuses them.
        fractions: shares of training, validation and test part of data that is split.

    Raises:
        DataError: an unknown task, an option that the task does not take, or data that cannot
            be used. The message says what was expected and what was found.
        ModuleNotFoundError: a shipped data set is asked for without scikit-learn.

    Example:
        >>> task = load_task("spiral", seed=42)
        >>> [part.X.shape for part in (task.split.train, task.split.validation, task.split.test)]
        [(512, 2), (256, 2), (2048, 2)]
    """
    check_integer("seed", seed, 0, 2**64 - 1)
    if name not in TASK_NAMES:
        return _load_csv(_existing_file(name), seed, _CsvOptions(target, kind, impute), fractions)
    known = str(name)
    for option, value in (("target", target), ("kind", kind), ("impute", impute)):
        if value is not None:
            raise DataError(f"{option} goes with a CSV file, got {value!r} with task {known!r}")
    if known in SHIPPED_TASKS:
        return _load_shipped(known, seed, fractions)
    if fractions != DEFAULT_FRACTIONS:
        raise DataError(f"fractions must be left out for task {known!r}, whose parts are drawn")
    return _draw(known, seed)


def _draw(name: str, seed: int) -> Task:
    source = _DEMO if name == "demo" else name
    draws = [draw_task(source, n, DEFAULT_NOISE, seed, part) for part, n in enumerate(DRAWN_SIZES)]
    preprocessor = Preprocessor.fit(
        draws[0][0], target_column(draws[0][1], "class"), kind="classification", scale=False
    )
    train, validation, test = (preprocessor.dataset(X, y) for X, y in draws)
    return Task(name, Split(train, validation, test), preprocessor, is_drawn=True)


def _load_shipped(name: str, seed: int, fractions: Sequence[float]) -> Task:
    try:
        from sklearn import datasets
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(
            f"task {name!r} needs scikit-learn, which is not installed; "
            "pip install 'spiral-monolith-neat-numpy[neat]'"
        ) from error
    # scaled=False: diabetes in its own units, since scaling is the training part's business.
    options = {"scaled": False} if name == "diabetes" else {}
    bunch = getattr(datasets, f"load_{name}")(**options)
    columns = columns_from_array(bunch.data, [str(feature) for feature in bunch.feature_names])
    is_class = "target_names" in bunch
    y = np.asarray(bunch.target_names)[bunch.target] if is_class else bunch.target
    goal = target_column(y)
    kind: Kind = "classification" if is_class else "regression"
    return _split_task(name, columns, goal, _Splitting(kind, None, seed, tuple(fractions)))


def _existing_file(name: str | os.PathLike[str]) -> Path:
    if not _is_file(name):
        raise DataError(
            f"task must be one of {listed(TASK_NAMES)} or the path to an existing CSV file, "
            f"got {shown(str(name))}"
        )
    return Path(name)


def _is_file(name: str | os.PathLike[str]) -> bool:
    try:
        return Path(name).is_file()
    except (OSError, TypeError, ValueError):  # too long, with a null character, no path at all
        return False


def _load_csv(path: Path, seed: int, options: _CsvOptions, fractions: Sequence[float]) -> Task:
    table = read_table(path)
    if len(table.header) < 2:
        raise DataError(
            f"{table.source} must have a target and at least one feature column, "
            f"got one column, {table.header[0]!r}"
        )
    goal = _read_target(table, options)
    kind = choose_kind(goal, options.kind)
    columns = [infer_column(table, name) for name in table.header if name != goal.name]
    if options.impute is None:
        for column in columns:
            check_present(column, "impute='median' fills them")
    return _split_task(
        file_name(path), columns, goal, _Splitting(kind, options.impute, seed, tuple(fractions))
    )


def _read_target(table: Table, options: _CsvOptions) -> Column:
    target = options.target
    if target is None:
        target = table.header[-1]
        _log.info("the target is the last column of %s, %r", table.source, target)
    elif target not in table.header:
        raise DataError(
            f"target must be a column of {table.source} ({listed(table.header)}), got {target!r}"
        )
    if options.kind == "classification" and not all_numbers(table, target):
        return text_column(table, target)
    column = infer_column(table, target)
    is_class = column.is_number and kind_by_values(column, options.kind) == "classification"
    return class_column(table, target) if is_class else column


@dataclass(frozen=True)
class _Splitting:
    kind: Kind
    impute: str | None
    seed: int
    fractions: tuple[float, ...]


def _split_task(name: str, columns: Sequence[Column], goal: Column, how: _Splitting) -> Task:
    parts = _part_rows(goal, how)
    fitted = [column.take(parts[0]) for column in columns]
    preprocessor = Preprocessor.fit(fitted, goal.take(parts[0]), kind=how.kind, impute=how.impute)

    def part(rows: IntArray) -> Dataset:
        return preprocessor.dataset([column.take(rows) for column in columns], goal.take(rows))

    train, validation, test = map(part, parts)
    return Task(name, Split(train, validation, test), preprocessor)


def _part_rows(goal: Column, how: _Splitting) -> tuple[IntArray, IntArray, IntArray]:
    check_row_counts(goal, how.kind, len(how.fractions))
    if how.kind == "classification":
        names, codes = classes_of(goal)
        return split_in_three(codes, how.seed, how.fractions, names)
    parts = split_in_three(np.zeros(goal.values.size), how.seed, how.fractions)
    _let_training_vary(goal.values, parts)
    return parts


def _let_training_vary(values: FloatArray, parts: tuple[IntArray, IntArray, IntArray]) -> None:
    """Exchange a row where all training rows have one target, but not all rows: it can learn."""
    train, *others = parts
    value = values[train[0]]
    if (values[train] != value).any():
        return
    for part in others:
        different = np.flatnonzero(values[part] != value)
        if different.size:
            at = different[0]
            train[0], part[at] = part[at], train[0]
            return
