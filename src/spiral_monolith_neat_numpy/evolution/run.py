"""A run of evolution: its parts, and what may be set on them while it goes on."""

from collections.abc import Iterable
from dataclasses import replace

from spiral_monolith_neat_numpy.control.phases import PhasedSearch
from spiral_monolith_neat_numpy.control.stall import StallWatch
from spiral_monolith_neat_numpy.errors import check_flag, check_integer
from spiral_monolith_neat_numpy.evaluation.settings import PoolSettings
from spiral_monolith_neat_numpy.evolution.environment import Environment
from spiral_monolith_neat_numpy.evolution.first import FirstPopulation, start_of
from spiral_monolith_neat_numpy.evolution.generations import Biology, Generations
from spiral_monolith_neat_numpy.evolution.history import History
from spiral_monolith_neat_numpy.evolution.pool import Pool
from spiral_monolith_neat_numpy.evolution.records import GenerationRecord
from spiral_monolith_neat_numpy.evolution.run_settings import EvalMode
from spiral_monolith_neat_numpy.evolution.schedules import AutoSchedule
from spiral_monolith_neat_numpy.evolution.species_control import SpeciesControl
from spiral_monolith_neat_numpy.genes.genome import Genome
from spiral_monolith_neat_numpy.genes.population import Population
from spiral_monolith_neat_numpy.settings import Settings, pushed, shrinking, with_changes

_HARD = 0.9  # difficulty from which diversity is pushed


