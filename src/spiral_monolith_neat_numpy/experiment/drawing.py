"""The pictures of an experiment."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from spiral_monolith_neat_numpy.arrays import AnyArray, FloatArray
from spiral_monolith_neat_numpy.experiment.result import ExperimentResult
from spiral_monolith_neat_numpy.genes.codes import OUTPUT
from spiral_monolith_neat_numpy.genes.genome import Genome
from spiral_monolith_neat_numpy.network.face import RowNetwork
from spiral_monolith_neat_numpy.network.genome_network import compile_rows
from spiral_monolith_neat_numpy.network.prediction import network_predict, network_probabilities
from spiral_monolith_neat_numpy.pictures.confusion import draw_confusion
from spiral_monolith_neat_numpy.pictures.decision_boundary import (
    BoundaryLabels,
    draw_decision_boundary,
)
from spiral_monolith_neat_numpy.pictures.learning_curve import draw_learning_curve
from spiral_monolith_neat_numpy.pictures.regression_fit import draw_regression_fit
from spiral_monolith_neat_numpy.pictures.topology import TopologyData, draw_topology
from spiral_monolith_neat_numpy.tasks.columns import parse_number
from spiral_monolith_neat_numpy.tasks.encoding import NumberEncoder
from spiral_monolith_neat_numpy.tasks.model import Model
from spiral_monolith_neat_numpy.tasks.preprocess import Preprocessor

LEARNING_CURVE = "learning_curve.png"
TOPOLOGY = "topology.png"
DECISION_BOUNDARY = "decision_boundary.png"
CONFUSION = "confusion.png"
REGRESSION_FIT = "regression_fit.png"
PICTURES = (LEARNING_CURVE, TOPOLOGY, DECISION_BOUNDARY, CONFUSION, REGRESSION_FIT)

_HEAD_ACTIVATIONS = {"softmax": "softmax", "logistic": "sigmoid", "identity": "identity"}


def draw_results(result: ExperimentResult, out: Path) -> Iterator[Path]:
    """Draw learning curve, topology and how well the test part is met; yield each path.

    Raises:
        ImportError: Matplotlib is missing.
        OSError: a picture cannot be written.
    """
    name = result.task.name
    records = result.neat.records
    yield draw_learning_curve(records, out / LEARNING_CURVE, title=f"Learning curve: {name}")
    network = compile_rows(result.best)
    scales = _two_numbers(result.task.preprocessor)
    if result.task.kind == "classification" and scales is not None:
        note = f"test accuracy {result.metrics['test_accuracy']:.3f}"
        yield _draw_boundary(result, network, scales, out / DECISION_BOUNDARY, note)
    yield draw_model(result.model, out / TOPOLOGY, title=f"Chosen network: {name}")
    if result.task.kind == "regression":
        yield _draw_fit(result, network, out / REGRESSION_FIT)
    else:
        yield _draw_confusion(result, network, out / CONFUSION)


def draw_model(model: Model, path: str | os.PathLike[str], *, title: str) -> Path:
    """Draw a model's network with the names of its columns and classes; return the path.

    Raises:
        ImportError: Matplotlib is missing.
        ValueError: the suffix is none of those that can be drawn.
        OSError: the picture cannot be written.
    """
    names = output_names(model)
    return draw_topology(
        _topology(model.genome),
        path,
        input_names=model.preprocessor.feature_names,
        output_names=_in_words(names) if model.preprocessor.class_names else names,
        title=title,
    )


def _topology(genome: Genome) -> TopologyData:
    """Return the network with what its head makes of the outputs as their activation."""
    data = TopologyData.from_genes(genome.genes)
    names = [
        _HEAD_ACTIVATIONS.get(genome.head, name) if kind == OUTPUT else name
        for name, kind in zip(data.node_activation, data.node_kind, strict=True)
    ]
    return replace(data, node_activation=names)


def output_names(model: Model) -> tuple[str, ...]:
    """Return what each output of a model's network stands for."""
    classes = model.preprocessor.class_names
    if not classes:
        return (model.preprocessor.target_name,)
    n_outputs = int(np.count_nonzero(model.genome.genes.node_kind == OUTPUT))
    return classes if n_outputs == len(classes) else (classes[-1],)


def _in_words(names: Sequence[str]) -> list[str]:
    """Return classes' names for a picture, where a bare number could be taken for a value."""
    return [f"class {name}" if parse_number(name) is not None else name for name in names]


def _draw_fit(result: ExperimentResult, network: RowNetwork, path: Path) -> Path:
    test, preprocessor = result.task.split.test, result.task.preprocessor
    return draw_regression_fit(
        preprocessor.decode_target(test.y),
        preprocessor.decode_target(network_predict(network, test.X)),
        path,
        title=f"Test part: {result.task.name}",
        note=f"{test.n_samples:,} samples",
        target_name=preprocessor.target_name,
    )


def _draw_confusion(result: ExperimentResult, network: RowNetwork, path: Path) -> Path:
    test = result.task.split.test
    matrix = np.zeros((test.n_classes, test.n_classes), dtype=np.int64)
    np.add.at(matrix, (test.y, network_predict(network, test.X)), 1)
    title = f"Test part: {result.task.name}"
    return draw_confusion(matrix, test.class_names, path, title=title)


def _draw_boundary(
    result: ExperimentResult,
    network: RowNetwork,
    scales: tuple[FloatArray, FloatArray],
    path: Path,
    note: str,
) -> Path:
    """Draw the plane of the two inputs in their own units."""
    train = result.task.split.train
    mean, scale = scales

    def probabilities(raw: FloatArray) -> AnyArray:
        return network_probabilities(network, (raw - mean) / scale)

    labels = BoundaryLabels(
        title=f"Decision boundary: {result.task.name}",
        note=note,
        class_names=_in_words(train.class_names),
        feature_names=train.feature_names,
    )
    return draw_decision_boundary(
        probabilities, train.X * scale + mean, train.y, path, labels=labels
    )


def _two_numbers(preprocessor: Preprocessor) -> tuple[FloatArray, FloatArray] | None:
    """Return means and scales of the inputs if they are two numbers, else None."""
    numbers = [one for one in preprocessor.encoders if isinstance(one, NumberEncoder)]
    if len(numbers) != 2 or preprocessor.n_inputs != 2:
        return None
    return np.array([one.mean for one in numbers]), np.array([one.scale for one in numbers])
