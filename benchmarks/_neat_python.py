"""neat-python's side of ``peers.py``: its XOR example and its networks.

Everything is written as one of its users would write it, and leaves out nothing that makes it
faster: no reporters, numbers as plain floats.
"""

import configparser
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import neat

from _turns import Activate, Cases, Run, xor_closeness
from spiral_monolith_neat_numpy.genes.codes import INPUT, OUTPUT
from spiral_monolith_neat_numpy.genes.packed import Genes

SIGMOID_SLOPE = 5.0  # of its sigmoid; of ours 1
XOR_CASES: Cases = [((0.0, 0.0), 0.0), ((0.0, 1.0), 1.0), ((1.0, 0.0), 1.0), ((1.0, 1.0), 0.0)]

_OPTIONS: dict[str, dict[str, object]] = {
    "NEAT": {
        "fitness_criterion": "max",
        "fitness_threshold": 1e9,
        "no_fitness_termination": True,
        "reset_on_extinction": False,
    },
    "DefaultGenome": {
        "num_hidden": 0,
        "num_outputs": 1,
        "feed_forward": True,
        "initial_connection": "full_direct",
        "conn_add_prob": 0.5,
        "conn_delete_prob": 0.5,
        "node_add_prob": 0.2,
        "node_delete_prob": 0.2,
        # Left out, version 2.0 takes its own default, the text "false", for true.
        "single_structural_mutation": False,
        "compatibility_disjoint_coefficient": 1.0,
        "compatibility_weight_coefficient": 0.5,
        "activation_default": "sigmoid",
        "activation_options": "sigmoid",
        "activation_mutate_rate": 0.0,
        "aggregation_default": "sum",
        "aggregation_options": "sum",
        "aggregation_mutate_rate": 0.0,
        "enabled_default": True,
        "enabled_mutate_rate": 0.01,
    },
    "DefaultSpeciesSet": {"compatibility_threshold": 3.0},
    "DefaultStagnation": {
        "species_fitness_func": "max",
        "max_stagnation": 20,
        "species_elitism": 2,
    },
    "DefaultReproduction": {"elitism": 2, "survival_threshold": 0.2},
}
# Mean and deviation at first, rates of moving and of drawing anew, size of a move.
_NUMBERS = {
    "weight": (0.0, 1.0, 0.8, 0.1, 0.5),
    "bias": (0.0, 1.0, 0.7, 0.1, 0.5),
    "response": (1.0, 0.0, 0.0, 0.0, 0.0),
}
_NUMBER_OPTIONS = ("init_mean", "init_stdev", "mutate_rate", "replace_rate", "mutate_power")
_LARGEST = 30.0


def make_config(pop_size: int, n_inputs: int) -> Any:
    """Return the ``neat.Config`` of its XOR example for some number of inputs."""
    parser = configparser.ConfigParser()
    parser.read_dict(_OPTIONS)
    parser["NEAT"]["pop_size"] = str(pop_size)
    genome = parser["DefaultGenome"]
    genome["num_inputs"] = str(n_inputs)
    for kind, values in _NUMBERS.items():
        for option, value in zip(_NUMBER_OPTIONS, values, strict=True):
            genome[f"{kind}_{option}"] = str(value)
        genome[f"{kind}_max_value"], genome[f"{kind}_min_value"] = str(_LARGEST), str(-_LARGEST)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "neat.ini")
        with path.open("w", encoding="utf-8") as file:
            parser.write(file)
        return neat.Config(
            neat.DefaultGenome,
            neat.DefaultReproduction,
            neat.DefaultSpeciesSet,
            neat.DefaultStagnation,
            str(path),
        )


def activation_of(genome: Any, config: Any) -> Activate:
    """Return the function from inputs to outputs of a genome."""
    activate: Activate = neat.nn.FeedForwardNetwork.create(genome, config).activate
    return activate


def xor_fitness(genome: Any, config: Any) -> float:
    """Return the fitness of one genome."""
    return xor_closeness(activation_of(genome, config), XOR_CASES)


def score_xor(genomes: Iterable[tuple[int, Any]], config: Any) -> None:
    """Set the fitness of every genome."""
    for _, genome in genomes:
        genome.fitness = xor_fitness(genome, config)


def evolve(
    score: Callable[[list[tuple[int, Any]], Any], None], config: Any, gens: int, seed: int
) -> Run:
    """Run generations; the last one is scored and not bred from, as in ours.

    Args:
        score: sets the fitness of every genome.
        config: of ``make_config``.
        gens: generations scored, >= 2.
        seed: of the random module.
    """
    n_species, scored = [], 0

    def count_and_score(genomes: list[tuple[int, Any]], config: Any) -> None:
        nonlocal scored
        n_species.append(len(population.species.species))
        scored += len(genomes)
        score(genomes, config)

    started = time.perf_counter()
    population = neat.Population(config, seed=seed)
    first = time.perf_counter()
    population.run(count_and_score, gens - 1)
    count_and_score(list(population.population.items()), config)
    ended = time.perf_counter()
    genomes = population.population.values()
    return Run(
        first - started,
        ended - first,
        scored,
        sum(len(genome.nodes) - 1 for genome in genomes) / len(genomes),
        sum(len(genome.connections) for genome in genomes) / len(genomes),
        sum(n_species) / len(n_species),
    )


def evolve_xor(pop_size: int, gens: int, seed: int) -> Run:
    """Run its XOR example."""
    return evolve(score_xor, make_config(pop_size, 2), gens, seed)


def evolve_xor_in_processes(pop_size: int, gens: int, seed: int) -> Run:
    """Run its XOR example, scored in two processes that are there before the clock starts."""
    with neat.ParallelEvaluator(2, xor_fitness) as evaluator:
        return evolve(evaluator.evaluate, make_config(pop_size, 2), gens, seed)


def converted(genes: Genes, config: Any) -> Any:
    """Return the ``neat.DefaultGenome`` that computes what a genome with our sigmoid does.

    Every node beside the inputs must have an enabled connection into it: neat-python leaves
    others out, bias and all.
    """
    is_input, is_output = genes.node_kind == INPUT, genes.node_kind == OUTPUT
    key = dict(zip(genes.node_id.tolist(), genes.node_id.tolist(), strict=True))
    key |= {node: -place - 1 for place, node in enumerate(genes.node_id[is_input].tolist())}
    key |= {node: place for place, node in enumerate(genes.node_id[is_output].tolist())}
    genome = neat.DefaultGenome(0)
    bias = (genes.node_bias / SIGMOID_SLOPE).tolist()
    for place in (~is_input).nonzero()[0].tolist():
        node = neat.DefaultNodeGene(key[int(genes.node_id[place])])
        node.init_attributes(config.genome_config)
        node.bias = bias[place]
        genome.nodes[node.key] = node
    for source, target, weight, enabled, innovation in zip(
        genes.edge_source.tolist(),
        genes.edge_target.tolist(),
        (genes.edge_weight / SIGMOID_SLOPE).tolist(),
        genes.edge_enabled.tolist(),
        genes.edge_innovation.tolist(),
        strict=True,
    ):
        edge = neat.DefaultConnectionGene((key[source], key[target]), innovation=innovation)
        edge.weight, edge.enabled = weight, enabled
        genome.connections[edge.key] = edge
    return genome
