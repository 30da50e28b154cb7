"""Gradient fitness: train a genome, score what it learned on data it did not train on.

Score = validation accuracy (for regression: R**2) - alpha_nodes * hidden nodes
- alpha_edges * enabled edges, less a cross-entropy term smaller than one validation sample,
which breaks ties. A fitness that carries these charges is not charged again by evolution.
"""

import itertools
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from spiral_monolith_neat_numpy.arrays import AnyArray, FloatArray
from spiral_monolith_neat_numpy.errors import (
    FitnessError,
    GenomeError,
    check_choice,
    check_integer,
    check_number,
)
from spiral_monolith_neat_numpy.evaluation.context import EvaluationContext, PopulationContext
from spiral_monolith_neat_numpy.genes.codes import HEADS
from spiral_monolith_neat_numpy.genes.genome import Genome
from spiral_monolith_neat_numpy.genes.packed import Genes
from spiral_monolith_neat_numpy.genes.population import Population
from spiral_monolith_neat_numpy.kernels.wiring import Samples, TrainingPlan
from spiral_monolith_neat_numpy.network.network import compile_genes
from spiral_monolith_neat_numpy.network.samples import LOSS_CODES, choose_head, pack_samples
from spiral_monolith_neat_numpy.network.training import (
    batch_stream,
    check_width,
    train_network,
    write_back,
)
from spiral_monolith_neat_numpy.seeding import Purpose, stream

INHERITANCE = ("lamarckian", "baldwinian")
DEFAULT_LIMITS = (5.0, 12.0)  # of the gradient's norm, of weights and biases
_NO_LOSSES = np.zeros(0)


def checked_noise(std: float) -> float:
    """Return a noise level, in units of the inputs; below 0 counts as 0."""
    return max(0.0, check_number("noise_std", std))


def checked_limits(grad_clip: float, weight_clip: float) -> tuple[float, float]:
    """Return both training limits, each > 0, or raise ValueError."""
    return (
        check_number("grad_clip", grad_clip, 0.0, low_open=True),
        check_number("weight_clip", weight_clip, 0.0, low_open=True),
    )


@dataclass(frozen=True)
class BackpropSettings:
    """How a gradient fitness trains and charges.

    Attributes:
        steps: updates per evaluation, >= 0.
        lr: Adam's step size, > 0.
        l2: decay of the weights per step, times ``lr``.
        alpha_nodes: charge per hidden node, in units of fitness.
        alpha_edges: charge per enabled edge.
        head: "auto" (from the labels), "softmax", "logistic" or "identity".
        batch_size: samples per update; 0: all.
        validate_every: updates between looks at the validation data; the best parameters
            seen, those at the start included, are kept. 0: the last are kept.
        inheritance: "lamarckian" (trained parameters return to the genome) or "baldwinian"
            (they serve the score alone).
    """

    steps: int = 40
    lr: float = 5e-3
    l2: float = 1e-4
    alpha_nodes: float = 1e-3
    alpha_edges: float = 5e-4
    head: str = "auto"
    batch_size: int = 0
    validate_every: int = 10
    inheritance: str = "lamarckian"

    def __post_init__(self) -> None:
        """Check every field against its range."""
        check_integer("steps", self.steps, 0)
        check_number("lr", self.lr, 0.0, low_open=True)
        for name in ("l2", "alpha_nodes", "alpha_edges"):
            check_number(name, getattr(self, name), 0.0)
        check_choice("head", self.head, ["auto", *LOSS_CODES])
        check_integer("batch_size", self.batch_size, 0)
        check_integer("validate_every", self.validate_every, 0)
        check_choice("inheritance", self.inheritance, INHERITANCE)


@dataclass(frozen=True)
class BackpropData:
    """Rows and labels that a gradient fitness trains and validates on.

    Attributes:
        Xtr: ``(n_training, n_inputs)`` finite numbers.
        ytr: ``(n_training,)`` labels or values.
        Xva: ``(n_validation, n_inputs)`` finite numbers.
        yva: ``(n_validation,)`` labels or values.
        sample_weight: ``(n_training,)`` weights >= 0, or None for equal ones.
    """

    Xtr: AnyArray
    ytr: AnyArray
    Xva: AnyArray
    yva: AnyArray
    sample_weight: AnyArray | None = None


@dataclass(frozen=True)
class _Prepared:
    head: str
    training: Samples
    validation: Samples
    n_validation: int
    spread: float  # variance of the validation targets, for R**2


