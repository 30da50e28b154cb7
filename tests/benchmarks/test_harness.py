"""The benchmarks' shared harness: what it prints and what it writes."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from harness import Options, Report, read_options, time_calls


def make_report(path: Path | None = None, seeds: tuple[int, ...] = (0,)) -> Report:
    return Report("probe", seeds=seeds, options=Options(quick=True, json=path))


def written_figures(report: Report, path: Path) -> dict[str, Any]:
    report.finish()
    figures = json.loads(path.read_text(encoding="utf-8"))
    assert isinstance(figures, dict)
    return figures


def test_options_default_to_the_full_run_without_a_file() -> None:
    assert read_options("what it measures", []) == Options(quick=False, json=None)


def test_options_are_read_from_the_command_line() -> None:
    options = read_options("what it measures", ["--quick", "--json", "figures.json"])
    assert options == Options(quick=True, json=Path("figures.json"))


def test_unknown_option_exits_with_status_2(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        read_options("what it measures", ["--fast"])
    assert stop.value.code == 2
    assert "--fast" in capsys.readouterr().err


def test_head_names_seeds_versions_machine_and_date(capsys: pytest.CaptureFixture[str]) -> None:
    make_report(seeds=(0, 1, 2, 3))
    printed = capsys.readouterr().out
    assert "seeds: 0 to 3\n" in printed
    assert f"numpy: {np.__version__}\n" in printed
    for name in ("date", "python", "numba", "processor", "usable cores", "blas"):
        assert f"{name}: " in printed


@pytest.mark.parametrize(
    ("seeds", "words"), [((), "none"), ((7,), "7"), ((3, 1, 2), "3, 1, 2"), ((1, 2, 4), "1, 2, 4")]
)
def test_seeds_that_are_no_range_are_listed(seeds: tuple[int, ...], words: str) -> None:
    assert make_report(seeds=seeds).figures["seeds"] == words


@pytest.mark.parametrize(
    ("value", "goal", "goal_is_minimum", "verdict"),
    [
        (0.98, 0.98, True, "met"),
        (0.97, 0.98, True, "missed"),
        (2.5, 2.5, False, "met"),
        (2.6, 2.5, False, "missed"),
    ],
)
def test_goal_is_judged_by_the_measured_figure(
    value: float,
    goal: float,
    goal_is_minimum: bool,
    verdict: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    report = make_report()
    report.add("wall time", value, "s", goal=goal, goal_is_minimum=goal_is_minimum)
    row = capsys.readouterr().out.splitlines()[-1]
    assert row.split()[-1] == verdict
    assert f"{value:g}" in row
    assert f"{goal:g}" in row
    assert report.figures["wall_time_verdict"] == verdict


def test_samples_give_median_and_spread(capsys: pytest.CaptureFixture[str]) -> None:
    report = make_report()
    report.add_samples("time", [3.0, 1.0, 10.0], "s", goal=4.0, goal_is_minimum=False)
    row = capsys.readouterr().out.splitlines()[-1]
    assert "1 .. 10 of 3" in row
    figures = report.figures
    assert (figures["time"], figures["time_least"], figures["time_most"]) == (3.0, 1.0, 10.0)
    assert figures["time_measurements"] == 3
    assert figures["time_verdict"] == "met"


def test_json_is_one_flat_object_of_numbers_and_words(tmp_path: Path) -> None:
    path = tmp_path / "figures.json"
    report = make_report(path)
    report.add("edges", np.int64(40), goal=40, goal_is_minimum=False)
    report.add("accuracy, mean", np.float32(0.5), "share", goal=0.9)
    report.add("champion", "genome 12")
    figures = written_figures(report, path)
    assert all(isinstance(value, int | float | str) for value in figures.values())
    assert figures["edges"] == 40
    assert figures["accuracy_mean"] == 0.5
    assert figures["accuracy_mean_goal"] == ">= 0.9"
    assert figures["champion"] == "genome 12"
    assert (figures["goals"], figures["goals_met"]) == (2, 1)


def test_finish_counts_the_goals(capsys: pytest.CaptureFixture[str]) -> None:
    report = make_report()
    report.add("a", 1.0, goal=0.0)
    report.add("b", 1.0, goal=2.0)
    report.finish()
    assert "1 of 2 goals met" in capsys.readouterr().out


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf")])
def test_figure_that_is_not_finite_is_refused(value: float) -> None:
    with pytest.raises(ValueError, match="loss must be a finite number, got"):
        make_report().add("loss", value)
    with pytest.raises(ValueError, match="loss must be a finite number, got"):
        make_report().add_samples("loss", [1.0, value])


@pytest.mark.parametrize("name", ["loss", "Loss", "seeds", "", "--"])
def test_name_without_a_key_of_its_own_is_refused(name: str) -> None:
    report = make_report()
    report.add("loss", 1.0)
    with pytest.raises(ValueError, match="name must be a new one in this report, got"):
        report.add(name, 2.0)


def test_samples_must_not_be_empty() -> None:
    with pytest.raises(ValueError, match="time must have at least one value, got none"):
        make_report().add_samples("time", [])


def test_word_cannot_have_a_goal() -> None:
    with pytest.raises(ValueError, match="champion must be a number to have a goal, got 'x'"):
        make_report().add("champion", "x", goal=1.0)


def test_timed_calls_are_as_many_as_asked_after_the_warm_up() -> None:
    calls: list[int] = []
    seconds = time_calls(lambda: calls.append(1), repeats=3, warm_up=2)
    assert len(seconds) == 3
    assert len(calls) == 5
    assert all(second >= 0.0 for second in seconds)
