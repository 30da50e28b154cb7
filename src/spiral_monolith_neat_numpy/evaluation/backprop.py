"""Gradient fitness: train a genome, score what it learned on data it did not train on.

Score = validation accuracy (for regression: R**2) - alpha_nodes * hidden nodes
- alpha_edges * enabled edges, less a cross-entropy term smaller than one validation sample,
which breaks ties. A fitness that carries these charges is not charged again by evolution.
"""

from dataclasses import replace
from typing import Any

import numpy as np

from spiral_monolith_neat_numpy.arrays import AnyArray, FloatArray
from spiral_monolith_neat_numpy.errors import FitnessError, GenomeError, check_number
from spiral_monolith_neat_numpy.evaluation.backprop_data import (
    BackpropData,
    PackedData,
    add_noise,
    pack,
    width_of,
)
from spiral_monolith_neat_numpy.evaluation.backprop_settings import (
    BackpropSettings,
    TrainingConditions,
)
from spiral_monolith_neat_numpy.evaluation.context import EvaluationContext, PopulationContext
from spiral_monolith_neat_numpy.evaluation.gradient_fitness import GradientFitness
from spiral_monolith_neat_numpy.evaluation.turns import take_turns
from spiral_monolith_neat_numpy.genes.codes import HEADS, HIDDEN
from spiral_monolith_neat_numpy.genes.genome import Genome
from spiral_monolith_neat_numpy.genes.packed import Genes
from spiral_monolith_neat_numpy.genes.population import Population
from spiral_monolith_neat_numpy.kernels.wiring import Samples, TrainingPlan
from spiral_monolith_neat_numpy.network.network import FeedForwardNetwork, compile_genes
from spiral_monolith_neat_numpy.network.samples import LOSS_CODES
from spiral_monolith_neat_numpy.network.training import batch_stream, train_network, write_back

__all__ = ["BackpropData", "BackpropSettings", "FitnessBackprop", "fitness_backprop_classifier"]

_NO_LOSSES = np.zeros(0)
_ALONE = EvaluationContext(seed=0, generation=0, genome_id=0)


