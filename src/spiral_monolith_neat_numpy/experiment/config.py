"""What an experiment is told, and the settings that it runs with."""

from dataclasses import dataclass

from spiral_monolith_neat_numpy.errors import check_integer
from spiral_monolith_neat_numpy.evaluation.backprop import BackpropSettings
from spiral_monolith_neat_numpy.settings import Settings

# All chosen on seeds from 10,000; benchmarks/two_inputs.py and tables.py report others.
# Sine units wind round spirals with a third of the edges that tanh needs, and are nearly
# linear near zero, where small networks on scaled tables work.
EXPERIMENT_SETTINGS = Settings(
    p_add_node=0.4,
    p_add_connection=0.8,
    p_remove_node=0.05,
    p_remove_connection=0.1,
    p_mutate_weights=0.3,
    weight_sigma=0.6,
    p_replace_weight=0.05,
    p_crossover=0.5,
    survival_fraction=0.4,
    species_target=2.0,
    p_mutate_activation=0.05,
    hidden_activation="sine",
    activation_options=("sine", "tanh"),
)
EXPERIMENT_BACKPROP = BackpropSettings(lr=0.12, l2=0.001, alpha_nodes=5e-4, alpha_edges=2e-4)
# Drawn anew each generation: a boundary that only fits the points as they lie does not last.
EXPERIMENT_NOISE_STD = 0.03

# Measured data have fewer rows for their columns: they want stronger decay, slower growth.
TABLE_SETTINGS = EXPERIMENT_SETTINGS.with_changes(p_add_node=0.1, p_add_connection=0.4)
TABLE_BACKPROP = BackpropSettings(lr=0.03, l2=0.5, alpha_nodes=5e-4, alpha_edges=2e-4)
TABLE_NOISE_STD = 0.3  # of inputs scaled to a standard deviation of 1

MAX_SEED = 2**63 - 1


@dataclass(frozen=True)
class ExperimentConfig:
    """What an experiment is told.

    Attributes:
        task: "demo", "spiral", "circles", "xor", a data set that scikit-learn ships, or the
            path of a CSV file.
        gens: generations, >= 1.
        pop: genomes per generation, >= 2.
        steps: gradient steps per evaluation, >= 0.
        seed: of data, split and evolution.
        out: directory for model, history and pictures; None: nothing is written.
        target: name of the CSV's target column; None: the last one.
        kind: "classification" or "regression" of a CSV's target; None: by its values.
        impute: "median" fills missing values; None refuses them.
        workers: threads; None: from the environment.
        pictures: whether to draw into ``out``.
    """

    task: str
    gens: int = 60
    pop: int = 64
    steps: int = 80
    seed: int = 0
    out: str | None = None
    target: str | None = None
    kind: str | None = None
    impute: str | None = None
    workers: int | None = None
    pictures: bool = True

    def __post_init__(self) -> None:
        """Check the numbers; names are checked against the data."""
        check_integer("gens", self.gens, 1)
        check_integer("pop", self.pop, 2)
        check_integer("steps", self.steps, 0)
        check_integer("seed", self.seed, 0, MAX_SEED)
        if self.workers is not None:
            check_integer("workers", self.workers, 1)
        if self.out == "":
            raise ValueError("out must name a directory or be None, got ''")
