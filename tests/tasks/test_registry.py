"""Tasks by name or path: their parts, their options, and one error for every bad file."""

import logging
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spiral_monolith_neat_numpy.errors import DataError
from spiral_monolith_neat_numpy.tasks.dataset import Dataset
from spiral_monolith_neat_numpy.tasks.encoding import NumberEncoder
from spiral_monolith_neat_numpy.tasks.generators import make_circles, make_spirals, make_xor
from spiral_monolith_neat_numpy.tasks.registry import SHIPPED_TASKS, TASK_NAMES, Task, load_task
from spiral_monolith_neat_numpy.tasks.table import read_table


def parts(task: Task) -> tuple[Dataset, Dataset, Dataset]:
    return task.split.train, task.split.validation, task.split.test


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("tasks") / "flowers.csv"


def flowers(changes: dict[tuple[int, int], str] | None = None, n: int = 30) -> str:
    """Return a CSV of two numbers, a category and a class; changes are by (row, column)."""
    rows = [["length", "width", "colour", "species"]]
    for i in range(n):
        rows.append([f"{1 + 0.1 * i:.1f}", str(i % 7), ["red", "blue"][i % 2], "ab"[i % 2]])
    for (row, column), text in (changes or {}).items():
        rows[row][column] = text
    return "\n".join(",".join(row) for row in rows) + "\n"


@pytest.mark.parametrize(
    ("name", "make"),
    [
        ("demo", make_spirals),
        ("spiral", make_spirals),
        ("circles", make_circles),
        ("xor", make_xor),
    ],
)
def test_a_drawn_task_has_three_separate_draws_in_raw_coordinates(
    name: str, make: Callable[..., Any]
) -> None:
    task = load_task(name, seed=5)
    assert task.name == name
    assert task.kind == "classification"
    assert [part.n_samples for part in parts(task)] == [512, 256, 2048]
    X, y = make(512, seed=5)
    np.testing.assert_array_equal(task.split.train.X, X)
    np.testing.assert_array_equal(task.split.train.y, y)
    np.testing.assert_array_equal(task.preprocessor.transform(X), X)
    points = np.concatenate([part.X for part in parts(task)])
    assert len(np.unique(points, axis=0)) == 512 + 256 + 2048
    assert task.split.train.class_names == ("0", "1")


@pytest.mark.parametrize("name", SHIPPED_TASKS)
def test_a_shipped_data_set_is_split_60_20_20_and_scaled_by_its_training_part(name: str) -> None:
    pytest.importorskip("sklearn")
    task = load_task(name, seed=2)
    train, validation, test = parts(task)
    n = train.n_samples + validation.n_samples + test.n_samples
    for part, share in ((train, 0.6), (validation, 0.2), (test, 0.2)):
        assert part.n_samples == pytest.approx(share * n, abs=6)
    np.testing.assert_allclose(train.X.mean(axis=0), 0.0, atol=1e-9)
    np.testing.assert_allclose(train.X.std(axis=0), 1.0, atol=1e-9)
    if name == "diabetes":
        assert task.kind == "regression"
        assert train.y.std() == pytest.approx(1.0)
        raw = task.preprocessor.decode_target(test.y)
        assert 20.0 < raw.min() < raw.max() < 350.0
    else:
        shares = [np.bincount(part.y) / part.n_samples for part in parts(task)]
        np.testing.assert_allclose(shares[1], shares[0], atol=0.05)
        np.testing.assert_allclose(shares[2], shares[0], atol=0.05)


def test_iris_has_its_names() -> None:
    pytest.importorskip("sklearn")
    task = load_task("iris")
    assert task.split.train.class_names == ("setosa", "versicolor", "virginica")
    assert task.split.train.feature_names[0] == "sepal length (cm)"


def test_a_shipped_data_set_without_scikit_learn_names_the_extra(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "sklearn", None)
    with pytest.raises(ModuleNotFoundError, match=r"task 'iris' needs scikit-learn.*\[neat\]"):
        load_task("iris")


