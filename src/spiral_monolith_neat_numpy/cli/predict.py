"""``spiral-neat predict``: answers of a model to the rows of a CSV file."""

import csv
import io
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from spiral_monolith_neat_numpy.arrays import AnyArray
from spiral_monolith_neat_numpy.cli.speaking import cannot, json_safe, load_model, say
from spiral_monolith_neat_numpy.cli.words import count, score_name, score_words
from spiral_monolith_neat_numpy.errors import DataError
from spiral_monolith_neat_numpy.evolution.wholefile import is_same_file, write_whole
from spiral_monolith_neat_numpy.experiment.scores import score
from spiral_monolith_neat_numpy.network.face import RowNetwork
from spiral_monolith_neat_numpy.network.genome_network import compile_rows
from spiral_monolith_neat_numpy.network.prediction import network_predict, network_probabilities
from spiral_monolith_neat_numpy.tasks.model import Model
from spiral_monolith_neat_numpy.tasks.table import Table, read_table


def predict_rows(
    model_path: Path, table_path: Path, out: Path | None, *, proba: bool, as_json: bool
) -> None:
    """Print or write the predictions for a table, and say the score if its target is there.

    Args:
        model_path: the model file.
        table_path: a CSV file with the raw columns of training.
        out: where to write the predictions as CSV; None: standard output.
        proba: add the classes' probabilities.
        as_json: print one JSON object.

    Raises:
        ModelFileError, DataError, OSError: a file that cannot be used.
        ValueError: probabilities of a regression.
    """
    for argument, path in (("MODEL", model_path), ("CSV", table_path)):
        if out is not None and is_same_file(out, path):
            raise ValueError(f"--out must be another file than {argument}, got {str(out)!r}")
    model = load_model(model_path)
    preprocessor = model.preprocessor
    if proba and preprocessor.kind == "regression":
        raise ValueError(
            f"--proba must go with a classification model, got {model_path}, "
            f"a regression of {preprocessor.target_name!r}"
        )
    table = read_table(table_path)
    network = compile_rows(model.genome)
    X = model.encode(table)
    answers = preprocessor.decode_target(network_predict(network, X)).tolist()
    probabilities = network_probabilities(network, X).tolist() if proba else None
    scores = _scores(model, network, table, X)
    if out is not None:
        try:
            write_whole(out, _csv(model, answers, probabilities).encode())
        except OSError as error:
            raise cannot("--out", "written", out, error) from error
    if as_json:
        print(json.dumps(_json(model, answers, probabilities, scores, out)))
    elif out is None:
        sys.stdout.write(_csv(model, answers, probabilities))
    if scores:
        words = ", ".join(f"{score_name(name)} {score_words(v)}" for name, v in scores.items())
        say("Score", "bold", f"{words} on {count(len(answers), 'row')} of {table.source}")


def _scores(
    model: Model, network: RowNetwork, table: Table, X: AnyArray
) -> dict[str, float | None]:
    """Return how well the table's own target is met; nothing where it is missing."""
    try:
        y = model.preprocessor.table_target(table)
    except DataError as error:  # of the target alone: the rows can be answered
        say("Note", "dim", f"no score: {error}")
        return {}
    return {} if y is None else score(network, X, y, model.preprocessor)


def _csv(model: Model, answers: Sequence[Any], probabilities: Sequence[Any] | None) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    names = [f"p_{name}" for name in model.preprocessor.class_names]
    writer.writerow([model.preprocessor.target_name, *(names if probabilities else [])])
    for index, answer in enumerate(answers):
        writer.writerow([answer, *(probabilities[index] if probabilities else [])])
    return text.getvalue()


def _json(
    model: Model,
    answers: Sequence[Any],
    probabilities: Sequence[Any] | None,
    scores: dict[str, float | None],
    out: Path | None,
) -> Any:
    found: dict[str, Any] = {
        "target": model.preprocessor.target_name,
        "kind": model.preprocessor.kind,
        "classes": model.preprocessor.class_names,
        "rows": len(answers),
        "predictions": answers,
        **scores,
    }
    if probabilities is not None:
        found["probabilities"] = probabilities
    if out is not None:
        found["file"] = str(out)
    return json_safe(found)
