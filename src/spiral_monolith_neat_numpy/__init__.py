"""Evolve small neural networks, wiring and weights together, trained as they evolve.

``run_backprop_neat_experiment`` does all of it in one call; ``ReproPlanaNEATPlus`` is the
algorithm under it, for a fitness of your own.
"""

from spiral_monolith_neat_numpy.evaluation.backends import _is_picklable
from spiral_monolith_neat_numpy.evaluation.backprop import (
    BackpropData,
    BackpropSettings,
    FitnessBackprop,
    fitness_backprop_classifier,
)
from spiral_monolith_neat_numpy.evaluation.backprop_shared import FitnessBackpropShared
from spiral_monolith_neat_numpy.evaluation.context import EvaluationContext, PopulationContext
from spiral_monolith_neat_numpy.evaluation.shared import (
    _SHM_LOCAL,
    _shm,
    get_shared_dataset,
    shm_cleanup_worker_cache,
    shm_register_dataset,
    shm_release_all,
    shm_set_worker_meta,
)
from spiral_monolith_neat_numpy.evolution.neat import ReproPlanaNEATPlus
from spiral_monolith_neat_numpy.evolution.records import GenerationRecord
from spiral_monolith_neat_numpy.evolution.run_settings import EvalMode
from spiral_monolith_neat_numpy.evolution.schedules import monodromy_schedule
from spiral_monolith_neat_numpy.experiment.run import run_backprop_neat_experiment
from spiral_monolith_neat_numpy.genes.gene import ConnectionGene, NodeGene
from spiral_monolith_neat_numpy.genes.genome import Genome
from spiral_monolith_neat_numpy.genes.innovation import InnovationTracker
from spiral_monolith_neat_numpy.genes.population import Population
from spiral_monolith_neat_numpy.network.face import Network
from spiral_monolith_neat_numpy.network.genome_network import compile_genome
from spiral_monolith_neat_numpy.network.population_network import (
    PopulationNetwork,
    compile_population,
)
from spiral_monolith_neat_numpy.network.prediction import predict, predict_proba
from spiral_monolith_neat_numpy.network.training import TrainingSettings, train_with_backprop
from spiral_monolith_neat_numpy.presets import PRESETS, Preset
from spiral_monolith_neat_numpy.settings import Settings
from spiral_monolith_neat_numpy.species.distance import compatibility_distance
from spiral_monolith_neat_numpy.tasks.cases import FunctionFitness, MultiplexerFitness, XorFitness
from spiral_monolith_neat_numpy.tasks.double_pole import DoublePoleFitness
from spiral_monolith_neat_numpy.tasks.generators import make_circles, make_spirals, make_xor
from spiral_monolith_neat_numpy.tasks.model import Model, load, save

__version__ = "0.1.0"

__all__ = [
    "_SHM_LOCAL",
    "BackpropData",
    "BackpropSettings",
    "ConnectionGene",
    "DoublePoleFitness",
    "EvalMode",
    "EvaluationContext",
    "FitnessBackprop",
    "FitnessBackpropShared",
    "FunctionFitness",
    "GenerationRecord",
    "Genome",
    "InnovationTracker",
    "Model",
    "MultiplexerFitness",
    "Network",
    "NodeGene",
    "PRESETS",
    "Population",
    "PopulationNetwork",
    "Preset",
    "PopulationContext",
    "ReproPlanaNEATPlus",
    "Settings",
    "TrainingSettings",
    "XorFitness",
    "_is_picklable",
    "_shm",
    "compatibility_distance",
    "compile_genome",
    "compile_population",
    "fitness_backprop_classifier",
    "get_shared_dataset",
    "load",
    "make_circles",
    "make_spirals",
    "make_xor",
    "monodromy_schedule",
    "predict",
    "predict_proba",
    "run_backprop_neat_experiment",
    "save",
    "shm_cleanup_worker_cache",
    "shm_register_dataset",
    "shm_release_all",
    "shm_set_worker_meta",
    "train_with_backprop",
]
