"""``ReproPlanaNEATPlus``: NEAT (Stanley & Miikkulainen 2002), generation after generation."""

import logging
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from spiral_monolith_neat_numpy.arrays import FloatArray
from spiral_monolith_neat_numpy.control.target import SpeciesTarget
from spiral_monolith_neat_numpy.control.target_settings import TargetSettings
from spiral_monolith_neat_numpy.control.threshold import ThresholdControl
from spiral_monolith_neat_numpy.errors import check_choice, check_integer, check_number
from spiral_monolith_neat_numpy.evaluation.backends import Backend, make_backend
from spiral_monolith_neat_numpy.evaluation.evaluate import evaluate
from spiral_monolith_neat_numpy.evaluation.shared import SharedMeta, shm_set_worker_meta
from spiral_monolith_neat_numpy.evolution.attributes import NOT_YET, SettingAttribute, not_yet
from spiral_monolith_neat_numpy.evolution.champion import Champion
from spiral_monolith_neat_numpy.evolution.environment import (
    Environment,
    EnvSchedule,
    complexity_factor,
)
from spiral_monolith_neat_numpy.evolution.records import Event, GenerationRecord
from spiral_monolith_neat_numpy.evolution.run_settings import EvalMode, RunSettings
from spiral_monolith_neat_numpy.evolution.snapshots import Scar, Snapshots
from spiral_monolith_neat_numpy.genes.genome import Genome
from spiral_monolith_neat_numpy.genes.innovation import InnovationTracker
from spiral_monolith_neat_numpy.genes.population import Population
from spiral_monolith_neat_numpy.genes.validity import check_population
from spiral_monolith_neat_numpy.seeding import run_seed
from spiral_monolith_neat_numpy.settings import ACTIVATION_NAMES, Settings
from spiral_monolith_neat_numpy.species.mating import plan_mating
from spiral_monolith_neat_numpy.species.sharing import allot_offspring
from spiral_monolith_neat_numpy.species.speciation import (
    Species,
    SpeciesSet,
    note_progress,
    speciate,
)
from spiral_monolith_neat_numpy.variation.breeding import breed

_log = logging.getLogger("spiral_monolith_neat_numpy")
Reporter = Callable[[GenerationRecord], None]


