"""What an experiment is told."""

from dataclasses import dataclass

from spiral_monolith_neat_numpy.errors import check_integer

MAX_SEED = 2**63 - 1
# Far beyond what a machine gets through; more is a slip of the finger.
MAX_POP = MAX_STEPS = 10_000_000
MAX_WORKERS = 1_000


@dataclass(frozen=True)
class ExperimentConfig:
    """What an experiment is told.

    Attributes:
        task: "demo", "spiral", "circles", "xor", a data set that scikit-learn ships, or the
            path of a CSV file.
        gens: generations, >= 1.
        pop: genomes per generation, 2 to ``MAX_POP``.
        steps: gradient steps per evaluation, 0 to ``MAX_STEPS``.
        seed: of data, split and evolution.
        out: directory for model, history and pictures; None: nothing is written.
        target: name of the CSV's target column; None: the last one.
        kind: "classification" or "regression" of a CSV's target; None: by its values.
        impute: "median" fills missing values; None refuses them.
        workers: threads, 1 to ``MAX_WORKERS``; None: from the environment.
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
        check_integer("pop", self.pop, 2, MAX_POP)
        check_integer("steps", self.steps, 0, MAX_STEPS)
        check_integer("seed", self.seed, 0, MAX_SEED)
        if self.workers is not None:
            check_integer("workers", self.workers, 1, MAX_WORKERS)
        if self.out == "":
            raise ValueError("out must name a directory or be None, got ''")
