"""``spiral-neat run``: what it prints, where, and with which exit status."""

import json
import logging
import re
from pathlib import Path
from typing import Any

import pytest
from tests.experiment.tables import write_flowers, write_houses
from typer.testing import CliRunner, Result

from spiral_monolith_neat_numpy.cli import app
from spiral_monolith_neat_numpy.errors import FitnessError
from spiral_monolith_neat_numpy.evaluation.backprop import FitnessBackprop
from spiral_monolith_neat_numpy.experiment import result, warmup
from spiral_monolith_neat_numpy.genes.genome import Genome
from spiral_monolith_neat_numpy.tasks.model import load

SMALL = ("--gens", "3", "--pop", "8", "--steps", "5", "--seed", "3", "--no-pictures")


def call(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def one_line(text: str) -> str:
    return " ".join(text.split())


def test_summary_tells_the_three_scores_apart_and_where_each_file_lies(tmp_path: Path) -> None:
    table, out = write_flowers(tmp_path / "flowers.csv"), tmp_path / "out"
    result = call("run", table, "--target", "species", "--impute", "median", "--out", out, *SMALL)
    assert result.exit_code == 0
    assert "flowers.csv: classification of 'species', 3 classes, 7 inputs" in result.stdout
    metrics = json.loads((out / "metrics.json").read_text())
    for part, name, role in (
        ("train", "training", "trained on"),
        ("validation", "validation", "used to choose, then trained on"),
        ("test", "test", "never seen before"),
    ):
        accuracy, n = metrics[f"{part}_accuracy"], metrics[f"{part}_samples"]
        assert re.search(rf"{name} +{accuracy:.4f} +\d\.\d+ +{n} +{role}", result.stdout)
    for name in ("model.npz", "history.csv", "metrics.json"):
        assert re.search(rf"^  {re.escape(str(out / name))} +\w", result.stdout, re.MULTILINE)
    assert result.stderr == ""


def test_regression_is_summarised_by_r2(tmp_path: Path) -> None:
    table = write_houses(tmp_path / "houses.csv")
    result = call("run", table, *SMALL)
    assert result.exit_code == 0
    assert "houses.csv: regression of 'price', 3 inputs" in result.stdout
    assert re.search(r"R² +RMSE +samples", result.stdout)
    assert "Nothing was written; --out DIR keeps the model" in result.stdout
    assert "Note: the target is the last column of houses.csv, 'price'" in result.stderr


@pytest.mark.parametrize("lower", [0.0, 0.25, 1e-7])
def test_fitness_below_the_highest_of_the_run_is_explained(
    monkeypatch: pytest.MonkeyPatch, lower: float
) -> None:
    def choose(best: Genome, *rest: object) -> Genome:
        chosen = best.copy()
        assert best.fitness is not None
        chosen.fitness = best.fitness - lower
        return chosen

    monkeypatch.setattr(result, "choose_champion", choose)
    printed = one_line(call("run", "xor", *SMALL).stdout)
    explained = re.search(
        r"Its fitness, (\S+), is below the highest of the run, (\S+): it was chosen by "
        r"cross-entropy over training and validation rows, plus a charge for size\.",
        printed,
    )
    assert bool(explained) == bool(lower)
    if explained:
        assert float(explained[1]) < float(explained[2])
        assert float(explained[2]) - float(explained[1]) == pytest.approx(lower, abs=1e-3)


def test_json_is_one_object_and_nothing_else(tmp_path: Path) -> None:
    out = tmp_path / "out"
    result = call("run", "xor", "--json", "--out", out, *SMALL)
    assert result.exit_code == 0
    found = json.loads(result.stdout)
    assert found.pop("files") == [
        str(out / name) for name in ("model.npz", "history.csv", "metrics.json")
    ]
    assert found == json.loads((out / "metrics.json").read_text())


def test_quiet_prints_nothing(tmp_path: Path) -> None:
    result = call("run", write_houses(tmp_path / "houses.csv"), "--quiet", *SMALL)
    assert (result.exit_code, result.output) == (0, "")


def test_no_progress_where_there_is_no_terminal() -> None:
    assert "Evolving" not in call("run", "xor", *SMALL).output


def test_cold_start_says_what_it_waits_for(monkeypatch: pytest.MonkeyPatch) -> None:
    for what in ("is_loaded", "is_warm"):
        monkeypatch.setattr(warmup, what, lambda *kernels: False)
    cold = call("run", "xor", "--json", *SMALL)
    assert cold.stderr == ("Note: compiling kernels for this machine, once: up to a minute ...\n")
    json.loads(cold.stdout)


def test_warm_start_says_nothing_of_it() -> None:
    call("run", "xor", *SMALL)
    assert call("run", "xor", *SMALL).stderr == ""


def bad_table(path: Path, text: str) -> Path:
    path.write_text(text)
    return path


ROWS = "".join(f"{i},{i % 5}.5,{'ab'[i % 2]}\n" for i in range(20))


@pytest.mark.parametrize(
    ("text", "options", "message"),
    [
        ("", [], "must have a header and rows of data, got an empty file"),
        ("x,y,z\n", [], "must have rows of data, got a header only"),
        ("x,y,z\n1,2\n", [], "must have 3 fields in every row, like its header, got 2 in line 2"),
        ("x,y,z\n" + ROWS, ["--target", "kind"], "--target must be a column of table.csv ('x', "),
        ("x,y,z\n" + ROWS + "1,two,a\n", [], "'y' of table.csv must hold numbers, got 'two'"),
        ("x,y,z\n" + ROWS + "1,inf,a\n", [], "must hold finite numbers of at most 1e+100"),
        ("x,y,z\n" + ROWS + "1,nan,a\n", [], "got 1, the first in line 22; --impute median"),
        ("x,y,z\n" + ROWS + "1,2,\n", [], "a target is never imputed"),
        ("x,y,z\n1,2,a\n3,4,a\n5,6,a\n", [], "at least two classes to be a target, got only 'a'"),
        ("x,y,z\n" + ROWS, ["--kind", "ranking"], "--kind must be one of 'classification', 'reg"),
        ("x,y,z\n" + ROWS, ["--kind", "regression"], "must hold numbers to be the target of a reg"),
        ("x,y,z\n" + ROWS, ["--impute", "mean"], "--impute must be one of 'median', got 'mean'"),
    ],
)  # fmt: skip
def test_bad_table_is_one_message_and_leaves_nothing(
    tmp_path: Path, text: str, options: list[str], message: str
) -> None:
    table = bad_table(tmp_path / "table.csv", text)
    result = call("run", table, "--out", tmp_path / "new" / "out", *options, *SMALL)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert message in result.stderr
    assert result.stderr.count("Error: ") == 1
    assert list(tmp_path.iterdir()) == [table]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["run", "spirals"], "TASK must be one of 'demo', 'spiral', "),
        (["run", "xor", "--gens", "0"], "--gens must be >= 1, got 0"),
        (["run", "xor", "--pop", "1"], "--pop must be in [2, 10000000], got 1"),
        (["run", "xor", "--pop", "99999999999"], "--pop must be in [2, 10000000], got 99999999999"),
        (["run", "xor", "--steps", "-1"], "--steps must be in [0, 10000000], got -1"),
        (["run", "xor", "--seed", "-1"], "--seed must be in [0, 9223372036854775807], got -1"),
        (["run", "xor", "--out", ""], "--out must name a directory or be None, got ''"),
        (["run", "xor", "--workers", "0"], "--workers must be in [1, 1000], got 0"),
        (["run", "xor", "--target", "x"], "--target goes with a CSV file, got 'x' with task 'xor'"),
        (["run", "xor", "--kind", "regression"], "--kind goes with a CSV file"),
        (["run", "xor", "--impute", "median"], "--impute goes with a CSV file"),
        (["run", "xor", "--gens", "many"], "must be a whole number, got 'many'"),
        (["run", "xor", "--pop", "2.5"], "must be a whole number, got '2.5'"),
        (["run"], "Missing argument 'TASK'"),
        (["walk"], "No such command 'walk'"),
    ],
)
def test_bad_argument_is_one_message_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], message: str
) -> None:
    monkeypatch.chdir(tmp_path)
    options = ["--out", "new/out"] if len(arguments) > 1 and "--out" not in arguments else []
    result = call(*arguments, *options)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert message in one_line(result.stderr)
    assert "Traceback" not in result.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("place", "reason"), [("file", "it is a file"), ("file/below", "Not a directory")]
)
def test_directory_that_cannot_be_written_is_refused(
    tmp_path: Path, place: str, reason: str
) -> None:
    (tmp_path / "file").write_text("mine")
    result = call("run", "xor", "--out", tmp_path / place, *SMALL)
    assert result.exit_code == 2
    wanted = f"--out must be a directory that can be written, got '{tmp_path / place}': {reason}"
    assert result.stderr == f"Error: {wanted}\n"
    assert (tmp_path / "file").read_text() == "mine"