class FitnessBackprop:
    """Gradient fitness on data in hand; picklable.

    Attributes:
        settings: how it trains and charges.
        noise_std: standard deviation of Gaussian noise on the training inputs, drawn anew
            each generation from a stream of its own.
        carries_complexity: True: evolution does not charge complexity again.
    """

    carries_complexity = True

    def __init__(self, data: BackpropData, settings: BackpropSettings | None = None) -> None:
        """Take the data; they are checked at the first call, against the genome.

        Args:
            data: rows and labels.
            settings: steps, rates and charges; None: the defaults.
        """
        self.data = data
        self.settings = BackpropSettings() if settings is None else settings
        self.noise_std = 0.0
        self._limits = DEFAULT_LIMITS
        self._prepared: dict[tuple[int, int], _Prepared] = {}
        self._noisy: tuple[tuple[object, ...], Samples] | None = None

    @property
    def gradient_steps(self) -> int:
        """Updates that one evaluation costs."""
        return self.settings.steps

    def set_noise_std(self, std: float) -> None:
        """Set the noise on training inputs, in units of the inputs; below 0 counts as 0."""
        self.noise_std = checked_noise(std)

    def set_training_limits(self, grad_clip: float, weight_clip: float) -> None:
        """Set the limits of the gradient's norm and of weights and biases, both > 0."""
        self._limits = checked_limits(grad_clip, weight_clip)

    def __call__(self, genome: Genome, context: EvaluationContext | None = None) -> float:
        """Train ``genome`` and return its score; see ``settings.inheritance``."""
        return self._evaluate(genome, context, 1.0, keep=self._inherits)

    def refine_raw(
        self, genome: Genome, factor: float = 2.0, context: EvaluationContext | None = None
    ) -> float:
        """As a call, with ``factor`` (> 0) times the steps."""
        check_number("factor", factor, 0.0, low_open=True)
        return self._evaluate(genome, context, factor, keep=self._inherits)

    def develop(self, genome: Genome, context: EvaluationContext | None = None) -> Genome:
        """Return a copy of ``genome`` that predicts with the parameters behind its score.

        Where parameters are inherited the genome holds them already; otherwise a copy is
        trained again, which repeats the training bit for bit.
        """
        grown = genome.copy()
        if not self._inherits:
            self._evaluate(grown, context, 1.0, keep=True)
        return grown

    def evaluate_population(self, population: Population, context: PopulationContext) -> FloatArray:
        """Train and score a whole population, on ``context.executor``'s threads if there are any.

        Args:
            population: its parameters and heads are written in place.
            context: seed, generation and threads.

        Returns:
            ``(n,)`` float64 scores.

        Raises:
            FitnessError: a genome that cannot be trained; ``genome_id`` says which.
            ValueError: data that cannot be used.
        """
        scores = np.full(len(population), np.nan)
        if len(population) == 0:
            return scores
        prepared = self._prepare(population.genes_of(0))
        training = self._with_noise(prepared.training, context.seed, context.generation)
        prepared = replace(prepared, training=training)
        population.table.head[:] = HEADS.index(prepared.head)
        ids = population.table.id.tolist()
        turn = itertools.count()  # handing out by turn keeps every thread busy to the end

        def work() -> None:
            for index in turn:
                if index >= len(ids):
                    return
                seeds = (context.seed, context.generation, ids[index])
                try:
                    scores[index] = self._train(
                        population.genes_of(index), prepared, seeds, 1.0, keep=self._inherits
                    )
                except GenomeError as error:
                    message = f"the fitness failed on genome {ids[index]}: {error}"
                    raise FitnessError(message, ids[index]) from error

        if context.executor is None or context.workers == 1:
            work()
        else:
            running = [context.executor.submit(work) for _ in range(context.workers)]
            for future in running:
                future.result()
        return scores

    @property
    def _inherits(self) -> bool:
        return self.settings.inheritance == "lamarckian"

    def _evaluate(
        self, genome: Genome, context: EvaluationContext | None, factor: float, *, keep: bool
    ) -> float:
        seed, generation = (0, 0) if context is None else (context.seed, context.generation)
        prepared = self._prepare(genome.genes)
        training = self._with_noise(prepared.training, seed, generation)
        genome.head = prepared.head
        seeds = (seed, generation, genome.id)
        prepared = replace(prepared, training=training)
        return self._train(genome.genes, prepared, seeds, factor, keep=keep)

    def _train(
        self,
        genes: Genes,
        prepared: _Prepared,
        seeds: tuple[int, int, int],
        factor: float,
        *,
        keep: bool,
    ) -> float:
        settings = self.settings
        network = compile_genes(genes, prepared.head)
        check_width(prepared.training, network.n_inputs)
        plan = TrainingPlan(
            LOSS_CODES[prepared.head],
            round(settings.steps * factor),
            settings.lr,
            settings.l2,
            *self._limits,
            settings.batch_size,
            settings.validate_every,
        )
        loss, accuracy = train_network(
            network,
            plan,
            prepared.training,
            prepared.validation,
            batch_stream(*seeds),
            _NO_LOSSES,
        )
        if keep:
            write_back(network, genes)
        return self._score(loss, accuracy, prepared) - self._charge(genes)

    def _score(self, loss: float, accuracy: float, prepared: _Prepared) -> float:
        if prepared.head == "identity":
            return 1.0 - 2.0 * loss / prepared.spread
        if not np.isfinite(loss):
            return float("nan")
        # Less than one validation sample is worth: it orders genomes of equal accuracy alone.
        return accuracy - 0.5 / prepared.n_validation * loss / (1.0 + loss)

    def _charge(self, genes: Genes) -> float:
        hidden = int(np.count_nonzero(genes.node_kind == 1))
        enabled = int(np.count_nonzero(genes.edge_enabled))
        return self.settings.alpha_nodes * hidden + self.settings.alpha_edges * enabled

    def _prepare(self, genes: Genes) -> _Prepared:
        n_inputs = int(np.count_nonzero(genes.node_kind == 0))
        n_outputs = int(np.count_nonzero(genes.node_kind == 2))
        found = self._prepared.get((n_inputs, n_outputs))
        if found is None:
            found = self._pack(n_inputs, n_outputs)
            self._prepared[n_inputs, n_outputs] = found
        return found

    def _pack(self, n_inputs: int, n_outputs: int) -> _Prepared:
        data = self.data
        head = choose_head(data.ytr, n_outputs, self.settings.head)
        training = pack_samples(data.Xtr, data.ytr, n_outputs, head, data.sample_weight)
        validation = pack_samples(data.Xva, data.yva, n_outputs, head)
        check_width(training, n_inputs)
        check_width(validation, n_inputs)
        values = np.asarray(data.yva, dtype=np.float64)
        spread = float(values.reshape(values.shape[0], -1).var(axis=0).sum())
        return _Prepared(head, training, validation, values.shape[0], spread or 1.0)

    def _with_noise(self, training: Samples, seed: int, generation: int) -> Samples:
        if self.noise_std == 0.0:
            return training
        key = (id(training), self.noise_std, seed, generation)
        if self._noisy is None or self._noisy[0] != key:
            rng = stream(seed, Purpose.NOISE, generation)
            noise = rng.normal(0.0, self.noise_std, training.features.shape)
            features = training.features + noise.astype(np.float32)
            self._noisy = (key, training._replace(features=features))
        return self._noisy[1]

    def __getstate__(self) -> dict[str, Any]:
        """Leave out what can be made again."""
        return {**self.__dict__, "_prepared": {}, "_noisy": None}


