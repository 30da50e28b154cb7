"""``spiral-neat show``: a model in words, in JSON and as a picture."""

import json
import re
from pathlib import Path

import pytest
from tests.experiment.tables import write_flowers
from typer.testing import CliRunner, Result

from spiral_monolith_neat_numpy.cli import app
from spiral_monolith_neat_numpy.evolution.modelfile import write_model
from spiral_monolith_neat_numpy.experiment.config import ExperimentConfig
from spiral_monolith_neat_numpy.experiment.run import run_experiment
from spiral_monolith_neat_numpy.genes.genome import ConnectionGene, NodeGene
from spiral_monolith_neat_numpy.tasks.model import Model, load


def call(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["show", *(str(argument) for argument in arguments)])


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model of flowers with a hidden node; one column of the table never changes."""
    folder = tmp_path_factory.mktemp("show")
    table = write_flowers(folder / "flowers.csv")
    lines = table.read_text().splitlines()
    table.write_text("\n".join([f"planet,{lines[0]}", *(f"earth,{x}" for x in lines[1:])]) + "\n")
    config = ExperimentConfig(
        str(table), gens=2, pop=6, steps=10, target="species", impute="median", workers=1
    )
    result = run_experiment(config)
    grown = result.best
    output = result.model.preprocessor.n_inputs
    grown.nodes[99] = NodeGene(99, "hidden", 0.25, "gaussian")
    grown.connections[9998] = ConnectionGene(0, 99, 1.5, innovation=9998)
    grown.connections[9999] = ConnectionGene(99, output, -0.5, innovation=9999)
    return Model(grown, result.model.preprocessor, result.model.info).save(folder / "model.npz")


def test_words_tell_columns_network_and_scores(path: Path) -> None:
    result = call(path)
    assert (result.exit_code, result.stderr) == (0, "")
    text = result.stdout
    assert f"{path}: flowers.csv, classification of 'species'" in text
    assert "classes: 'ash', 'beech', 'cedar'" in text
    assert re.search(r"petal +number, mean [\d.]+, scale [\d.]+ +become [\d.]+ +1", text)
    assert re.search(r"colour +category: 'blue', 'red', 'white' +become '\w+' +3", text)
    assert re.search(r"planet +not used: the same in all training rows +0", text)
    assert re.search(r"hidden 99 +gaussian +\+0\.2500", text)
    assert re.search(r"species=ash +\(softmax\) +[+-]\d", text)
    for part, role in (("training", "trained on"), ("test", "never seen before")):
        assert re.search(rf"{part} +[01]\.\d+ .* {role}", text)


def test_every_connection_is_listed_with_names_and_weight(path: Path) -> None:
    text = call(path).stdout
    for edge in json.loads(call(path, "--json").stdout)["connections"]:
        line = rf"{edge['from']} +{edge['to']} +\{'+' if edge['weight'] >= 0 else '-'}"
        assert re.search(line + f"{abs(edge['weight']):.4f}", text)


def test_json_is_the_whole_model_with_names(path: Path) -> None:
    result = call(path, "--json")
    found, model = json.loads(result.stdout), load(path)
    genes = model.genome.genes
    assert found["inputs"] == list(model.preprocessor.feature_names)
    assert [node["name"] for node in found["outputs"]] == [
        "species=ash", "species=beech", "species=cedar",
    ]  # fmt: skip
    assert len(found["hidden"]) == model.genome.n_hidden
    weights = {edge["innovation"]: edge["weight"] for edge in found["connections"]}
    assert weights == dict(
        zip(genes.edge_innovation.tolist(), genes.edge_weight.tolist(), strict=True)
    )
    assert sum(edge["enabled"] for edge in found["connections"]) == model.genome.n_enabled
    assert found["info"] == model.info
    assert found["task"] == "flowers.csv"


def test_large_network_is_listed_in_part(tmp_path: Path) -> None:
    result = run_experiment(ExperimentConfig("digits", gens=1, pop=2, steps=0, workers=1))
    path = result.model.save(tmp_path / "digits.npz")
    text = call(path).stdout
    assert re.search(r"\.\.\. and [\d,]+ more connections; --json lists all", text)
    assert text.count("\n") < 200
    assert len(json.loads(call(path, "--json").stdout)["connections"]) > 500


def test_model_without_scores_is_shown(path: Path, tmp_path: Path) -> None:
    model = load(path)
    bare = write_model(tmp_path / "bare.npz", model.genome, model.preprocessor.to_json())
    result = call(bare)
    assert result.exit_code == 0
    assert "Scores" not in result.stdout
    assert json.loads(call(bare, "--json").stdout)["task"] is None


def test_scores_of_somebody_else_are_shown_as_far_as_they_go(path: Path, tmp_path: Path) -> None:
    model = load(path)
    metrics = {"test_accuracy": 0.5, "test_samples": "many"}
    odd = Model(model.genome, model.preprocessor, {"metrics": metrics})
    result = call(odd.save(tmp_path / "odd.npz"))
    assert result.exit_code == 0
    assert re.search(r"training +- +- +- ", result.stdout)
    assert re.search(r"test +0\.5000 +- +- ", result.stdout)


@pytest.mark.parametrize(("suffix", "start"), [(".png", b"\x89PNG"), (".svg", b"<?xml")])
def test_network_is_drawn(path: Path, tmp_path: Path, suffix: str, start: bytes) -> None:
    picture = tmp_path / f"net{suffix}"
    result = call(path, "--png", picture)
    assert result.exit_code == 0
    assert f"Drawn: {picture}" in result.stdout
    assert picture.read_bytes().startswith(start)


@pytest.mark.parametrize(
    ("place", "message"),
    [
        ("net.gif", "--png must end in one of .png, .svg, .pdf, got '"),
        ("none/net.png", "there is no directory"),
    ],
)
def test_picture_that_cannot_be_drawn_is_one_message(
    path: Path, tmp_path: Path, place: str, message: str
) -> None:
    result = call(path, "--png", tmp_path / place)
    assert result.exit_code == 2
    assert message in result.stderr
    assert result.stdout == ""
    assert list(tmp_path.iterdir()) == []


def test_newer_file_is_one_message(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = load(path)
    monkeypatch.setattr("spiral_monolith_neat_numpy.evolution.modelfile.FORMAT", 9)
    newer = model.save(tmp_path / "newer.npz")
    monkeypatch.undo()
    result = call(newer)
    assert result.exit_code == 2
    assert "got format 9: it was written by a newer version; upgrade" in result.stderr


def test_names_that_look_like_markup_stay_as_they_are(tmp_path: Path) -> None:
    table = tmp_path / "odd.csv"
    rows = [f"{i % 7},{i},{'[red]x[/red]' if i % 2 else ':smile:'}" for i in range(40)]
    table.write_text("\n".join(["[bold]a[/bold],b,c", *rows]) + "\n")
    config = ExperimentConfig(str(table), gens=1, pop=2, steps=0, workers=1)
    path = run_experiment(config).model.save(tmp_path / "odd.npz")
    text = call(path).stdout
    assert "[bold]a[/bold]" in text
    assert "'[red]x[/red]'" in text
    assert "':smile:'" in text