class ReproPlanaNEATPlus:
    """Evolves wiring and weights of small networks together.

    Every attribute below can be set at any time; a wrong value is an error that names the
    attribute and its range, and the change is written into ``event_log``.

    Attributes:
        population: the genomes, a sequence of ``Genome``.
        settings: all settings of evolution (``Settings``), frozen.
        mode: ``EvalMode``.
        generation: number of the present generation, from 0.
        records: one ``GenerationRecord`` per generation run.
        best: copy of the best genome so far, None before the first score.
        best_ids: id of each generation's best genome.
        hidden_counts_history, edge_counts_history: per generation the number of hidden nodes,
            and of enabled edges, of every genome.
        event_log: ``Event`` per thing that happened beside the scores.
        env, env_history: this and every generation's ``Environment``.
        tracker: ``InnovationTracker``.
        seed: seed of the run.

    Example:
        >>> import numpy as np
        >>> X, y = np.array([[0, 0], [0, 1], [1, 0], [1, 1.0]]), np.array([0, 1, 1, 0.0])
        >>> from spiral_monolith_neat_numpy.network.network import compile_genome
        >>> def fitness(genome):
        ...     error = np.abs(compile_genome(genome).activate(X)[:, 0] - y).sum()
        ...     return float((4.0 - error) ** 2)
        >>> neat = ReproPlanaNEATPlus(2, 1, population_size=50, rng=1)
        >>> best, history = neat.evolve(fitness, n_generations=3, verbose=False)
        >>> len(history), best.fitness == max(row[0] for row in history)
        (3, True)
    """

    eval_workers = SettingAttribute("_run")
    parallel_backend = SettingAttribute("_run")
    pool_keepalive = SettingAttribute("_run")
    pool_restart_every = SettingAttribute("_run")
    snapshot_stride = SettingAttribute("_run")
    snapshot_max = SettingAttribute("_run")
    complexity_threshold = SettingAttribute("settings")
    max_hidden_nodes = SettingAttribute("settings")
    max_edges = SettingAttribute("settings")
    grad_clip = SettingAttribute("settings")
    weight_clip = SettingAttribute("settings")
    species_target_mode = SettingAttribute("_target_settings")
    species_target_min = SettingAttribute("_target_settings")
    species_target_max = SettingAttribute("_target_settings")
    species_target_step = SettingAttribute("_target_settings")
    species_target_update_every = SettingAttribute("_target_settings")
    pid_kp = SettingAttribute("_target_settings")
    pid_ki = SettingAttribute("_target_settings")
    pid_kd = SettingAttribute("_target_settings")
    pid_i_clip = SettingAttribute("_target_settings")

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
            ValueError: a value out of range, or a bad ``NEAT_*`` environment variable.
        """
        if settings is not None and not isinstance(settings, Settings):
            raise TypeError(f"settings must be a Settings or None, got {settings!r}")
        self._num_inputs = check_integer("num_inputs", num_inputs, 1)
        self._num_outputs = check_integer("num_outputs", num_outputs, 1)
        self._pop_size = check_integer("population_size", population_size, 2)
        check_choice("output_activation", output_activation, ACTIVATION_NAMES)
        self.output_activation = output_activation
        self.seed = run_seed(rng)
        self.settings = Settings() if settings is None else settings
        self.records: list[GenerationRecord] = []
        self.event_log: list[Event] = []
        self.generation = 0
        self._run = RunSettings.from_environment()
        self._mode = EvalMode()
        self._start_control()
        self._shm_meta: Mapping[str, SharedMeta] | None = None
        self._backend: Backend | None = None
        self._backend_key: tuple[object, ...] = ()
        self._reset_run()
        self._ready = True

    def _start_control(self) -> None:
        mode, settings = self._mode, self.settings
        limits = TargetSettings().resolved(mode.species_high, self._pop_size)
        target = settings.species_target
        if target is None:
            target = 0.5 * (mode.species_low + mode.species_high)
        low, high = limits.limits
        self._learner = SpeciesTarget(limits, min(max(target, low), high), self.seed)
        self._threshold = ThresholdControl(
            min(
                max(settings.compatibility_threshold, settings.threshold_min),
                settings.threshold_max,
            ),
            settings.threshold_gain,
            settings.threshold_min,
            settings.threshold_max,
        )

    def _reset_run(self) -> None:
        """Begin at generation 0 with a new first population."""
        self._population = Population.first(
            self._pop_size,
            self._num_inputs,
            self._num_outputs,
            self.output_activation,
            self.seed,
            self.settings.initial_weight_sigma,
        )
        self.tracker = InnovationTracker()
        self.tracker.learn(self._population.genes)
        self._adopt(self._population)
        self._next_genome_id = self._pop_size
        self._species: SpeciesSet | None = None
        self._pending: FloatArray | None = None
        self._champion = Champion()
        self._snapshots = Snapshots()
        self._snapshots.note_births(0, 0)
        self._evaluations = self._gradient_steps = 0
        self.best_ids: list[int] = []
        self.hidden_counts_history: list[list[int]] = []
        self.edge_counts_history: list[list[int]] = []
        self.env = Environment()
        self.env_history: list[Environment] = []

    def _adopt(self, population: Population) -> None:
        """Take a population whose genes the tracker knows."""
        population.on_structure = self.tracker.learn
        self._population = population

    def __getattr__(self, name: str) -> Any:
        """Say of promised names that they are not there yet."""
        if name in NOT_YET:
            raise not_yet(name)
        raise AttributeError(f"{type(self).__name__} has no attribute {name!r}")

    def __setattr__(self, name: str, value: Any) -> None:
        """Refuse names that would change nothing."""
        if name in NOT_YET:
            raise not_yet(name)
        known = name in self.__dict__ or hasattr(type(self), name)
        if not known and "_ready" in self.__dict__:
            raise AttributeError(f"{type(self).__name__} has no attribute {name!r} to set")
        object.__setattr__(self, name, value)

    def note_setting(self, name: str, value: object) -> None:
        """Write a changed setting into the event log."""
        self.event_log.append(Event(self.generation, "setting", f"{name} = {value!r}"))

    @property
    def _target_settings(self) -> TargetSettings:
        return self._learner.settings

    @_target_settings.setter
    def _target_settings(self, value: TargetSettings) -> None:
        self._learner.settings = value.resolved(self._mode.species_high, self._pop_size)

    @property
    def species_target(self) -> float:
        """Number of species aimed at; the learner moves it unless the mode is "fixed"."""
        return self._learner.target

    @species_target.setter
    def species_target(self, value: float) -> None:
        self._learner.target = value
        self.note_setting("species_target", value)

    @property
    def compatibility_threshold(self) -> float:
        """Distance below which genomes share a species; it follows the species target."""
        return self._threshold.threshold

    @compatibility_threshold.setter
    def compatibility_threshold(self, value: float) -> None:
        self._threshold.threshold = value
        self.note_setting("compatibility_threshold", value)

    @property
    def mode(self) -> EvalMode:
        """How close to the canonical algorithm the run stays."""
        return self._mode

    @mode.setter
    def mode(self, value: EvalMode) -> None:
        if not isinstance(value, EvalMode):
            raise TypeError(f"mode must be an EvalMode, got {value!r}")
        self._mode = value
        self.note_setting("mode", value)

    @property
    def pop_size(self) -> int:
        """Genomes per generation; a change holds from the next generation on."""
        return self._pop_size

    @pop_size.setter
    def pop_size(self, value: int) -> None:
        self._pop_size = check_integer("pop_size", value, 2)
        self.note_setting("pop_size", value)
        if self.generation == 0 and self._pending is None and not self.records:
            self._reset_run()

    @property
    def num_inputs(self) -> int:
        """Inputs of every network; can be set until the first generation is scored."""
        return self._num_inputs

    @num_inputs.setter
    def num_inputs(self, value: int) -> None:
        self._resize("num_inputs", value)

    @property
    def num_outputs(self) -> int:
        """Outputs of every network; can be set until the first generation is scored."""
        return self._num_outputs

    @num_outputs.setter
    def num_outputs(self, value: int) -> None:
        self._resize("num_outputs", value)

    def _resize(self, name: str, value: int) -> None:
        if self.records or self.generation > 0:
            raise ValueError(
                f"{name} must be set before the first generation is scored, got {value!r} in "
                f"generation {self.generation}"
            )
        object.__setattr__(self, f"_{name}", check_integer(name, value, 1))
        self._reset_run()

    @property
    def population(self) -> Population:
        """The genomes of the present generation."""
        return self._population

    @population.setter
    def population(self, value: Population | Iterable[Genome]) -> None:
        found = value if isinstance(value, Population) else Population.from_genomes(value)
        check_integer("len(population)", len(found), 2)
        check_population(found, num_inputs=self._num_inputs, num_outputs=self._num_outputs)
        self.tracker.learn(found.genes)
        self._adopt(found)
        self._pop_size = len(found)
        self._next_genome_id = max(self._next_genome_id, int(found.table.id.max()) + 1)
        self._pending = None

    @property
    def best(self) -> Genome | None:
        """Copy of the best genome so far, with the parameters that earned its fitness."""
        return None if self._champion.genome is None else self._champion.genome.copy()

    @property
    def snapshots_genomes(self) -> list[Genome]:
        """Copies of generations' best genomes, oldest first."""
        return self._snapshots.genomes

    @property
    def snapshots_scars(self) -> list[dict[int, Scar]]:
        """For each snapshot a mapping from hidden node to its birth."""
        return self._snapshots.scars

    @property
    def _spec_learn(self) -> Mapping[str, Any]:
        return self._learner.state

    @property
    def _proc_pool(self) -> Any:
        return getattr(self._backend, "pool", None)

    @property
    def _proc_pool_age(self) -> int:
        return int(getattr(self._backend, "pool_age", 0))

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
            fitness_fn: ``fitness(genome) -> number``, higher is better; see
                ``evaluation.evaluate`` for whole-population ones. NaN counts as the worst.
            n_generations: how many to run, >= 1.
            target_fitness: stop after the generation whose best reaches it; None: never.
            verbose: print a line a generation.
            env_schedule: ``schedule(generation, context)`` -> {"difficulty": ..., "noise_std":
                ...}; the context is a mapping with "records", "population" and "env".
            on_generation: called with each generation's record.

        Returns:
            ``(best, history)``: a copy of the best genome so far, which predicts with the
            parameters that earned its fitness, and a tuple (best, mean fitness) per generation.
            ``population`` is the last one scored.

        Raises:
            FitnessError: the fitness failed; ``best`` and ``records`` hold what came before.
            ValueError: a value out of range, or no genome had a finite score.
        """
        check_integer("n_generations", n_generations, 1)
        if target_fitness is not None:
            check_number("target_fitness", target_fitness)
        if not callable(fitness_fn) and not hasattr(fitness_fn, "evaluate_population"):
            raise TypeError(f"fitness_fn must be callable on a genome, got {fitness_fn!r}")
        history: list[tuple[float, float]] = []
        try:
            for _ in range(n_generations):
                record = self._run_generation(fitness_fn, env_schedule)
                history.append((record.best_fitness, record.mean_fitness))
                if verbose:
                    print(record.line(), flush=True)
                if on_generation is not None:
                    on_generation(record)
                if target_fitness is not None and record.best_fitness >= target_fitness:
                    break
        finally:
            if self._run.pool_keepalive == 0:
                self._close_pool()
        best = self.best
        if best is None:
            raise ValueError(
                "fitness_fn must give at least one genome a finite score, got none in "
                f"{len(history)} generations"
            )
        return best, history

    def _run_generation(self, fitness_fn: Any, schedule: EnvSchedule | None) -> GenerationRecord:
        started = time.perf_counter()
        if self._pending is not None and self._species is not None:
            self.reproduce(self._species, self._pending)
        context = {"records": self.records, "population": self.population, "env": self.env}
        self.env = self.env.scheduled(schedule, self.generation, context)
        fitnesses = np.array(self._evaluate_population(fitness_fn))
        scores = self._selection_scores(fitnesses, fitness_fn)
        finite = fitnesses[np.isfinite(fitnesses)]
        best = float(finite.max()) if finite.size else -np.inf
        self._learn_species_target(
            0 if self._species is None else len(self._species), best, self.generation
        )
        threshold = self.compatibility_threshold
        self.speciate(scores)
        self._pending = scores
        self._remember(fitnesses, fitness_fn)
        record = GenerationRecord(
            generation=self.generation,
            best_fitness=best,
            mean_fitness=float(finite.mean()) if finite.size else -np.inf,
            n_species=len(self._species or ()),
            species_target=self.species_target,
            compatibility_threshold=threshold,
            arm=str(self._learner.state["last_method"]),
            difficulty=self.env.difficulty,
            mean_hidden=float(self.population.n_hidden().mean()),
            mean_edges=float(self.population.n_enabled().mean()),
            evaluations=self._evaluations,
            gradient_steps=self._gradient_steps,
            seconds=time.perf_counter() - started,
        )
        self.records.append(record)
        return record

    def _remember(self, fitnesses: FloatArray, fitness_fn: Any) -> None:
        ranked = np.where(np.isfinite(fitnesses), fitnesses, -np.inf)
        index = int(np.argmax(ranked))
        self._champion.offer(self.population, ranked, fitness_fn, self.seed, self.generation)
        self.best_ids.append(self.population[index].id)
        self.hidden_counts_history.append(self.population.n_hidden().tolist())
        self.edge_counts_history.append(self.population.n_enabled().tolist())
        self.env_history.append(self.env)
        self._snapshots.take(
            self.population[index],
            self.generation,
            self._run.snapshot_stride,
            self._run.snapshot_max,
        )

    def _evaluate_population(self, fitness_fn: Any) -> list[float]:
        """Return one float per genome, NaN where the fitness gave it; scores are kept."""
        set_noise = getattr(fitness_fn, "set_noise_std", None)
        if set_noise is not None and (self.env.noise_std > 0.0 or self.env_history):
            set_noise(self.env.noise_std)
        set_limits = getattr(fitness_fn, "set_training_limits", None)
        if set_limits is not None:
            set_limits(self.settings.grad_clip, self.settings.weight_clip)
        if self._shm_meta:
            shm_set_worker_meta(self._shm_meta)
        scores = evaluate(
            self.population, fitness_fn, self._open_backend(), self.seed, self.generation
        )
        self.population.table.fitness[:] = scores
        self._evaluations += len(scores)
        self._gradient_steps += len(scores) * int(getattr(fitness_fn, "gradient_steps", 0))
        return [float(score) for score in scores]

    def _open_backend(self) -> Backend:
        run = self._run
        key = (
            run.parallel_backend,
            run.eval_workers,
            run.pool_keepalive,
            run.pool_restart_every,
            run.start_method,
        )
        if self._backend is None or key != self._backend_key:
            self._close_pool()
            self._backend = make_backend(
                run.parallel_backend,
                run.eval_workers,
                run.start_method,  # type: ignore[arg-type]
                self._shm_meta,
                run.pool_keepalive,
                run.pool_restart_every,
            )
            self._backend_key = key
        if hasattr(self._backend, "shm_meta"):
            self._backend.shm_meta = self._shm_meta
        return self._backend

    def _close_pool(self) -> None:
        """End threads and processes; the next evaluation starts new ones."""
        if self._backend is not None:
            self._backend.close()
            self._backend = None

    def _selection_scores(self, fitnesses: FloatArray, fitness_fn: Any) -> FloatArray:
        """Return what selection sees: NaN as the worst; outside vanilla scaled and charged."""
        scores = np.where(np.isnan(fitnesses), -np.inf, fitnesses)
        if self.mode.vanilla:
            return scores
        scores = scores * self.population.table.hybrid_scale
        if getattr(fitness_fn, "carries_complexity", False):
            return scores
        hidden, enabled = self.population.n_hidden(), self.population.n_enabled()
        return np.asarray(scores - self._penalty(hidden, enabled))

    def _complexity_penalty(self, genome: Genome) -> float:
        """Return min(limit, m(difficulty) * 0.01 * (0.3 hidden + 0.15 enabled edges))."""
        return float(self._penalty(genome.n_hidden, genome.n_enabled))

    def _penalty(self, hidden: Any, enabled: Any) -> Any:
        factor = complexity_factor(self.env.difficulty)
        charge = factor * 0.01 * (0.3 * hidden + 0.15 * enabled)
        return np.minimum(self.settings.complexity_threshold, charge)

    def _learn_species_target(self, num_species: int, best_fit: float, gen: int) -> float:
        """Let the target learn from the best fitness; return it.

        ``num_species`` is taken because scripts pass it; the learner looks at fitness alone.
        """
        check_integer("num_species", num_species, 0)
        return self._learner.update(best_fit, gen)

    def speciate(self, fitnesses: Sequence[float] | FloatArray) -> list[Species]:
        """Divide the population into species and enter the scores of this generation.

        The compatibility threshold then moves towards the species target.

        Args:
            fitnesses: one number per genome; NaN is the worst.

        Returns:
            The species, by id, with members (places in the population) and representative.
        """
        scores = np.asarray(fitnesses, dtype=np.float64)
        found = speciate(
            self.population,
            self._species,
            self.settings,
            self.compatibility_threshold,
            self.seed,
            self.generation,
        )
        self._species = note_progress(found, scores, self.generation)
        self._threshold.update(len(found), self.species_target)
        return list(self._species)

    def reproduce(
        self, species: Iterable[Species] | SpeciesSet, fitnesses: Sequence[float] | FloatArray
    ) -> None:
        """Replace the population by the next generation, of ``pop_size`` genomes.

        Args:
            species: as ``speciate`` returned them.
            fitnesses: one number per genome; NaN is the worst.
        """
        scores = np.asarray(fitnesses, dtype=np.float64)
        kinds = SpeciesSet.from_species(species)
        offspring = allot_offspring(kinds, scores, self._pop_size, self.settings, self.generation)
        for barred in kinds.id[offspring == 0].tolist():
            message = f"species {barred} leaves no offspring"
            self.event_log.append(Event(self.generation, "stagnation", message))
        plan = plan_mating(kinds, offspring, scores, self.settings, self.seed, self.generation)
        # Parents are compared by the scores that selected them.
        self.population.table.fitness[:] = scores
        first_node = self.tracker.next_node
        children = breed(
            self.population,
            plan,
            self.settings,
            self.tracker,
            self.seed,
            self.generation + 1,
            self._next_genome_id,
        )
        self._next_genome_id += plan.n_births
        self.generation += 1
        self._snapshots.note_births(first_node, self.generation)
        self._adopt(children)
        self._pending = None