def fitness_backprop_classifier(
    genome: Genome,
    Xtr: AnyArray,
    ytr: AnyArray,
    Xva: AnyArray,
    yva: AnyArray,
    steps: int = 40,
    lr: float = 5e-3,
    l2: float = 1e-4,
    alpha_nodes: float = 1e-3,
    alpha_edges: float = 5e-4,
) -> float:
    """Train ``genome`` in place and return validation accuracy less complexity.

    Ties are broken by cross-entropy (see the module's first lines).

    Args:
        genome: a feed-forward genome; its parameters and head change.
        Xtr: ``(n_training, n_inputs)`` finite numbers.
        ytr: ``(n_training,)`` class labels from 0.
        Xva: ``(n_validation, n_inputs)`` finite numbers.
        yva: ``(n_validation,)`` class labels from 0.
        steps: updates, >= 0.
        lr: Adam's step size, > 0.
        l2: decay of the weights per step, times ``lr``.
        alpha_nodes: charge per hidden node.
        alpha_edges: charge per enabled edge.

    Raises:
        ValueError: data of the wrong shape, NaN or infinity, or labels out of range.
        GenomeError: the genome has a cycle.
    """
    head = "logistic" if np.count_nonzero(genome.genes.node_kind == 2) == 1 else "softmax"
    settings = BackpropSettings(steps, lr, l2, alpha_nodes, alpha_edges, head=head)
    return FitnessBackprop(BackpropData(Xtr, ytr, Xva, yva), settings)(genome)
