"""Where results go: proved before the run, without a trace when there was none."""

import importlib.util
from dataclasses import replace
from pathlib import Path

import pytest
from tests.experiment.tables import write_flowers

from spiral_monolith_neat_numpy.experiment import drawing
from spiral_monolith_neat_numpy.experiment.config import ExperimentConfig
from spiral_monolith_neat_numpy.experiment.files import (
    check_drawing,
    check_places,
    output_directory,
)
from spiral_monolith_neat_numpy.experiment.run import run_experiment


def test_directory_is_made_with_its_parents(tmp_path: Path) -> None:
    with output_directory(tmp_path / "a" / "b") as out:
        assert out.is_dir()
        assert list(out.iterdir()) == []
    assert out.is_dir()


def test_error_inside_leaves_no_directory_that_was_not_there(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    with pytest.raises(KeyboardInterrupt), output_directory(tmp_path / "a" / "b" / "c"):
        raise KeyboardInterrupt
    assert list(tmp_path.iterdir()) == [tmp_path / "a"]
    assert list((tmp_path / "a").iterdir()) == []


def test_error_inside_leaves_what_was_written(tmp_path: Path) -> None:
    def write_and_fail(out: Path) -> None:
        (out / "kept").touch()
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk"), output_directory(tmp_path / "a" / "b") as out:
        write_and_fail(out)
    assert (tmp_path / "a" / "b" / "kept").exists()


def test_error_inside_leaves_a_directory_that_was_there(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    with pytest.raises(ValueError, match="bad"), output_directory(tmp_path / "a"):
        raise ValueError("bad")
    assert (tmp_path / "a").is_dir()


@pytest.mark.parametrize(
    ("place", "reason", "error"),
    [
        ("file", "it is a file", FileExistsError),
        ("file/deep/down", "Not a directory", NotADirectoryError),
        ("n" * 300, "File name too long", OSError),
    ],
)
def test_place_that_cannot_be_a_directory_is_refused(
    tmp_path: Path, place: str, reason: str, error: type[OSError]
) -> None:
    (tmp_path / "file").write_text("mine")
    message = rf"^out must be a directory .* got '.*{place}': {reason}"
    with pytest.raises(error, match=message), output_directory(tmp_path / place):
        pass
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
    assert (tmp_path / "file").read_text() == "mine"


def test_directory_that_cannot_be_written_leaves_no_trace(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Tests may run as root, to whom no directory is read-only.
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("tempfile.TemporaryFile", refuse)
    with (
        pytest.raises(PermissionError, match=r"got '.*new': Permission denied"),
        output_directory(tmp_path / "new"),
    ):
        pass
    assert list(tmp_path.iterdir()) == []


def test_missing_matplotlib_is_known_without_importing_it(monkeypatch: pytest.MonkeyPatch) -> None:
    check_drawing()
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(ModuleNotFoundError, match=r"need matplotlib.*\[neat\].*pictures=False"):
        check_drawing()


def test_full_disk_leaves_an_earlier_run_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = ExperimentConfig("xor", gens=2, pop=8, steps=2, out=str(tmp_path))
    earlier = {path: path.read_bytes() for path in run_experiment(config).files}

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    message = f"^results cannot be written to '{tmp_path}': No space left on device$"
    with pytest.raises(OSError, match=message):
        run_experiment(replace(config, seed=1))
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == earlier


@pytest.mark.parametrize("name", ["history.csv", "model.npz", "topology.png"])
def test_results_take_the_place_of_nothing_else(tmp_path: Path, name: str) -> None:
    must = rf"^out must be a new directory or that of an earlier run, got '{tmp_path}': '{name}'"
    check_places(tmp_path)
    (tmp_path / name).write_text("mine")
    with pytest.raises(FileExistsError, match=f"{must} in it would be lost, and is not of a run"):
        check_places(tmp_path)
    with pytest.raises(FileExistsError, match=f"{must} in it is the data"):
        check_places(tmp_path, tmp_path / name)
    (tmp_path / name).unlink()
    (tmp_path / name).mkdir()
    with pytest.raises(IsADirectoryError, match=f"{must} in it is a directory"):
        check_places(tmp_path)


def test_a_run_may_follow_another_but_not_eat_its_own_data(tmp_path: Path) -> None:
    table = write_flowers(tmp_path / "flowers.csv")
    config = ExperimentConfig("xor", gens=1, pop=4, steps=1, out=str(tmp_path), pictures=False)
    first = {path: path.read_bytes() for path in run_experiment(config).files}
    run_experiment(replace(config, seed=1))
    assert first != {path: path.read_bytes() for path in first}
    second = {path: path.read_bytes() for path in tmp_path.iterdir()}
    table.replace(tmp_path / "history.csv")
    own = str(tmp_path / "history.csv")
    with pytest.raises(FileExistsError, match="'history.csv' in it is the data"):
        run_experiment(replace(config, task=own, target="species", impute="median"))
    assert Path(own).read_bytes() == second[table]


def test_a_picture_that_cannot_be_written_costs_no_result(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(drawing, "draw_topology", full)
    config = ExperimentConfig("xor", gens=1, pop=4, steps=1, out=str(tmp_path))
    result = run_experiment(config)
    names = ["model.npz", "history.csv", "metrics.json", "learning_curve.png"]
    assert {path.name for path in result.files} >= set(names)
    assert "topology.png" not in [path.name for path in tmp_path.iterdir()]
    assert "some pictures are missing, the model is written: [Errno 28] No space" in caplog.text
