"""``ReproPlanaNEATPlus``: NEAT (Stanley & Miikkulainen 2002), generation after generation.

Users see this class; what it does is done by the parts of its ``Run``.
"""

from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Executor
from typing import Any, Self

import numpy as np

from spiral_monolith_neat_numpy.arrays import AnyArray
from spiral_monolith_neat_numpy.errors import check_integer
from spiral_monolith_neat_numpy.evaluation.shared import SharedMeta
from spiral_monolith_neat_numpy.evaluation.staff import Staff
from spiral_monolith_neat_numpy.evolution import step
from spiral_monolith_neat_numpy.evolution.attributes import Delegate, Reading, Setting
from spiral_monolith_neat_numpy.evolution.counts import Counts
from spiral_monolith_neat_numpy.evolution.environment import Environment, EnvSchedule
from spiral_monolith_neat_numpy.evolution.first import FirstPopulation, start_of
from spiral_monolith_neat_numpy.evolution.lineage import Lineage
from spiral_monolith_neat_numpy.evolution.loop import EvolvePlan, Reporter, evolve
from spiral_monolith_neat_numpy.evolution.records import Event, GenerationRecord
from spiral_monolith_neat_numpy.evolution.run import Run
from spiral_monolith_neat_numpy.evolution.run_settings import EvalMode
from spiral_monolith_neat_numpy.evolution.snapshots import Scar
from spiral_monolith_neat_numpy.genes.genome import Genome
from spiral_monolith_neat_numpy.genes.innovation import InnovationTracker
from spiral_monolith_neat_numpy.genes.population import Population
from spiral_monolith_neat_numpy.presets import Preset
from spiral_monolith_neat_numpy.presets import preset as find_preset
from spiral_monolith_neat_numpy.seeding import run_seed
from spiral_monolith_neat_numpy.settings import Settings, with_changes
from spiral_monolith_neat_numpy.species.speciation import Species


