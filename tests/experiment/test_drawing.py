"""Pictures of a run: which there are, and in whose units."""

import dataclasses
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.experiment.tables import write_houses

from spiral_monolith_neat_numpy.experiment import drawing
from spiral_monolith_neat_numpy.experiment.config import ExperimentConfig
from spiral_monolith_neat_numpy.experiment.result import ExperimentResult
from spiral_monolith_neat_numpy.experiment.run import run_experiment
from spiral_monolith_neat_numpy.pictures.topology import TopologyData

PNG = b"\x89PNG\r\n\x1a\n"
SMALL = ExperimentConfig("xor", gens=2, pop=6, steps=2, workers=1)


def run(task: str, seed: int = 0) -> ExperimentResult:
    return run_experiment(dataclasses.replace(SMALL, task=task, seed=seed))


def names(paths: Iterable[Path]) -> list[str]:
    found = list(paths)
    for path in found:
        assert path.read_bytes().startswith(PNG)
    return [path.name for path in found]


def test_regression_is_drawn_as_its_fit(tmp_path: Path) -> None:
    result = run(str(write_houses(tmp_path / "houses.csv")))
    found = names(drawing.draw_results(result, tmp_path))
    assert found == ["learning_curve.png", "topology.png", "regression_fit.png"]


def two_numbers(tmp_path: Path) -> Path:
    rng = np.random.default_rng(0)
    rows = rng.normal([1000.0, -5.0], [100.0, 0.1], size=(60, 2))
    lines = [f"{a:.3f},{b:.5f},{'yes' if a > 1000 else 'no'}" for a, b in rows]
    path = tmp_path / "two.csv"
    path.write_text("\n".join(["height,depth,class", *lines]) + "\n")
    return path


def test_boundary_of_two_scaled_columns_is_drawn_in_their_own_units(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: dict[str, Any] = {}

    def note(probabilities: Any, X: Any, y: Any, path: Path, *, labels: Any) -> Path:
        seen.update(probabilities=probabilities(X), X=X, y=y, labels=labels)
        return path

    monkeypatch.setattr(drawing, "draw_decision_boundary", note)
    result = run(str(two_numbers(tmp_path)))
    list(drawing.draw_results(result, tmp_path))
    assert 900.0 < seen["X"][:, 0].mean() < 1100.0
    assert seen["labels"].feature_names == ("height", "depth")
    np.testing.assert_allclose(
        seen["probabilities"], result.model.predict_proba(seen["X"]), rtol=1e-5
    )


@pytest.mark.parametrize("header", ["a,b,c,class", "a,class"])
def test_no_boundary_unless_there_are_two_numbers(tmp_path: Path, header: str) -> None:
    rng = np.random.default_rng(0)
    n = header.count(",")
    rows = [
        ",".join(f"{value:.3f}" for value in rng.normal(size=n)) + f",{'ab'[i % 2]}"
        for i in range(30)
    ]
    path = tmp_path / "table.csv"
    path.write_text("\n".join([header, *rows]) + "\n")
    assert drawing.DECISION_BOUNDARY not in names(drawing.draw_results(run(str(path)), tmp_path))


def test_one_category_of_two_levels_is_no_plane(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    rows = [f"{'red' if i % 2 else 'blue'},{'xy'[i % 3 > 0]}" for i in range(30)]
    path.write_text("\n".join(["colour,class", *rows]) + "\n")
    result = run(str(path))
    assert result.model.preprocessor.n_inputs == 2
    assert drawing.DECISION_BOUNDARY not in names(drawing.draw_results(result, tmp_path))


@pytest.mark.parametrize(
    ("task", "wanted"), [("xor", ("1",)), ("iris", ("setosa", "versicolor", "virginica"))]
)
def test_outputs_are_named_after_what_they_answer(task: str, wanted: tuple[str, ...]) -> None:
    assert drawing.output_names(run(task).model) == wanted


def test_output_of_a_regression_is_named_after_the_target() -> None:
    assert drawing.output_names(run("diabetes").model) == ("target",)


@pytest.mark.parametrize(
    ("task", "wanted"),
    [("xor", ["class 1"]), ("iris", ["setosa", "versicolor", "virginica"]), ("numbers", ["7"])],
)
def test_class_that_is_a_number_is_called_one_in_the_network(
    task: str, wanted: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[str] = []
    monkeypatch.setattr(
        drawing, "draw_topology", lambda *_, output_names, **__: drawn.extend(output_names)
    )
    if task == "numbers":  # a regression whose target bears a number for a name
        table = write_houses(tmp_path / "houses.csv")
        table.write_text(table.read_text().replace("price", "7", 1))
        task = str(table)
    drawing.draw_model(run(task).model, tmp_path / "net.png", title="net")
    assert drawn == wanted


def test_class_that_is_a_number_is_called_one_in_the_plane(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str] = []

    def note(*_: object, labels: Any) -> Path:
        seen.extend(labels.class_names)
        return tmp_path

    monkeypatch.setattr(drawing, "draw_decision_boundary", note)
    list(drawing.draw_results(run("xor"), tmp_path))
    assert seen == ["class 0", "class 1"]


@pytest.mark.parametrize(
    ("task", "wanted"), [("xor", "sigmoid"), ("iris", "softmax"), ("diabetes", "identity")]
)
def test_outputs_are_drawn_with_what_the_head_makes_of_them(
    task: str, wanted: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[TopologyData] = []
    monkeypatch.setattr(drawing, "draw_topology", lambda data, path, **_: drawn.append(data))
    drawing.draw_model(run(task).model, tmp_path / "net.png", title="net")
    kinds = drawn[0].node_kind
    assert {drawn[0].node_activation[i] for i in np.flatnonzero(kinds == 2).tolist()} == {wanted}
    assert {drawn[0].node_activation[i] for i in np.flatnonzero(kinds == 0).tolist()} == {
        "identity"
    }
