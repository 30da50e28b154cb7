"""What every gradient fitness has: settings, and the conditions that evolution may change."""

from abc import ABC, abstractmethod
from dataclasses import replace

from spiral_monolith_neat_numpy.arrays import FloatArray
from spiral_monolith_neat_numpy.evaluation.backprop_settings import (
    BackpropSettings,
    TrainingConditions,
)
from spiral_monolith_neat_numpy.evaluation.context import EvaluationContext, PopulationContext
from spiral_monolith_neat_numpy.genes.genome import Genome
from spiral_monolith_neat_numpy.genes.population import Population


class GradientFitness(ABC):
    """A fitness that trains genomes; evolution asks it for all that is listed here.

    Attributes:
        carries_complexity: True: evolution does not charge complexity again.
    """

    __slots__ = ("__weakref__", "_conditions", "_settings")

    carries_complexity = True

    def __init__(self, settings: BackpropSettings) -> None:
        """Take the settings; there is no noise at first."""
        if not isinstance(settings, BackpropSettings):
            raise TypeError(f"settings must be a BackpropSettings, got {settings!r}")
        self._settings = settings
        self._conditions = TrainingConditions()

    @property
    def settings(self) -> BackpropSettings:
        """How it trains and charges."""
        return self._settings

    @property
    def gradient_steps(self) -> int:
        """Updates that one evaluation costs."""
        return self._settings.steps

    @property
    def noise_std(self) -> float:
        """Standard deviation of Gaussian noise on training inputs; below 0 counts as 0.

        It is drawn anew each generation, from a stream of its own.
        """
        return self._conditions.noise_std

    @noise_std.setter
    def noise_std(self, value: float) -> None:
        self._conditions = replace(self._conditions, noise_std=value)

    def set_noise_std(self, std: float) -> None:
        """Set the noise on training inputs, in units of the inputs; below 0 counts as 0."""
        self.noise_std = std

    def set_training_limits(self, grad_clip: float, weight_clip: float) -> None:
        """Set the limits of the gradient's norm and of weights and biases, both > 0."""
        limits = {"grad_clip": grad_clip, "weight_clip": weight_clip}
        self._conditions = replace(self._conditions, **limits)

    @abstractmethod
    def __call__(self, genome: Genome, context: EvaluationContext | None = None) -> float:
        """Train ``genome`` and return its score; see ``settings.inheritance``."""

    @abstractmethod
    def refine_raw(
        self, genome: Genome, factor: float = 2.0, context: EvaluationContext | None = None
    ) -> float:
        """As a call, with ``factor`` (> 0) times the steps."""

    @abstractmethod
    def develop(self, genome: Genome, context: EvaluationContext | None = None) -> Genome:
        """Return a copy of ``genome`` that predicts with the parameters behind its score.

        Where parameters are inherited the genome holds them already; otherwise a copy is
        trained again, which repeats the training bit for bit.
        """

    @abstractmethod
    def prepare(self, population: Population) -> None:
        """Check and pack the data for this population, before anything is trained on them.

        Raises:
            GenomeError: its networks have no input or no output.
            ValueError: data that do not fit; the message says which array.
        """

    @abstractmethod
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