@pytest.mark.parametrize(
    ("variable", "value", "message"),
    [
        ("NEAT_EVAL_WORKERS", "two", "NEAT_EVAL_WORKERS must be a whole number >= 1, got 'two'"),
        ("NEAT_EVAL_BACKEND", "ray", "the back-end 'ray' is not there yet"),
    ],
)
def test_bad_environment_is_one_message_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, variable: str, value: str, message: str
) -> None:
    monkeypatch.setenv(variable, value)
    result = call("run", "xor", "--out", tmp_path / "out", *SMALL)
    assert result.exit_code == 2
    assert message in result.stderr
    assert list(tmp_path.iterdir()) == []


def fail_in_generation(
    monkeypatch: pytest.MonkeyPatch, generation: int, error: BaseException
) -> None:
    scored = FitnessBackprop.evaluate_population

    def fail(self: FitnessBackprop, population: Any, context: Any) -> Any:
        if context.generation == generation:
            raise error
        return scored(self, population, context)

    monkeypatch.setattr(FitnessBackprop, "evaluate_population", fail)


TIRED = FitnessError("the fitness failed on genome 17: it is tired", 17)


def test_failing_fitness_names_the_genome_and_keeps_the_best(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fail_in_generation(monkeypatch, 2, TIRED)
    result = call("run", "xor", "--out", tmp_path / "out", *SMALL)
    assert result.exit_code == 1
    assert result.stderr == (
        "Error: the fitness failed on genome 17: it is tired; the run ended after 2 of 3 "
        "generations, the best so far is kept and written\n"
    )
    assert load(tmp_path / "out" / "model.npz").info["metrics"]["generations"] == 2


def test_fitness_that_fails_at_once_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fail_in_generation(monkeypatch, 0, TIRED)
    result = call("run", "xor", "--out", tmp_path / "out", *SMALL)
    assert result.exit_code == 1
    assert result.stderr == "Error: the fitness failed on genome 17: it is tired\n"
    assert list(tmp_path.iterdir()) == []


def test_interrupt_keeps_the_best(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fail_in_generation(monkeypatch, 1, KeyboardInterrupt())
    result = call("run", "xor", "--json", "--out", tmp_path / "out", *SMALL)
    assert result.exit_code == 130
    assert "Interrupted: after 1 of 3 generations; the best so far is kept and" in result.stderr
    assert json.loads(result.stdout)["interrupted"] is True
    assert (tmp_path / "out" / "model.npz").exists()


def test_interrupt_before_anything_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fail_in_generation(monkeypatch, 0, KeyboardInterrupt())
    result = call("run", "xor", "--out", tmp_path / "out", *SMALL)
    assert result.exit_code == 130
    assert result.stderr == "Interrupted: nothing was finished\n"
    assert list(tmp_path.iterdir()) == []


def test_missing_matplotlib_is_said_before_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    result = call("run", "xor", "--out", tmp_path / "out", *SMALL[:-1])
    assert result.exit_code == 2
    assert "pictures need matplotlib" in result.stderr
    assert "[neat]" in result.stderr
    assert "--no-pictures" in result.stderr
    assert list(tmp_path.iterdir()) == []


def test_log_of_the_library_is_left_as_it_was() -> None:
    log = logging.getLogger("spiral_monolith_neat_numpy")
    before = (log.level, list(log.handlers))
    call("run", "nowhere.csv")
    assert (log.level, list(log.handlers)) == before