@pytest.mark.parametrize("name", ["circles", "wine"])
def test_the_same_seed_gives_the_same_task_and_another_another(name: str) -> None:
    pytest.importorskip("sklearn")
    one, same, other = load_task(name, 1), load_task(name, 1), load_task(name, 2)
    for a, b in zip(parts(one), parts(same), strict=True):
        np.testing.assert_array_equal(a.X, b.X)
        np.testing.assert_array_equal(a.y, b.y)
    assert not np.array_equal(one.split.train.X, other.split.train.X)


@pytest.mark.parametrize("name", ["spirl", "iris.csv", "", "x" * 5000, "a\0b", "/", 5, None])
def test_an_unknown_task_lists_the_known_ones_and_csv_files(name: str) -> None:
    with pytest.raises(DataError, match="task must be one of 'demo', ") as caught:
        load_task(name)
    message = str(caught.value)
    assert all(repr(known) in message for known in TASK_NAMES)
    assert "or the path to an existing CSV file, got '" in message


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"target": "y"}, "target goes with a CSV file, got 'y' with task 'demo'"),
        ({"kind": "regression"}, "kind goes with a CSV file"),
        ({"impute": "median"}, "impute goes with a CSV file"),
        ({"fractions": (0.5, 0.25, 0.25)}, "fractions must be left out for task 'demo'"),
    ],
)
def test_an_option_that_would_do_nothing_is_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(DataError, match=message):
        load_task("demo", **options)


