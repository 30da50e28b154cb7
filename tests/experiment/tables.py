"""Small tables that can be learned, written as CSV files."""

import csv
from pathlib import Path

import numpy as np

SPECIES = ("ash", "beech", "cedar")


def write_flowers(path: Path, n: int = 90) -> Path:
    """Three classes; two columns of numbers, two of categories, missing values in two."""
    rng = np.random.default_rng(1)
    rows: list[list[object]] = []
    for index in range(n):
        kind = index % 3
        petal = "" if index % 17 == 5 else f"{rng.normal(2.0 + 2.0 * kind, 0.4):.3f}"
        colour = "NA" if index % 13 == 2 else ("red", "blue", "white")[kind]
        sepal = f"{1000.0 + 100.0 * rng.normal(kind):.1f}"
        rows.append([petal, sepal, SPECIES[kind], colour, rng.choice(["north", "south"])])
    return _write(path, ["petal", "sepal", "species", "colour", "site"], rows)


def write_houses(path: Path, n: int = 80) -> Path:
    """A price in thousands of thousands, from an area and a town."""
    rng = np.random.default_rng(2)
    rows: list[list[object]] = []
    for index in range(n):
        area, town = rng.uniform(30.0, 200.0), ("old", "new")[index % 2]
        price = 1e4 * area * (1.5 if town == "new" else 1.0) + rng.normal(0.0, 2e4)
        rows.append([f"{area:.2f}", town, f"{price:.2f}"])
    return _write(path, ["area", "town", "price"], rows)


def _write(path: Path, header: list[str], rows: list[list[object]]) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([header, *rows])
    return path
