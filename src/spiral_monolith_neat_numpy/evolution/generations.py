"""The present generation of a run, and how the next one follows from it."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from spiral_monolith_neat_numpy.arrays import FloatArray, IntArray
from spiral_monolith_neat_numpy.errors import check_integer
from spiral_monolith_neat_numpy.evolution.first import FirstPopulation
from spiral_monolith_neat_numpy.genes.gather import as_kernels_take
from spiral_monolith_neat_numpy.genes.genome import Genome
from spiral_monolith_neat_numpy.genes.innovation import InnovationTracker
from spiral_monolith_neat_numpy.genes.plan import MatingPlan
from spiral_monolith_neat_numpy.genes.population import Population
from spiral_monolith_neat_numpy.genes.ranges import Spread, at_once
from spiral_monolith_neat_numpy.genes.validity import check_population
from spiral_monolith_neat_numpy.kernels.jit import direct
from spiral_monolith_neat_numpy.kernels.rows import mark_repeats
from spiral_monolith_neat_numpy.seeding import Purpose, stream
from spiral_monolith_neat_numpy.settings import Settings
from spiral_monolith_neat_numpy.species.mating import plan_mating
from spiral_monolith_neat_numpy.species.sexes import alone, draw_sexes, paired
from spiral_monolith_neat_numpy.species.sharing import allot_offspring
from spiral_monolith_neat_numpy.species.speciation import Moment, SpeciesSet, speciate
from spiral_monolith_neat_numpy.variation.breeding import Room, breed
from spiral_monolith_neat_numpy.variation.regeneration import regenerate


@dataclass(frozen=True)
class Biology:
    """What takes part in breeding outside ``vanilla``; nothing by default.

    Attributes:
        p_sexed: share of the newborn that are female or male; above 0, couples must fit.
        asexual_share: share of the newborn that have one parent and regenerate.
        regen_intensity: how much they change, from 0 to 1.
    """

    p_sexed: float = 0.0
    asexual_share: float = 0.0
    regen_intensity: float = 0.0


class Generations:
    """A population, the species and the innovations that led to it, and its number.

    Attributes:
        first: what the first population was drawn from.
        number: number of the present generation, from 0.
        population: its genomes.
        species: the species last found; None before the first.
        tracker: numbers of all structural changes so far.
        scores: by which the next generation is to be bred; None: not scored yet.
        size: genomes that the next generation will have.
        is_drawn: whether the first population was drawn at random here, not taken.
    """

    def __init__(self, first: FirstPopulation, *, feed_forward: bool = True) -> None:
        """Begin with a first population, in generation 0."""
        self._feed_forward = feed_forward
        self.number = 0
        self.species: SpeciesSet | None = None
        self.scores: FloatArray | None = None
        self._scored_version = 0
        self._room = Room()
        self.draw(first)

    def draw(self, first: FirstPopulation) -> None:
        """Begin again with the population that ``first`` describes."""
        population = first.draw()
        self.first = first
        self.size = first.population_size
        self.tracker = InnovationTracker()
        self.tracker.learn(first.all_genes())
        self.adopt(population)
        self._next_id = self.size
        self.is_drawn = True

    def resize(self, size: int) -> None:
        """Set the size of the next generation, and that of a first population drawn here.

        Genomes that stay are as they were, and the new ones are those that a first population
        of the new size would have had.
        """
        self.size = size
        if not self.is_drawn:
            return
        kept = self.population[:size]
        self.first = replace(self.first, population_size=size)
        self.adopt(Population.from_genomes([*kept, *self.first.draw()[len(kept) :]]))
        self._next_id = max(self._next_id, size)

    def adopt(self, population: Population) -> None:
        """Make a population, of genes that the tracker knows, the present one."""
        population.on_structure = self.tracker.learn
        population.feed_forward = self._feed_forward
        self.population = population

    @property
    def feed_forward(self) -> bool:
        """Whether cycles are kept out of the genomes; they must be free of them to set it."""
        return self._feed_forward

    @feed_forward.setter
    def feed_forward(self, value: bool) -> None:
        if value and not self._feed_forward:
            check_population(self.population)
        self._feed_forward = value
        self.adopt(self.population)

    def take(self, genomes: Iterable[Genome] | Genome) -> None:
        """Make copies of ``genomes`` the present generation, a new one if this one is scored.

        Of genomes with one id the first keeps it and the others get new ones. One genome by itself
        becomes as many copies as the population has genomes.

        Raises:
            TypeError: something that is no genome.
            ValueError: fewer than two genomes.
            GenomeError: one that breaks a law, has other inputs or outputs than the run, or
                whose innovation numbers mean something else in it.
        """
        if isinstance(genomes, Genome):
            genomes = [genomes] * self.size
        if not isinstance(genomes, Iterable):
            raise TypeError(f"population must be a sequence of Genome, got {genomes!r}")
        listed = list(genomes)
        for index, genome in enumerate(listed):
            if not isinstance(genome, Genome):
                raise TypeError(f"population[{index}] must be a Genome, got {genome!r}")
        check_integer("len(population)", len(listed), 2)
        found = Population.from_genomes(listed)
        check_population(
            found,
            feed_forward=self._feed_forward,
            num_inputs=self.first.num_inputs,
            num_outputs=self.first.num_outputs,
        )
        self.tracker.learn(found.genes)
        self.begin_next()
        self.adopt(found)
        self.settle_ids()
        self.size = len(found)
        self.is_drawn = False

    @property
    def is_scored(self) -> bool:
        """Whether the next generation can be bred from the present one."""
        return self.scores is not None

    @property
    def is_changed(self) -> bool:
        """Whether genomes were put into the population after it was scored."""
        return self.is_scored and self.population.version != self._scored_version

    def note_scores(self, scores: FloatArray) -> None:
        """Keep the scores by which the next generation is to be bred."""
        self.scores = scores
        self._scored_version = self.population.version

    def begin_next(self) -> None:
        """Make the population as it is the next generation, if it was scored in this one."""
        if self.is_scored:
            self.number += 1
            self.scores = None

    def restart(self) -> None:
        """Replace the population by a first one drawn anew; the innovations stay known."""
        self.number += 1
        fresh = replace(self.first, population_size=self.size).draw(self.number)
        fresh.table.id[:] += self._next_id
        fresh.table.birth[:] = self.number
        self._next_id += self.size
        self.species = self.scores = None
        self.adopt(fresh)

    def divided(
        self, scores: FloatArray, settings: Settings, threshold: float, spread: Spread = at_once
    ) -> SpeciesSet:
        """Return the species of the population under a threshold; ``species`` are those before.

        ``spread`` may share the work out among threads.
        """
        moment = Moment(self.first.seed, self.number)
        return speciate(self.population, scores, self.species, settings, threshold, moment, spread)

    def reproduce(
        self,
        species: SpeciesSet,
        scores: FloatArray,
        settings: Settings,
        spread: Spread = at_once,
        biology: Biology | None = None,
    ) -> IntArray:
        """Replace the population by its offspring; return how many each species had.

        ``spread`` may share the breeding out among threads (see ``variation.breed``).
        """
        biology = Biology() if biology is None else biology
        self.settle_ids()  # a script may come here without an evaluation in between
        seed, parents = self.first.seed, self.population
        offspring = allot_offspring(species, scores, self.size, settings, self.number)
        plan = plan_mating(species, offspring, scores, settings, seed, self.number, spread)
        plan, regenerating = self._with_biology(plan, biology)
        fitness = parents.table.fitness
        kept = fitness.copy()
        # Parents are compared by the scores that selected them.
        fitness[:] = scores
        try:
            birth = seed, self.number + 1, self._next_id
            children = breed(parents, plan, settings, self.tracker, *birth, spread, self._room)
        finally:
            fitness[:] = kept
        if biology.p_sexed > 0.0:
            young = ~plan.elite
            sexes = draw_sexes(len(plan), biology.p_sexed, seed, self.number + 1)
            children.table.sex[young] = sexes[young]
        if biology.asexual_share > 0.0:
            children.table.regen[~plan.elite] = False
        if regenerating:
            places, streams = zip(*regenerating, strict=True)
            much = biology.regen_intensity
            regenerate(children, places, much, settings, self.tracker, streams)
        self._next_id += plan.n_births
        self.number += 1
        self.scores = None
        self.adopt(children)
        return offspring

    def _with_biology(
        self, plan: MatingPlan, biology: Biology
    ) -> tuple[MatingPlan, list[tuple[int, np.random.Generator]]]:
        """Return the plan as sexes and regeneration allow, and who regenerates, by which stream."""
        sex = self.population.table.sex
        if biology.p_sexed > 0.0:
            plan = paired(plan, sex)
        if biology.asexual_share == 0.0:
            return plan, []
        seed, number = self.first.seed, self.number + 1
        young = np.flatnonzero(~plan.elite).tolist()
        streams = ((at, stream(seed, Purpose.REGENERATION, number, at)) for at in young)
        chosen = [(at, rng) for at, rng in streams if rng.random() < biology.asexual_share]
        marked = np.zeros(len(plan), dtype=np.bool_)
        marked[[at for at, _ in chosen]] = True
        return alone(plan, marked), chosen

    def settle_ids(self) -> None:
        """Give new ids to genomes whose id stands before in the population.

        A genome put into the population keeps its id, and ids key the random streams.
        """
        ids = self.population.table.id
        again = np.empty(ids.size, dtype=np.bool_)
        n_again, largest = direct(mark_repeats)(as_kernels_take(ids), again)
        self._next_id = max(self._next_id, largest + 1)
        if n_again:
            ids[again] = self._next_id + np.arange(n_again)
            self._next_id += n_again

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Tie population and tracker together again: a population travels without its hook."""
        self.__dict__.update(state)
        self.adopt(self.population)