class ReproPlanaNEATPlus:
    """Evolves wiring and weights of small networks together.

    A wrong value for an attribute is an error that names it and its range, and changes
    nothing; a change is written into ``event_log``. Names that are not listed cannot be set.

    Attributes:
        population: the genomes, a sequence of ``Genome``; setting it takes copies, of one genome
            by itself as many as ``pop_size``.
        pop_size: genomes per generation; after the start it holds from the next one on.
        num_inputs, num_outputs: of every network; they can be set before the start, which draws
            a new first population.
        settings: all settings of evolution, frozen; ``complexity_threshold``,
            ``max_hidden_nodes``, ``max_edges``, ``grad_clip``, ``weight_clip``, ``diversity_push``,
            ``min_conn_after_regen`` are among them.
        mode: ``EvalMode``.
        env: the environment, readable as a mapping; a mapping may be set.
        auto_curriculum: True, the default: outside ``vanilla`` and without a schedule, ``env``
            follows progress: harder after every gain, easier while there is none.
        species_target: number of species aimed at. The learner moves it by
            ``species_target_mode`` within ``species_target_min`` and ``species_target_max``
            (default: max(mode.species_high, pop_size / 3)), at most each
            ``species_target_update_every`` generations; ``species_target_step`` is the step of
            hill climbing, ``pid_kp``, ``pid_ki``, ``pid_kd``, ``pid_i_clip`` steer the PID.
        compatibility_threshold: distance below which genomes share a species. It follows the
            species target (see ``Settings.threshold_control``); what is set is where the search
            for the next generation's begins.
        eval_workers, parallel_backend, pool_keepalive, pool_restart_every: where genomes are
            scored (``PoolSettings``); the environment's ``NEAT_*`` variables give the defaults.
        timeout_s: seconds that a genome may take in a worker process; None, the default: any time.
        on_error: "raise", the default: an error of the fitness ends the run; "penalise": its
            genome gets the worst score.
        snapshot_stride, snapshot_max: which generations' best genomes are kept.
        generation: number of the present generation, from 0.
        seed: seed of the run; output_activation: of the first population's outputs.
        records: one ``GenerationRecord`` per generation run.
        best: copy of the best genome so far, with the parameters that earned its fitness;
            None before the first score.
        best_ids, hidden_counts_history, edge_counts_history, env_history: per generation the id
            of the best genome, the numbers of hidden nodes and of enabled connections of all
            genomes, and the environment.
        keep_lineage: whether every birth is written down: outside ``vanilla`` by default.
        lineage: ``Birth`` per birth: child, parents, generation, how.
        event_log: ``Event`` per thing that happened beside the scores.
        snapshots_genomes, snapshots_scars: copies of generations' best genomes, with the
            parameters that earned their fitness, oldest first, and for each a mapping from
            hidden node to its birth.
        tracker: ``InnovationTracker``.

    Example:
        >>> import numpy as np
        >>> from spiral_monolith_neat_numpy.network.genome_network import compile_genome
        >>> X, y = np.array([[0, 0], [0, 1], [1, 0], [1, 1.0]]), np.array([0, 1, 1, 0.0])
        >>> def fitness(genome):
        ...     error = np.abs(compile_genome(genome).activate(X)[:, 0] - y).sum()
        ...     return float((4.0 - error) ** 2)
        >>> neat = ReproPlanaNEATPlus(2, 1, population_size=50, rng=1)
        >>> best, history = neat.evolve(fitness, n_generations=3, verbose=False)
        >>> len(history), best.fitness == max(row[0] for row in history)
        (3, True)
    """

    __slots__ = ("__weakref__", "_run")

    population = Delegate[Population]()
    pop_size = Delegate[int]()
    num_inputs = Delegate[int]()
    num_outputs = Delegate[int]()
    settings = Delegate[Settings]()
    mode = Delegate[EvalMode]()
    env = Delegate[Environment]()
    auto_curriculum = Delegate[bool]()
    keep_lineage = Delegate[bool]()
    species_target = Delegate[float]("control")
    species_target_min = Delegate[float]("control")
    species_target_max = Delegate[float]("control")
    compatibility_threshold = Delegate[float]("control")

    complexity_threshold = Setting[float]("", "settings")
    max_hidden_nodes = Setting[int]("", "settings")
    max_edges = Setting[int]("", "settings")
    grad_clip = Setting[float]("", "settings")
    weight_clip = Setting[float]("", "settings")
    diversity_push = Setting[float]("", "settings")
    min_conn_after_regen = Setting[float]("", "settings")
    species_target_mode = Setting[str]("control", "wanted")
    species_target_step = Setting[float]("control", "wanted")
    species_target_update_every = Setting[int]("control", "wanted")
    pid_kp = Setting[float]("control", "wanted")
    pid_ki = Setting[float]("control", "wanted")
    pid_kd = Setting[float]("control", "wanted")
    pid_i_clip = Setting[float]("control", "wanted")
    eval_workers = Setting[int]("pool", "settings")
    parallel_backend = Setting[str | Executor]("pool", "settings")
    pool_keepalive = Setting[int]("pool", "settings")
    pool_restart_every = Setting[int]("pool", "settings")
    timeout_s = Setting[float | None]("pool", "settings")
    on_error = Setting[str]("pool", "settings")
    snapshot_stride = Setting[int]("history.snapshots", "settings")
    snapshot_max = Setting[int]("history.snapshots", "settings")

    generation = Reading[int]("generations.number")
    seed = Reading[int]("seed")
    output_activation = Reading[str]("generations.first.output_activation")
    tracker = Reading[InnovationTracker]("generations.tracker")
    records = Reading[list[GenerationRecord]]("history.records")
    best = Reading[Genome | None]("history.champion.genome")
    best_ids = Reading[list[int]]("history.best_ids")
    hidden_counts_history = Reading[Counts]("history.hidden_counts")
    edge_counts_history = Reading[Counts]("history.edge_counts")
    env_history = Reading[list[Environment]]("history.environments")
    event_log = Reading[list[Event]]("history.events")
    lineage = Reading[Lineage]("history.lineage")
    snapshots_genomes = Reading[list[Genome]]("history.snapshots.genomes")
    snapshots_scars = Reading[list[dict[int, Scar]]]("history.snapshots.scars")
    _spec_learn = Reading[Mapping[str, Any]]("control.state")
    _proc_pool = Reading[Staff | None]("pool.process_pool")
    _proc_pool_age = Reading[int]("pool.process_pool_age")

    def __init__(
        self,
        num_inputs: int,
        num_outputs: int,
        population_size: int = 150,
        rng: np.random.Generator | int | None = None,
        output_activation: str = "sigmoid",
        settings: Settings | None = None,
    ) -> None:
        """Make the first population: every input to every output, weights at random.

        Args:
            num_inputs: inputs of every network, >= 1.
            num_outputs: outputs, >= 1.
            population_size: genomes per generation, >= 2.
            rng: a Generator (one draw is taken), a seed, or None for one from the system.
            output_activation: activation of the output nodes where no task sets a head.
            settings: settings of evolution; None: the defaults.

        Raises:
            TypeError: a value of another type.
            ValueError: a value out of range, or a bad ``NEAT_*`` environment variable.
        """
        if settings is not None and not isinstance(settings, Settings):
            raise TypeError(f"settings must be a Settings or None, got {settings!r}")
        chosen = Settings() if settings is None else settings
        first = FirstPopulation(
            num_inputs,
            num_outputs,
            population_size,
            output_activation,
            run_seed(rng),
            start_of(chosen),
        )
        self._run = Run(first, chosen)

    @classmethod
    def from_preset(
        cls,
        preset: str | Preset,
        num_inputs: int,
        num_outputs: int,
        population_size: int | None = None,
        rng: np.random.Generator | int | None = None,
    ) -> Self:
        """Return a run of pure evolution by a preset's settings, its species target fixed.

        Args:
            preset: a name of ``presets.PRESETS``, or a preset of your own.
            num_inputs: inputs of every network, >= 1; a bias input counts.
            num_outputs: outputs, >= 1.
            population_size: genomes per generation; None: the preset's.
            rng: as for the class.

        Raises:
            ValueError: an unknown name, or a value out of range.

        Example:
            >>> neat = ReproPlanaNEATPlus.from_preset("paper", 3, 1, rng=1)
            >>> neat.pop_size, neat.settings.p_add_node, neat.output_activation
            (150, 0.03, 'steep_sigmoid')
        """
        chosen = preset if isinstance(preset, Preset) else find_preset(preset)
        size = chosen.population_size if population_size is None else population_size
        activation = chosen.output_activation
        neat = cls(num_inputs, num_outputs, size, rng, activation, chosen.settings)
        neat._run.control.wanted = with_changes(
            neat._run.control.wanted, {"species_target_mode": "fixed"}
        )
        return neat

    def evolve(
        self,
        fitness_fn: Any,
        n_generations: int = 100,
        target_fitness: float | None = None,
        verbose: bool = True,
        env_schedule: EnvSchedule | None = None,
        *,
        on_generation: Reporter | None = None,
    ) -> tuple[Genome, list[tuple[float, float]]]:
        """Run generations; a second call goes on where the first one stopped.

        Args:
            fitness_fn: ``fitness(genome) -> number``, higher is better, at most 1e300; NaN
                and what is below -1e300 are the worst. One with a method
                ``evaluate_population`` gets the population in one call (see
                ``evaluation.evaluate``).
            n_generations: how many to run, >= 1.
            target_fitness: stop after the generation whose best reaches it; None: never.
            verbose: print a line a generation.
            env_schedule: ``schedule(generation, context)`` -> {"difficulty": ..., "noise_std":
                ...}; the context is a mapping with "records", "population", "env" and
                "settings". ``monodromy_schedule`` is one.
            on_generation: called with each generation's record.

        Returns:
            ``(best, history)``: a copy of the best genome so far, which predicts with the
            parameters that earned its fitness, and a tuple (best, mean fitness) per generation.
            ``population`` is the last one scored.

        Raises:
            FitnessError: the fitness failed or gave too large a number; ``best`` and
                ``records`` hold what came before, as they do when the run is interrupted.
            ValueError: a value out of range, or no genome had a score that counts.
        """
        plan = EvolvePlan(n_generations, target_fitness, verbose, env_schedule, on_generation)
        return evolve(self._run, fitness_fn, plan)

    def ask(self) -> Population:
        """Return the generation that is to be scored, bred first if the last one is scored.

        Its genomes may be scored in any order and anywhere, then ``tell`` takes the scores. What is
        changed through its views, weights for instance, stays. Asking again changes nothing.

        Example:
            >>> neat = ReproPlanaNEATPlus(2, 1, population_size=20, rng=1)
            >>> for _ in range(3):
            ...     record = neat.tell([-abs(genome.n_enabled - 5) for genome in neat.ask()])
            >>> record.generation, neat.best.fitness == record.best_fitness
            (2, True)
        """
        return step.ask(self._run)

    def tell(self, fitnesses: Sequence[float] | AnyArray) -> GenerationRecord:
        """Enter the scores of the generation that ``ask`` returned.

        ``evolve`` is a loop of these two and may be mixed with them.

        Args:
            fitnesses: one number per genome, in the order of the population, higher is better,
                at most 1e300; NaN and what is below -1e300 are the worst.

        Returns:
            The record of the generation, the last one of ``records``.

        Raises:
            ValueError: not one number per genome, one above 1e300, or a generation that has its
                scores already or was not asked for. Nothing is changed then.
        """
        return step.tell(self._run, fitnesses)

    def speciate(self, fitnesses: Sequence[float] | AnyArray) -> list[Species]:
        """Divide the population into species and enter the scores of this generation.

        The compatibility threshold then moves towards the species target.

        Args:
            fitnesses: one number per genome, at most 1e300; NaN is the worst.

        Returns:
            The species, by id, with members (places in the population) and representative.
        """
        return step.speciate(self._run, fitnesses)

    def reproduce(self, species: Iterable[Species], fitnesses: Sequence[float] | AnyArray) -> None:
        """Replace the population by the next generation, of ``pop_size`` genomes.

        Args:
            species: as ``speciate`` returned them.
            fitnesses: one number per genome, at most 1e300; NaN is the worst.
        """
        step.reproduce(self._run, species, fitnesses)

    def _evaluate_population(self, fitness_fn: Any) -> list[float]:
        """Return one float per genome, NaN where the fitness gave it; scores are kept."""
        return [float(score) for score in step.evaluate(self._run, fitness_fn)]

    def _learn_species_target(self, num_species: int, best_fit: float, gen: int) -> float:
        """Let the target learn from the best fitness; return it.

        ``num_species`` is taken because scripts pass it; the learner looks at fitness alone.
        """
        check_integer("num_species", num_species, 0)
        return self._run.control.learn(best_fit, gen)

    def _adaptive_refine_fitness(
        self, fitnesses: Sequence[float] | AnyArray, fitness_fn: Any
    ) -> list[float]:
        """Train the best tenth of a scored population on; return all scores.

        Whoever scores higher for it keeps its weights and its score. ``refine_share`` of the
        settings does so in every generation, and says for how many.

        Args:
            fitnesses: one number per genome, NaN the worst.
            fitness_fn: a gradient fitness whose genomes inherit.
        """
        return [float(score) for score in step.refine_best(self._run, fitnesses, fitness_fn)]

    def _complexity_penalty(self, genome: Genome) -> float:
        """Return min(limit, m(difficulty) * 0.01 * (0.3 hidden + 0.15 enabled connections))."""
        return step.penalty(self._run, genome)

    def _close_pool(self) -> None:
        """End threads and processes; the next evaluation starts new ones."""
        self._run.pool.close()

    @property
    def _shm_meta(self) -> Mapping[str, SharedMeta] | None:
        return self._run.pool.shm_meta

    @_shm_meta.setter
    def _shm_meta(self, value: Mapping[str, SharedMeta] | None) -> None:
        self._run.pool.shm_meta = value
