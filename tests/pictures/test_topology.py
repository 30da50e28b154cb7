"""Networks from the smallest to the largest are drawn, always alike."""

from pathlib import Path

import numpy as np
import pytest
from tests.pictures.images import assert_drawn, network, pixels

from spiral_monolith_neat_numpy.pictures import style
from spiral_monolith_neat_numpy.pictures.topology import TopologyData, draw_topology
from spiral_monolith_neat_numpy.settings import ACTIVATION_NAMES

SIZES = {
    "no hidden node": (2, 0, 1, 1.0),
    "two inputs": (2, 10, 1, 0.4),
    "table": (30, 20, 1, 0.1),
    "digits": (64, 20, 10, 0.15),
    "deep": (3, 60, 2, 0.05),
    "images": (784, 5, 10, 0.02),
}


@pytest.mark.parametrize("size", SIZES.values(), ids=SIZES.keys())
def test_picture_is_whole(tmp_path: Path, size: tuple[int, int, int, float]) -> None:
    path = draw_topology(network(*size), tmp_path / "a.png", title="A network")
    height, width, _ = pixels(path).shape
    assert_drawn(path, width / 150, height / 150)
    assert 700 < width < 4000
    assert 250 < height < 1600


def test_given_names_are_drawn(tmp_path: Path) -> None:
    data = network(2, 3, 1, 0.8)
    plain = draw_topology(data, tmp_path / "a.png").read_bytes()
    named = draw_topology(
        data, tmp_path / "b.png", input_names=["length (cm)", "$"], output_names=["x" * 60]
    )
    assert named.read_bytes() != plain
    height, width, _ = pixels(named).shape
    assert_drawn(named, width / 150, height / 150)


def test_same_network_gives_the_same_bytes(tmp_path: Path) -> None:
    first = draw_topology(network(4, 8, 3, 0.5), tmp_path / "a.png").read_bytes()
    assert draw_topology(network(4, 8, 3, 0.5), tmp_path / "b.png").read_bytes() == first


def test_sign_of_a_weight_shows_as_its_colour(tmp_path: Path) -> None:
    def blueness(weight: float) -> float:
        data = TopologyData(
            node_id=np.array([0, 1]),
            node_kind=np.array([0, 2]),
            node_activation=["identity", "sigmoid"],
            node_bias=np.zeros(2),
            edge_source=np.array([0]),
            edge_target=np.array([1]),
            edge_weight=np.array([weight]),
            edge_enabled=np.array([True]),
        )
        seen = pixels(draw_topology(data, tmp_path / "a.png")).astype(np.float64)
        return float((seen[:, :, 2] - seen[:, :, 0]).sum())

    assert blueness(2.0) > blueness(-2.0) + 1e5


def test_network_without_enabled_edges_is_drawn(tmp_path: Path) -> None:
    data = network(2, 0, 1, 1.0)
    off = TopologyData(
        **{
            **{name: getattr(data, name) for name in data.__dataclass_fields__},
            "edge_enabled": np.zeros(2, dtype=np.bool_),
        }
    )
    path = draw_topology(off, tmp_path / "a.png")
    height, width, _ = pixels(path).shape
    assert_drawn(path, width / 150, height / 150)


def test_wrong_names_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="input_names must hold 2 names, got 1"):
        draw_topology(network(2, 0, 1, 1.0), tmp_path / "a.png", input_names=["a"])
    with pytest.raises(ValueError, match="output_names must hold 1 names, got 2"):
        draw_topology(network(2, 0, 1, 1.0), tmp_path / "a.png", output_names=["a", "b"])
    assert list(tmp_path.iterdir()) == []


def test_every_activation_has_a_colour_of_its_own() -> None:
    assert set(style.ACTIVATION_COLOURS) == set(ACTIVATION_NAMES)
    assert len(set(style.ACTIVATION_COLOURS.values())) == len(ACTIVATION_NAMES)
