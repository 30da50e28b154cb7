"""What several tests of pictures need: sample inputs, and a look at a PNG."""

from pathlib import Path

import numpy as np
from hypothesis import strategies as st
from PIL import Image

from spiral_monolith_neat_numpy.arrays import AnyArray
from spiral_monolith_neat_numpy.evolution.records import GenerationRecord
from spiral_monolith_neat_numpy.pictures.topology_data import TopologyData

DPI = 150


def pixels(path: Path) -> AnyArray:
    """Return the picture as ``(height, width, 3)`` after checking that the file is whole."""
    with Image.open(path) as image:
        assert image.format == "PNG"
        image.verify()
    with Image.open(path) as image:
        return np.asarray(image.convert("RGB"))


def assert_drawn(path: Path, width: float, height: float) -> None:
    """Check the size in inches, that there is ink, and that the margin is blank paper."""
    seen = pixels(path)
    assert seen.shape == (round(height * DPI), round(width * DPI), 3)
    assert (seen == 255).mean() < 0.995
    assert seen.std() > 5.0
    edge = np.concatenate([seen[0], seen[-1], seen[:, 0], seen[:, -1]])
    assert (edge == 255).all(), "something is cut off by the border"


def record(generation: int, **changes: float) -> GenerationRecord:
    """Return a plausible record of a generation."""
    values = {
        "generation": generation,
        "best_fitness": 1.0 - 0.5 * 0.9**generation,
        "mean_fitness": 0.8 - 0.4 * 0.9**generation,
        "n_species": 1 + generation % 7,
        "species_target": 6.0,
        "compatibility_threshold": 3.0 + 0.1 * generation,
        "arm": "pid",
        "reward": 0.0,
        "error": 1.0,
        "difficulty": 0.5,
        "mean_hidden": 0.2 * generation,
        "mean_edges": 4.0 + 0.5 * generation,
        "evaluations": 64 * (generation + 1),
        "gradient_steps": 0,
        "seconds": 0.1,
    }
    return GenerationRecord(**{**values, **changes})  # type: ignore[arg-type]


def network(n_in: int, n_hidden: int, n_out: int, density: float, seed: int = 0) -> TopologyData:
    """Return a random feed-forward network; ids as in a genome: inputs, outputs, hidden."""
    rng = np.random.default_rng(seed)
    n = n_in + n_out + n_hidden
    order = [*range(n_in), *range(n_in + n_out, n), *range(n_in, n_in + n_out)]
    rank = {node: place for place, node in enumerate(order)}
    pairs = [
        (a, b)
        for a in range(n)
        for b in range(n)
        if rank[a] < rank[b] and b >= n_in and not n_in <= a < n_in + n_out
    ]
    kept = [pair for pair in pairs if rng.random() < density] or pairs[:1]
    source, target = np.array(kept).T
    kind = np.repeat([0, 2, 1], [n_in, n_out, n_hidden])
    names = np.array(["tanh", "relu", "sine", "gaussian"])[np.arange(n) % 4]
    return TopologyData(
        node_id=np.arange(n),
        node_kind=kind,
        node_activation=names.tolist(),
        node_bias=rng.normal(size=n),
        edge_source=source,
        edge_target=target,
        edge_weight=rng.normal(size=len(kept)),
        edge_enabled=rng.random(len(kept)) < 0.8,
    )


@st.composite
def networks(draw: st.DrawFn) -> TopologyData:
    """Draw a feed-forward network, from bare to dense, with disabled edges."""
    return network(
        draw(st.integers(1, 6)),
        draw(st.integers(0, 12)),
        draw(st.integers(1, 4)),
        draw(st.floats(0.0, 1.0)),
        draw(st.integers(0, 2**32 - 1)),
    )