class FitnessBackprop(GradientFitness):
    """Gradient fitness on data in hand; picklable.

    Attributes:
        data: rows and labels.
        settings: how it trains and charges.
        noise_std: standard deviation of noise on the training inputs, 0.0 at first.
    """

    __slots__ = ("_data", "_noisy", "_packed")

    def __init__(self, data: BackpropData, settings: BackpropSettings | None = None) -> None:
        """Take the data; against the genomes they are checked at the first call.

        Args:
            data: rows and labels.
            settings: steps, rates and charges; None: the defaults.

        Raises:
            TypeError: one of them is something else.
        """
        if not isinstance(data, BackpropData):
            raise TypeError(f"data must be a BackpropData, got {type(data).__name__}")
        super().__init__(BackpropSettings() if settings is None else settings)
        self._data = data
        self._packed: dict[tuple[int, int], PackedData] = {}
        self._noisy: tuple[tuple[object, ...], Samples] | None = None

    @property
    def data(self) -> BackpropData:
        """Rows and labels."""
        return self._data

    def take_conditions(self, conditions: TrainingConditions) -> None:
        """Set noise and limits at once."""
        self._conditions = conditions

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
        """Return the genome behind the score (see ``GradientFitness``)."""
        grown = genome.copy()
        if not self._inherits:
            self._evaluate(grown, context, 1.0, keep=True)
        return grown

    def prepare(self, population: Population) -> None:
        """Check and pack the data (see ``GradientFitness``)."""
        _check_feed_forward(population)
        if len(population):
            self._pack(population.genes_of(0))

    def evaluate_population(self, population: Population, context: PopulationContext) -> FloatArray:
        """Train and score a whole population (see ``GradientFitness``)."""
        _check_feed_forward(population)
        scores = np.full(len(population), np.nan)
        if len(population) == 0:
            return scores
        packed = self._with_noise(
            self._pack(population.genes_of(0)), context.seed, context.generation
        )
        population.table.head[:] = HEADS.index(packed.head)
        ids = population.table.id.tolist()

        def work(index: int) -> None:
            where = EvaluationContext(context.seed, context.generation, ids[index])
            genes = population.genes_of(index)
            try:
                scores[index] = self._train(genes, packed, where, 1.0, keep=self._inherits)
            except GenomeError as error:
                message = f"the fitness failed on genome {ids[index]}: {error}"
                raise FitnessError(message, ids[index]) from error

        take_turns(len(ids), work, context)
        return scores

    @property
    def _inherits(self) -> bool:
        return self._settings.inheritance == "lamarckian"

    def _evaluate(
        self, genome: Genome, context: EvaluationContext | None, factor: float, *, keep: bool
    ) -> float:
        where = replace(_ALONE, genome_id=genome.id) if context is None else context
        genes = genome.genes
        packed = self._with_noise(self._pack(genes), where.seed, where.generation)
        score = self._train(genes, packed, where, factor, keep=keep)
        genome.head = packed.head
        return score

    def _train(
        self,
        genes: Genes,
        packed: PackedData,
        where: EvaluationContext,
        factor: float,
        *,
        keep: bool,
    ) -> float:
        network = compile_genes(genes, packed.head)
        loss, accuracy = train_network(
            network,
            self._plan(packed.head, factor),
            packed.training,
            packed.validation,
            batch_stream(where.seed, where.generation, where.genome_id),
            _NO_LOSSES,
        )
        if keep and np.isfinite(loss) and _is_sound(network):
            write_back(network, genes)
        return self._score(loss, accuracy, packed) - self._charge(genes)

    def _plan(self, head: str, factor: float) -> TrainingPlan:
        settings, conditions = self._settings, self._conditions
        return TrainingPlan(
            LOSS_CODES[head],
            round(settings.steps * factor),
            float(settings.lr),
            float(settings.l2),
            float(conditions.grad_clip),
            float(conditions.weight_clip),
            settings.batch_size,
            settings.validate_every,
        )

    def _score(self, loss: float, accuracy: float, packed: PackedData) -> float:
        if not np.isfinite(loss):
            return float("nan")
        if packed.head == "identity":
            return 1.0 - 2.0 * loss / packed.spread
        # Less than one validation sample is worth: it orders genomes of equal accuracy alone.
        return accuracy - 0.5 / packed.n_validation * loss / (1.0 + loss)

    def _charge(self, genes: Genes) -> float:
        hidden = int(np.count_nonzero(genes.node_kind == HIDDEN))
        enabled = int(np.count_nonzero(genes.edge_enabled))
        return self._settings.alpha_nodes * hidden + self._settings.alpha_edges * enabled

    def _pack(self, genes: Genes) -> PackedData:
        width = width_of(genes)
        found = self._packed.get(width)
        if found is None:
            found = pack(self._data, *width, self._settings.head)
            self._packed[width] = found
        return found

    def _with_noise(self, packed: PackedData, seed: int, generation: int) -> PackedData:
        std = self.noise_std
        if std == 0.0:
            return packed
        key = (id(packed), std, seed, generation)
        noisy = self._noisy  # one look: another thread may replace it
        if noisy is None or noisy[0] != key:
            noisy = (key, add_noise(packed.training, std, seed, generation))
            self._noisy = noisy
        return replace(packed, training=noisy[1])

    def __getstate__(self) -> dict[str, Any]:
        """Leave out what can be made again."""
        return {
            "data": self._data,
            "settings": self._settings,
            "conditions": self._conditions,
        }

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Take over a pickle."""
        FitnessBackprop.__init__(self, state["data"], state["settings"])
        self._conditions = state["conditions"]


def _check_feed_forward(population: Population) -> None:
    if not population.feed_forward:
        raise ValueError(
            "a gradient fitness needs feed-forward genomes, got a population that may grow "
            "cycles (feed_forward=False): evolve it with a fitness without gradients"
        )


def _is_sound(network: FeedForwardNetwork) -> bool:
    """Whether all parameters are finite: training that blew up leaves the genome as it was."""
    return bool(np.isfinite(network.weight).all() and np.isfinite(network.bias).all())


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
    if not isinstance(genome, Genome):
        raise TypeError(f"genome must be a Genome, got {genome!r}")
    head = "logistic" if width_of(genome.genes)[1] == 1 else "softmax"
    settings = BackpropSettings(steps, lr, l2, alpha_nodes, alpha_edges, head=head)
    return FitnessBackprop(BackpropData(Xtr, ytr, Xva, yva), settings)(genome)