class Run:
    """The state of a run; ``ReproPlanaNEATPlus`` shows it to users.

    Attributes:
        seed: seed of every random stream.
        generations: population, species, innovations.
        control: species target and compatibility threshold.
        pool: workers.
        history: records, events, champion.
        asked_at: when the present generation was asked for, in seconds of the performance
            counter; None: it was not, or has its scores.
        stall: since when the best score has not risen.
        is_stalled: whether the population is to be drawn anew instead of bred from.
        phases: whether the population grows or shrinks, in phased search.
        auto_schedule: the schedule of the automatic curriculum.
    """

    def __init__(self, first: FirstPopulation, settings: Settings) -> None:
        """Make the parts; workers are what the environment's variables say.

        Raises:
            ValueError: a setting out of range, or a bad ``NEAT_*`` variable.
        """
        self._settings, self._mode, self._env = settings, EvalMode(), Environment()
        self.seed = first.seed
        self.pool = Pool(PoolSettings.from_environment())
        self.control = SpeciesControl(settings, self._mode, first.population_size, first.seed)
        self.generations = Generations(first, feed_forward=settings.feed_forward)
        self.history = History()
        self.asked_at: float | None = None
        self.stall = StallWatch()
        self.is_stalled = False
        self.phases = PhasedSearch()
        self._keep_lineage: bool | None = None
        self._auto_curriculum = True
        self.auto_schedule = AutoSchedule()

    @property
    def settings(self) -> Settings:
        """Settings of evolution; setting them takes over what differs from the old ones."""
        return self._settings

    @settings.setter
    def settings(self, value: Settings) -> None:
        if not isinstance(value, Settings):
            raise TypeError(f"settings must be a Settings, got {value!r}")
        self.generations.feed_forward = value.feed_forward
        self.control.follow_settings(self._settings, value)
        start, generations = start_of(value), self.generations
        if start != generations.first.start:
            if generations.is_drawn and not self.started:
                self._draw(start=start)
            else:
                generations.first = replace(generations.first, start=start)
        self._settings = value

    @property
    def mode(self) -> EvalMode:
        """How close to the canonical algorithm the run stays."""
        return self._mode

    @mode.setter
    def mode(self, value: EvalMode) -> None:
        if not isinstance(value, EvalMode):
            raise TypeError(f"mode must be an EvalMode, got {value!r}")
        self._mode = value
        self.control.follow_mode(value, started=self.started)

    @property
    def env(self) -> Environment:
        """The environment; a mapping may be set too, and changes what it names."""
        return self._env

    @env.setter
    def env(self, value: object) -> None:
        if not isinstance(value, Environment):
            value = self._env.changed("env", value)
        self._env = value

    @property
    def auto_curriculum(self) -> bool:
        """Whether the difficulty follows progress outside ``vanilla``, if no schedule is given."""
        return self._auto_curriculum

    @auto_curriculum.setter
    def auto_curriculum(self, value: bool) -> None:
        self._auto_curriculum = check_flag("auto_curriculum", value)

    @property
    def keep_lineage(self) -> bool:
        """Whether every birth is written down; unless it was set, outside ``vanilla`` alone."""
        return not self._mode.vanilla if self._keep_lineage is None else self._keep_lineage

    @keep_lineage.setter
    def keep_lineage(self, value: bool) -> None:
        self._keep_lineage = check_flag("keep_lineage", value)

    @property
    def pop_size(self) -> int:
        """Genomes per generation; after the start a change holds from the next one on."""
        return self.generations.size

    @pop_size.setter
    def pop_size(self, value: int) -> None:
        size = check_integer("pop_size", value, 2)
        if self.started:
            self.generations.size = size
        else:
            self.generations.resize(size)
        self.control.follow_size(size)

    @property
    def num_inputs(self) -> int:
        """Inputs of every network; setting it before the start draws a new population."""
        return self.generations.first.num_inputs

    @num_inputs.setter
    def num_inputs(self, value: int) -> None:
        self._check_not_started("num_inputs", value)
        self._draw(num_inputs=value)

    @property
    def num_outputs(self) -> int:
        """Outputs of every network; setting it before the start draws a new population."""
        return self.generations.first.num_outputs

    @num_outputs.setter
    def num_outputs(self, value: int) -> None:
        self._check_not_started("num_outputs", value)
        self._draw(num_outputs=value)

    @property
    def population(self) -> Population:
        """The genomes of the present generation; what is set is copied."""
        return self.generations.population

    @population.setter
    def population(self, value: Iterable[Genome] | Genome) -> None:
        first_node = self.generations.tracker.next_node
        self.generations.take(value)
        self.history.snapshots.note_births(first_node, self.generations.number)
        self.control.follow_size(self.pop_size)

    def note_best(self, best_fitness: float) -> None:
        """Look whether the population has stalled, now that the present generation is scored."""
        s = self._settings
        waited = self.stall.update(best_fitness, self.generations.number, s.restart_gain)
        self.is_stalled = 0 < s.restart_generations <= waited

    @property
    def breeding_settings(self) -> Settings:
        """Settings by which the next generation is bred: by the phase, and the environment."""
        s = self._settings
        if not self._mode.vanilla:
            if s.pollen:
                s = with_changes(s, {"p_interspecies": self._env.pollen_flow})
            if s.diversity_push > 0.0 and self._wants_diversity():
                s = pushed(s)
        if s.phased_search and self.phases.phase == "simplify":
            s = shrinking(s)
        return s

    @property
    def biology(self) -> Biology:
        """What takes part in breeding outside ``vanilla``."""
        if self._mode.vanilla:
            return Biology()
        share = self._env.asexual_share if self._mode.enable_regen_reproduction else 0.0
        return Biology(self._settings.p_sexed, share, self._env.regen_intensity)

    def _wants_diversity(self) -> bool:
        species = self.generations.species
        few = species is not None and len(species) < self.control.species_target
        return few or self._env.difficulty >= _HARD

    def note_births(self) -> None:
        """Write down who was born in the present generation, where a lineage is kept."""
        if self.keep_lineage:
            self.history.lineage.note(self.population.table, self.generations.number)

    def note_phase(self, record: GenerationRecord) -> None:
        """Look whether phased search turns round, now that a generation is recorded."""
        s, phases = self._settings, self.phases
        if not s.phased_search:
            return
        before, complexity = phases.phase, record.mean_hidden + record.mean_edges
        now = phases.update(
            complexity, record.best_fitness, record.generation, s.phase_room, s.phase_patience
        )
        if now != before:
            ceiling = f"; the new ceiling is {phases.ceiling:.1f}" if now == "complexify" else ""
            message = f"{now}: hidden nodes and connections are {complexity:.1f}{ceiling}"
            self.history.event(record.generation + 1, "phase", message)

    def note_setting(self, name: str, value: object) -> None:
        """Write a changed setting into the event log."""
        generations = self.generations
        shown = f"{len(value)} genomes" if isinstance(value, Population) else repr(value)
        holds_from = generations.number + int(generations.is_scored)
        self.history.event(holds_from, "setting", f"{name} = {shown}")

    @property
    def started(self) -> bool:
        """Whether a genome has been scored or a generation bred."""
        return self.history.evaluations > 0 or self.generations.number > 0

    def _check_not_started(self, name: str, value: object) -> None:
        if self.started:
            raise ValueError(
                f"{name} must be set before the first generation is scored, got {value!r} in "
                f"generation {self.generations.number}"
            )

    def _draw(self, **changes: object) -> None:
        now = {"population_size": self.pop_size, **changes}
        self.generations.draw(with_changes(self.generations.first, now))
