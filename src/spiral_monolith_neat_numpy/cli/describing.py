"""A model in plain JSON values, with names instead of numbers."""

from typing import Any

import numpy as np

from spiral_monolith_neat_numpy.experiment.drawing import output_names
from spiral_monolith_neat_numpy.genes.codes import ACTIVATIONS, HIDDEN, INPUT, OUTPUT
from spiral_monolith_neat_numpy.genes.genome import Genome
from spiral_monolith_neat_numpy.tasks.encoding import NumberEncoder
from spiral_monolith_neat_numpy.tasks.model import Model
from spiral_monolith_neat_numpy.tasks.preprocess import Preprocessor


def describe(model: Model) -> dict[str, Any]:
    """Return what a model takes, gives and is made of, and what is known of it."""
    genome, preprocessor = model.genome, model.preprocessor
    names = node_names(model)
    nodes = [_node(genome, index, names) for index in range(genome.genes.n_nodes)]
    kinds = genome.genes.node_kind
    by_kind = {
        kind: [node for node, found in zip(nodes, kinds, strict=True) if found == kind]
        for kind in (INPUT, HIDDEN, OUTPUT)
    }
    metrics = model.info.get("metrics")
    return {
        "task": metrics.get("task") if isinstance(metrics, dict) else None,
        "kind": preprocessor.kind,
        "target": preprocessor.target_name,
        "classes": list(preprocessor.class_names),
        "columns": _columns(preprocessor),
        "head": genome.head,
        "inputs": [node["name"] for node in by_kind[INPUT]],
        "hidden": by_kind[HIDDEN],
        "outputs": by_kind[OUTPUT],
        "connections": _connections(genome, names),
        "fitness": genome.fitness,
        "genome_id": genome.id,
        "info": dict(model.info),
    }


def node_names(model: Model) -> dict[int, str]:
    """Return a name for each node id: of its column or its answer, or "hidden" with its id."""
    genes = model.genome.genes
    inputs = genes.node_id[genes.node_kind == INPUT].tolist()
    outputs = genes.node_id[genes.node_kind == OUTPUT].tolist()
    hidden = genes.node_id[genes.node_kind == HIDDEN].tolist()
    return {
        **dict(zip(inputs, model.preprocessor.feature_names, strict=True)),
        **{node: f"hidden {node}" for node in hidden},
        **dict(zip(outputs, _answers(model), strict=True)),
    }


def _answers(model: Model) -> list[str]:
    target, classes = model.preprocessor.target_name, model.preprocessor.class_names
    names = output_names(model)
    return [f"{target}={name}" for name in names] if classes else list(names)


def _node(genome: Genome, index: int, names: dict[int, str]) -> dict[str, Any]:
    genes = genome.genes
    node = int(genes.node_id[index])
    return {
        "id": node,
        "name": names[node],
        "activation": ACTIVATIONS[genes.node_activation[index]],
        "bias": float(genes.node_bias[index]),
    }


def _connections(genome: Genome, names: dict[int, str]) -> list[dict[str, Any]]:
    genes = genome.genes
    order = np.lexsort((genes.edge_source, genes.edge_target))
    return [
        {
            "from": names[int(genes.edge_source[edge])],
            "to": names[int(genes.edge_target[edge])],
            "weight": float(genes.edge_weight[edge]),
            "enabled": bool(genes.edge_enabled[edge]),
            "innovation": int(genes.edge_innovation[edge]),
        }
        for edge in order.tolist()
    ]


def _columns(preprocessor: Preprocessor) -> list[dict[str, Any]]:
    encoders = {encoder.name: encoder for encoder in preprocessor.encoders}
    found: list[dict[str, Any]] = []
    for name in preprocessor.columns:
        encoder = encoders.get(name)
        if encoder is None:
            found.append({"name": name, "what": "unused", "fill": None, "inputs": []})
            continue
        column: dict[str, Any] = {
            "name": name,
            "fill": encoder.fill,
            "inputs": list(encoder.feature_names),
        }
        if isinstance(encoder, NumberEncoder):
            column |= {"what": "number", "mean": encoder.mean, "scale": encoder.scale}
        else:
            column |= {"what": "category", "levels": list(encoder.levels)}
        found.append(column)
    return found
