"""``spiral-neat predict``: raw rows in, answers out."""

import csv
import io
import json
from pathlib import Path

import numpy as np
import pytest
from tests.experiment.tables import write_flowers, write_houses
from typer.testing import CliRunner, Result

from spiral_monolith_neat_numpy.cli import app
from spiral_monolith_neat_numpy.experiment.config import ExperimentConfig
from spiral_monolith_neat_numpy.experiment.run import run_experiment
from spiral_monolith_neat_numpy.tasks.model import Model, load
from spiral_monolith_neat_numpy.tasks.table import read_table


def call(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["predict", *(str(argument) for argument in arguments)])


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Both tables, and a model of each."""
    made = tmp_path_factory.mktemp("models")
    for task, target in (
        (write_flowers(made / "flowers.csv"), "species"),
        (write_houses(made / "houses.csv"), "price"),
    ):
        config = ExperimentConfig(
            str(task), gens=4, pop=8, steps=30, target=target, impute="median", workers=1
        )
        run_experiment(config).model.save(made / f"{task.stem}.npz")
    return made


@pytest.fixture(scope="module")
def flowers(folder: Path) -> Model:
    return load(folder / "flowers.npz")


def test_answers_are_csv_with_the_targets_name(folder: Path, flowers: Model) -> None:
    result = call(folder / "flowers.npz", folder / "flowers.csv")
    assert result.exit_code == 0
    wanted = flowers.predict(read_table(folder / "flowers.csv"))
    assert result.stdout == "\n".join(["species", *wanted]) + "\n"


def test_score_is_said_beside_the_answers(folder: Path, flowers: Model) -> None:
    table = read_table(folder / "flowers.csv")
    right = np.mean(flowers.predict(table) == np.array(table.cells("species"), dtype=object))
    result = call(folder / "flowers.npz", folder / "flowers.csv")
    assert result.stderr.startswith(f"Score: accuracy {right:.4f}, cross-entropy ")
    assert result.stderr.endswith("on 90 rows of flowers.csv\n")


def test_score_of_a_regression(folder: Path) -> None:
    result = call(folder / "houses.npz", folder / "houses.csv", "--json")
    found = json.loads(result.stdout)
    table = read_table(folder / "houses.csv")
    error = np.array(found["predictions"]) - np.array(table.cells("price"), dtype=float)
    assert found["rmse"] == pytest.approx(np.sqrt(np.mean(error**2)))
    assert result.stderr.startswith(f"Score: R² {found['r2']:.4f}, RMSE {found['rmse']:,.1f} on 80")


def test_answers_to_rows_without_the_target(folder: Path, tmp_path: Path) -> None:
    rows = [line.split(",") for line in (folder / "flowers.csv").read_text().splitlines()]
    path = tmp_path / "new.csv"
    path.write_text("\n".join(",".join([*row[:2], *row[3:]]) for row in rows) + "\n")
    result = call(folder / "flowers.npz", path)
    assert result.exit_code == 0
    assert result.stdout == call(folder / "flowers.npz", folder / "flowers.csv").stdout
    assert result.stderr == ""


@pytest.mark.parametrize("label", ["", "oak"])
def test_target_that_cannot_be_scored_is_no_obstacle(
    folder: Path, tmp_path: Path, label: str
) -> None:
    path = tmp_path / "new.csv"
    text = (folder / "flowers.csv").read_text(encoding="utf-8")
    path.write_text(text.replace("cedar", label, 1), encoding="utf-8")
    result = call(folder / "flowers.npz", path)
    assert result.exit_code == 0
    assert result.stdout == call(folder / "flowers.npz", folder / "flowers.csv").stdout
    assert result.stderr.startswith("Note: no score: column 'species' of new.csv must ")


def test_category_that_training_had_not_seen_is_a_warning(folder: Path, tmp_path: Path) -> None:
    path = tmp_path / "new.csv"
    path.write_text("petal,sepal,colour,site\n2.0,1000,green,north\n")
    result = call(folder / "flowers.npz", path)
    assert result.exit_code == 0
    assert result.stderr.startswith("Warning: column 'colour' of new.csv has categories that")
    assert result.stderr.count("\n") == 1


def test_number_too_far_from_those_of_training_is_one_message(folder: Path, tmp_path: Path) -> None:
    path = tmp_path / "new.csv"
    path.write_text("area,town\n50,old\n1e99,new\n")
    result = call(folder / "houses.npz", path)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith("Error: column 'area' of new.csv must hold numbers in")
    assert "got 1e+99 in line 3: too far from their mean" in result.stderr
    assert result.stderr.count("\n") == 1


def test_probabilities_follow_the_answer(folder: Path, flowers: Model) -> None:
    result = call(folder / "flowers.npz", folder / "flowers.csv", "--proba")
    rows = list(csv.reader(io.StringIO(result.stdout)))
    assert rows[0] == ["species", "p_ash", "p_beech", "p_cedar"]
    found = np.array([row[1:] for row in rows[1:]], dtype=float)
    wanted = flowers.predict_proba(read_table(folder / "flowers.csv"))
    np.testing.assert_array_equal(found, wanted)
    assert [row[0] for row in rows[1:]] == [rows[0][1 + k][2:] for k in found.argmax(axis=1)]


def test_probabilities_of_a_regression_are_refused(folder: Path) -> None:
    result = call(folder / "houses.npz", folder / "houses.csv", "--proba")
    assert result.exit_code == 2
    assert "--proba must go with a classification model" in result.stderr
    assert "a regression of 'price'" in result.stderr


def test_file_holds_what_would_have_been_printed(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "answers.csv"
    printed = call(folder / "flowers.npz", folder / "flowers.csv", "--proba").stdout
    result = call(folder / "flowers.npz", folder / "flowers.csv", "--proba", "--out", out)
    assert (result.exit_code, result.stdout) == (0, "")
    assert out.read_text() == printed


def test_json_is_one_object(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "answers.csv"
    result = call(folder / "flowers.npz", folder / "flowers.csv", "--json", "--proba", "--out", out)
    found = json.loads(result.stdout)
    assert found["target"] == "species"
    assert found["classes"] == ["ash", "beech", "cedar"]
    assert found["rows"] == len(found["predictions"]) == len(found["probabilities"]) == 90
    assert found["file"] == str(out)
    assert out.exists()


def test_answers_of_a_regression_are_exact(folder: Path) -> None:
    result = call(folder / "houses.npz", folder / "houses.csv")
    found = np.array(result.stdout.split()[1:], dtype=float)
    wanted = load(folder / "houses.npz").predict(read_table(folder / "houses.csv"))
    np.testing.assert_array_equal(found, wanted)


@pytest.mark.parametrize(
    ("model", "table", "message"),
    [
        ("none.npz", "flowers.csv", "MODEL must be a file that can be read, got '"),
        (".", "flowers.csv", "Is a directory"),
        ("flowers.csv", "flowers.csv", "must be a model file written by spiral-neat"),
        ("flowers.npz", "none.csv", "must be a readable CSV file"),
        ("flowers.npz", "houses.csv", "missing 'petal', 'sepal', 'colour', 'site', found 'area'"),
    ],
)
def test_bad_input_is_one_message(folder: Path, model: str, table: str, message: str) -> None:
    result = call(folder / model, folder / table)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert message in result.stderr
    assert result.stderr.count("Error: ") == result.stderr.count("\n") == 1


def test_model_cut_short_is_one_message(folder: Path, tmp_path: Path) -> None:
    path = tmp_path / "cut.npz"
    path.write_bytes((folder / "flowers.npz").read_bytes()[:-10])
    result = call(path, folder / "flowers.csv")
    assert result.exit_code == 2
    assert "cut.npz must be a model file written by spiral-neat, whole" in result.stderr


@pytest.mark.parametrize("place", ["none/answers.csv", "file/answers.csv", ""])
def test_file_that_cannot_be_written_is_one_message(
    folder: Path, tmp_path: Path, place: str
) -> None:
    (tmp_path / "file").touch()
    result = call(folder / "flowers.npz", folder / "flowers.csv", "--out", tmp_path / place)
    assert result.exit_code == 2
    assert f"--out must be a file that can be written, got '{tmp_path / place}': " in result.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


@pytest.mark.parametrize(("name", "argument"), [("m.npz", "MODEL"), ("t.csv", "CSV")])
def test_answers_take_the_place_of_no_input(
    folder: Path, tmp_path: Path, name: str, argument: str
) -> None:
    model, table = tmp_path / "m.npz", tmp_path / "t.csv"
    model.write_bytes((folder / "flowers.npz").read_bytes())
    table.write_bytes((folder / "flowers.csv").read_bytes())
    before = (tmp_path / name).read_bytes()
    result = call(model, table, "--out", tmp_path / name)
    assert result.exit_code == 2
    assert f"--out must be another file than {argument}, got '" in result.stderr
    assert (tmp_path / name).read_bytes() == before
