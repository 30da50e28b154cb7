"""The learning curve is drawn for any run, the shortest and the worst included."""

import math
from pathlib import Path

import pytest
from tests.pictures.images import assert_drawn, record

from spiral_monolith_neat_numpy.evolution.records import GenerationRecord
from spiral_monolith_neat_numpy.pictures.learning_curve import draw_learning_curve

LONG = [record(generation) for generation in range(40)]


@pytest.mark.parametrize(
    "records",
    [
        pytest.param(LONG, id="a run"),
        pytest.param(LONG[:1], id="one generation"),
        pytest.param([record(g, mean_fitness=-math.inf) for g in range(5)], id="no mean"),
        pytest.param(
            [record(g, best_fitness=-math.inf, mean_fitness=-math.inf) for g in range(3)],
            id="nothing scored",
        ),
        pytest.param(
            [record(g, mean_fitness=-(10.0 ** (6 - g))) for g in range(9)], id="bad start"
        ),
        pytest.param(
            [record(g, best_fitness=0.5, mean_fitness=0.5 - (g == 0)) for g in range(20)],
            id="flat but for one",
        ),
    ],
)
def test_picture_is_whole(tmp_path: Path, records: list[GenerationRecord]) -> None:
    path = draw_learning_curve(records, tmp_path / "a.png")
    assert path == tmp_path / "a.png"
    assert_drawn(path, 7.6, 5.2)


def test_same_records_give_the_same_bytes(tmp_path: Path) -> None:
    first = draw_learning_curve(LONG, tmp_path / "a.png").read_bytes()
    assert draw_learning_curve(LONG, tmp_path / "b.png").read_bytes() == first


def test_no_records_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="records must hold at least one generation"):
        draw_learning_curve([], tmp_path / "a.png")
    assert list(tmp_path.iterdir()) == []