def test_a_csv_is_split_stratified_and_encoded(path: Path) -> None:
    path.write_text(flowers())
    task = load_task(path, seed=3, target="species")
    assert task.name == "flowers.csv"
    assert [part.n_samples for part in parts(task)] == [18, 6, 6]
    assert all(np.bincount(part.y).tolist() == [part.n_samples // 2] * 2 for part in parts(task))
    train = task.split.train
    assert train.feature_names == ("length", "width", "colour=blue", "colour=red")
    np.testing.assert_allclose(train.X[:, :2].mean(axis=0), 0.0, atol=1e-12)
    # Rows and classes belong together: red flowers are of class a.
    assert all(np.array_equal(part.X[:, 3] == 1.0, part.y == 0) for part in parts(task))


def test_prediction_takes_the_raw_rows_of_a_csv(path: Path) -> None:
    path.write_text(flowers())
    task = load_task(str(path), seed=3)
    table = read_table(path)
    X = task.preprocessor.transform(table)
    y = task.preprocessor.table_target(table)
    assert y is not None
    assert X.shape == (30, 4)
    assert task.preprocessor.decode_target(y).tolist() == table.cells("species")
    rows = {tuple(row) for part in parts(task) for row in part.X.tolist()}
    assert rows == {tuple(row) for row in X.tolist()}


def test_the_last_column_is_the_target_by_default_and_said_so(
    path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path.write_text(flowers())
    with caplog.at_level(logging.INFO):
        task = load_task(path)
    assert task.preprocessor.target_name == "species"
    assert "the target is the last column of flowers.csv, 'species'" in caplog.messages


def test_a_continuous_target_is_a_regression(path: Path) -> None:
    path.write_text(flowers())
    task = load_task(path, target="length")
    assert task.kind == "regression"
    assert task.split.train.y.mean() == pytest.approx(0.0, abs=1e-12)
    raw = np.concatenate([task.preprocessor.decode_target(part.y) for part in parts(task)])
    np.testing.assert_allclose(np.sort(raw), 1.0 + 0.1 * np.arange(30))


def test_the_kind_can_be_overruled(path: Path) -> None:
    path.write_text(flowers())
    assert load_task(path, target="width").kind == "classification"
    assert load_task(path, target="width", kind="regression").kind == "regression"


def test_numbers_and_words_may_be_classes_when_asked_for(path: Path) -> None:
    lines = ["x,y"] + [f"{i},{'other' if i % 11 == 0 else i % 11}" for i in range(66)]
    path.write_text("\n".join(lines))
    with pytest.raises(
        DataError, match=r"'y' of flowers\.csv must hold numbers, got 'other' in line 2"
    ):
        load_task(path)
    task = load_task(path, kind="classification")
    assert task.split.train.class_names == tuple(sorted([*map(str, range(1, 11)), "other"]))


def test_missing_values_are_refused_with_line_and_count_or_imputed(path: Path) -> None:
    path.write_text(flowers({(4, 0): "NA", (7, 0): "", (9, 2): "?"}))
    message = (
        r"'length' of flowers\.csv must have no missing values, got 2, the first in line 5; "
        "impute='median' fills them"
    )
    with pytest.raises(DataError, match=message):
        load_task(path)
    task = load_task(path, impute="median")
    assert sum(part.n_samples for part in parts(task)) == 30
    assert all(np.isfinite(part.X).all() for part in parts(task))


def test_fills_are_learned_from_the_training_part_alone(path: Path) -> None:
    path.write_text(flowers({(1, 0): "NA"}))
    task = load_task(path, seed=1, impute="median")
    encoder = task.preprocessor.encoders[0]
    assert isinstance(encoder, NumberEncoder)
    raw = task.split.train.X[:, 0] * encoder.scale + encoder.mean
    # The training part with its own filled value has the median that filled it.
    assert encoder.fill == pytest.approx(np.median(raw), abs=0.051)


def test_a_category_of_the_validation_part_alone_is_only_a_warning(
    path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    seen = []
    for row in range(1, 31):
        path.write_text(flowers({(row, 2): "violet"}))
        caplog.clear()
        task = load_task(path, seed=1)
        seen.append("colour=violet" in task.preprocessor.feature_names)
        assert seen[-1] == (not caplog.messages or "'violet'" not in caplog.messages[-1])
    assert any(seen)
    assert not all(seen)


FEW = (
    r"column 'species' of flowers\.csv must have at least 3 rows of each class, one for .* split, "
)


@pytest.mark.parametrize(
    ("text", "options", "message"),
    [
        ("", {}, "flowers.csv must have a header and rows of data, got an empty file"),
        ("a,b\n", {}, "must have rows of data, got a header only"),
        ("a\n1\n2\n", {}, "a target and at least one feature column, got one column, 'a'"),
        (
            flowers({(5, 1): "oops"}),
            {},
            r"'width' of flowers\.csv must hold numbers, got 'oops' in line 6",
        ),
        (flowers({(5, 1): "inf"}), {}, "'width' .* must hold finite numbers .* got inf in line 6"),
        (flowers({(5, 3): "NA"}), {"impute": "median"}, "'species' .* a target is never imputed"),
        (flowers({(5, 3): "c"}), {}, FEW + "got 1 of class 'c', in line 6"),
        (flowers(n=4), {}, FEW + "got 2 of class 'a', in line 2 and line 4"),
        ("x,y\n1,2.5\n2,3.5\n", {}, r"flowers\.csv must have at least 3 rows, .* got 2"),
        (flowers().replace(",b\n", ",a\n"), {}, "at least two classes .* got only 'a' in all 30"),
        (flowers(), {"target": "spices"}, r"target must be a column of flowers\.csv \('length', "),
        (flowers(), {"kind": "regression"}, "must hold numbers to be the target of a regression"),
        (flowers(), {"impute": "mean"}, "impute must be one of 'median', got 'mean'"),
        (flowers(), {"fractions": (0.5, 0.5)}, "fractions must be three"),
        (flowers(), {"seed": -1}, "seed must be in .* got -1"),
        ("id,y\n" + "".join(f"n{i},{i % 2}\n" for i in range(200)), {}, "'id' .* 100 categories"),
        ("x,y\n" + "".join(f"5,{i % 2}\n" for i in range(20)), {}, "got constant ones only: 'x'"),
    ],
)
def test_a_csv_that_cannot_be_used_is_one_clear_error(
    path: Path, text: str, options: dict[str, Any], message: str
) -> None:
    path.write_text(text)
    with pytest.raises(ValueError, match=message):
        load_task(path, **options)


@pytest.mark.parametrize(
    ("labels", "names"),
    [
        (("007", "012", "100"), ("007", "012", "100")),
        (("1", "1.0", "2"), ("1", "2")),
        (("9007199254740993", "9007199254740992"), ("9007199254740992", "9007199254740993")),
    ],
)
@pytest.mark.parametrize("kind", [None, "classification"])
def test_classes_are_named_as_they_are_written(
    path: Path, labels: tuple[str, ...], names: tuple[str, ...], kind: str | None
) -> None:
    rows = [f"{i % len(labels)}.{i}5,{labels[i % len(labels)]}" for i in range(60)]
    path.write_text("\n".join(["x,y", *rows]))
    task = load_task(path, 1, kind=kind)
    assert task.preprocessor.class_names == names
    assert set(task.preprocessor.decode_target(task.split.test.y)) == set(names)
    y = task.preprocessor.table_target(read_table(path))
    assert y is not None
    assert set(task.preprocessor.decode_target(y[:1])) == {labels[0]}


def test_target_that_varies_varies_in_the_training_part(path: Path) -> None:
    rows = [f"{i}.5,{'2.5' if i == 11 else '1.5'}" for i in range(30)]
    path.write_text("\n".join(["x,y", *rows]))
    for seed in range(10):
        task = load_task(path, seed)
        train, validation, test = parts(task)
        assert np.ptp(train.y) > 0.0
        assert (train.n_samples, validation.n_samples, test.n_samples) == (18, 6, 6)
        x = np.concatenate([part.X[:, 0] for part in parts(task)])
        assert np.unique(x).size == 30


@pytest.mark.parametrize(("column", "header"), [("x", "x,y"), ("y", "y,x")])
def test_number_far_from_those_of_the_training_part_is_named(
    path: Path, column: str, header: str
) -> None:
    """As a feature and as the target, wherever the split puts it."""
    rows = [f"{5.0 + 1e-12 * (i % 3)},{i}.5" for i in range(30)]
    rows[7] = "1e99,7.5"
    path.write_text("\n".join([header, *rows]))
    refused = 0
    for seed in range(6):
        try:
            load_task(path, seed, target="y")
        except DataError as error:
            refused += 1
            wanted = (
                f"column '{column}' of {path.name} must hold numbers in the range of the training"
            )
            assert str(error).startswith(wanted)  # noqa: PT017 - the split decides
            assert "got 1e+99 in line 9: too far from their mean 5 for " in str(error)  # noqa: PT017
    assert 0 < refused < 6


CELLS = st.sampled_from(["1", "2.5", "-3", "a", "b", "NA", "", "inf", "1e99", '"q,"', "nan", "x;y"])


@given(data=st.data())
def test_any_table_is_a_task_or_a_data_error(path: Path, data: st.DataObject) -> None:
    width = data.draw(st.integers(1, 3))
    row = st.lists(CELLS, min_size=width, max_size=width).map(",".join)
    rows = data.draw(st.lists(row, max_size=14))
    path.write_text("\n".join([",".join("abc"[:width]), *rows * data.draw(st.integers(1, 3))]))
    impute = data.draw(st.sampled_from([None, "median"]))
    try:
        task = load_task(path, seed=data.draw(st.integers(0, 9)), impute=impute)
    except DataError as error:
        assert " must " in str(error)  # noqa: PT017 - either outcome is right
    else:
        assert all(np.isfinite(part.X).all() for part in parts(task))
        assert all(np.isfinite(part.y).all() for part in parts(task))


@given(st.text(max_size=80))
def test_any_text_is_a_task_or_a_data_error(path: Path, text: str) -> None:
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    try:
        load_task(path)
    except DataError as error:
        assert " must " in str(error)  # noqa: PT017 - either outcome is right
