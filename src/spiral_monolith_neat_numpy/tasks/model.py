"""A trained network with what turns raw rows into its inputs, and its outputs into answers."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from spiral_monolith_neat_numpy.arrays import AnyArray, FloatArray
from spiral_monolith_neat_numpy.errors import DataError, GenomeError, ModelFileError
from spiral_monolith_neat_numpy.evolution.modelfile import read_model, write_model
from spiral_monolith_neat_numpy.genes.genome import Genome
from spiral_monolith_neat_numpy.network.genome_network import compile_rows
from spiral_monolith_neat_numpy.network.prediction import network_predict, network_probabilities
from spiral_monolith_neat_numpy.tasks.preprocess import Preprocessor, Rows
from spiral_monolith_neat_numpy.tasks.table import Table


@dataclass(frozen=True)
class Model:
    """A champion that takes raw rows.

    Attributes:
        genome: the network; its head is that of a trained one.
        preprocessor: fitted on the training rows.
        info: plain JSON values kept in the model file (scores, versions).

    Raises (on construction):
        GenomeError: the network does not fit the preprocessor's columns and classes.
    """

    genome: Genome
    preprocessor: Preprocessor
    info: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Check that the network has the inputs and outputs that the data ask for."""
        network = compile_rows(self.genome)
        found = (network.n_inputs, network.n_outputs, network.head)
        allowed = [(self.preprocessor.n_inputs, *rest) for rest in _outputs(self.preprocessor)]
        if found not in allowed:
            raise GenomeError(
                f"genome must have {' or '.join(map(_words, allowed))} to fit its preprocessor, "
                f"got {_words(found)}"
            )

    def encode(self, rows: Rows) -> FloatArray:
        """Return the network's inputs for raw rows, ``(n, n_inputs)``.

        Args:
            rows: raw rows: a table whose columns are found by name, or an array
                ``(n, n_columns)`` in the order of training.

        Raises:
            DataError: rows that do not fit the training data, or with numbers so large that
                the network's outputs are not finite.
        """
        X = self.preprocessor.transform(rows)
        outputs = compile_rows(self.genome).logits(X)
        lost = np.flatnonzero(~np.isfinite(outputs).all(axis=1))
        if lost.size:
            row = int(lost[0])
            place = f"line {rows.lines[row]}" if isinstance(rows, Table) else f"row {row}"
            source = rows.source if isinstance(rows, Table) else "rows"
            raise DataError(
                f"{source} must hold numbers that the network answers with finite ones, got "
                f"{outputs[row][~np.isfinite(outputs[row])][0]} for {place}: its numbers are too "
                "far from those of training"
            )
        return X

    def predict(self, rows: Rows) -> AnyArray:
        """Return class names, or values in the target's own unit, one per row.

        Args:
            rows: as for ``encode``.

        Raises:
            DataError: as ``encode``.
        """
        encoded = network_predict(compile_rows(self.genome), self.encode(rows))
        return self.preprocessor.decode_target(encoded)

    def predict_proba(self, rows: Rows) -> FloatArray:
        """Return class probabilities, ``(n, n_classes)``, in the order of the class names.

        Raises:
            DataError: as ``encode``.
            ValueError: a regression model.
        """
        return network_probabilities(compile_rows(self.genome), self.encode(rows))

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the model as arrays and JSON (``.npz``, no pickle), whole or not at all.

        Raises:
            OSError: the file cannot be written.
        """
        return write_model(path, self.genome, self.preprocessor.to_json(), self.info)


def save(model: Model, path: str | os.PathLike[str]) -> Path:
    """Write a model to a file (see ``Model.save``).

    Raises:
        TypeError: something else than a model.
        OSError: the file cannot be written.
    """
    if not isinstance(model, Model):
        raise TypeError(
            "model must be a Model, a genome with what turns raw rows into its inputs, got "
            f"{type(model).__name__}; a bare Genome can be kept with pickle"
        )
    return model.save(path)


def load(path: str | os.PathLike[str]) -> Model:
    """Read a model that ``save`` or an experiment wrote.

    Raises:
        ModelFileError: not a model file, damaged, or from a newer version.
        OSError: the file cannot be read.
    """
    stored = read_model(path)
    try:
        preprocessor = Preprocessor.from_json(stored.preprocessing)
        return Model(stored.genome, preprocessor, stored.info)
    except (DataError, GenomeError) as error:
        raise ModelFileError(f"{path} is damaged: {error}") from error


def _outputs(preprocessor: Preprocessor) -> list[tuple[int, str]]:
    """Return the numbers of outputs and heads that give such answers."""
    n_classes = len(preprocessor.class_names)
    if n_classes == 0:
        return [(1, "identity")]
    softmax = (n_classes, "softmax")
    return [(1, "logistic"), softmax] if n_classes == 2 else [softmax]


def _words(shape: tuple[int, int, str]) -> str:
    n_inputs, n_outputs, head = shape
    return f"{n_inputs} inputs, {n_outputs} outputs and the head {head!r}"
