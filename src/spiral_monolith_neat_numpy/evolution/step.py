"""The step of a run from one generation to the next, and the parts of it that scripts call.

Ctrl-C breaks off the scoring, which leaves the population as it was, and nothing else: a run that
is continued after it goes on as if nothing had happened.
"""

import logging
import time
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from spiral_monolith_neat_numpy.arrays import AnyArray, FloatArray
from spiral_monolith_neat_numpy.errors import FitnessError
from spiral_monolith_neat_numpy.evaluation.scored import Fault, Scored, faults_of, noted
from spiral_monolith_neat_numpy.evolution.environment import EnvSchedule
from spiral_monolith_neat_numpy.evolution.records import GenerationRecord
from spiral_monolith_neat_numpy.evolution.refinement import DEFAULT_SHARE, can_refine, refine
from spiral_monolith_neat_numpy.evolution.run import Run
from spiral_monolith_neat_numpy.evolution.scoring import (
    LARGEST,
    Sifted,
    as_scores,
    check_given,
    check_returned,
    complexity_penalty,
    selection_scores,
)
from spiral_monolith_neat_numpy.genes.genome import Genome
from spiral_monolith_neat_numpy.genes.population import Population
from spiral_monolith_neat_numpy.interrupts import held_back
from spiral_monolith_neat_numpy.settings import with_changes
from spiral_monolith_neat_numpy.species.sharing import is_barred, refocused
from spiral_monolith_neat_numpy.species.speciation import Species, SpeciesSet

_log = logging.getLogger("spiral_monolith_neat_numpy")
_CHAMPIONS = 1e-12  # share of a species that is its champion alone


def step(run: Run, fitness: Any, schedule: EnvSchedule | None) -> GenerationRecord:
    """Breed a generation if there is one to breed from, score it, divide it, record it."""
    started = time.perf_counter()
    ask(run, schedule)
    fitnesses, sifted = _score(run, fitness)
    with held_back():
        _enter(run, fitnesses, sifted, fitness)
        return _conclude(run, sifted, fitness, started)


def ask(run: Run, schedule: EnvSchedule | None = None) -> Population:
    """Return the generation that is to be scored, bred first if the last one is scored."""
    run.asked_at = time.perf_counter()
    if run.generations.is_scored:
        with held_back():
            _go_on(run)
    _schedule(run, schedule)
    run.generations.settle_ids()
    return run.population


def tell(run: Run, fitnesses: Sequence[float] | AnyArray) -> GenerationRecord:
    """Enter the scores of the generation that was asked for, divide it, record it.

    Raises:
        ValueError: the generation is scored already or was not asked for, or scores that do not
            fit it.
    """
    number, n = run.generations.number, len(run.population)
    if run.generations.is_scored:
        raise ValueError(
            f"tell must follow ask: generation {number} is scored already, ask() breeds the next"
        )
    asked_at = run.asked_at
    if asked_at is None:
        raise ValueError(f"tell must follow ask: generation {number} was not asked for")
    values, sifted = check_given(fitnesses, n)
    with held_back():
        _enter(run, values, sifted, None)
        return _conclude(run, sifted, None, asked_at)


def _conclude(run: Run, sifted: Sifted, fitness: Any, started: float) -> GenerationRecord:
    """Divide a generation that is scored, and record it."""
    run.asked_at = None
    generations, control, history = run.generations, run.control, run.history
    population = run.population
    control.learn(sifted.best_score, generations.number)
    run.note_best(sifted.best_score)
    selected = _selected(run, sifted.scores, fitness)
    species, threshold = _divide(run, selected)
    history.offer(population, sifted, fitness, run.seed, generations.number)
    hidden, enabled = population.sizes()
    record = GenerationRecord(
        generation=generations.number,
        best_fitness=sifted.best_score,
        mean_fitness=sifted.mean,
        n_species=len(species),
        species_target=control.species_target,
        compatibility_threshold=threshold,
        arm=control.arm,
        reward=control.reward,
        error=control.error,
        difficulty=run.env.difficulty,
        mean_hidden=float(hidden.sum()) / hidden.size,
        mean_edges=float(enabled.sum()) / enabled.size,
        evaluations=history.evaluations,
        gradient_steps=history.gradient_steps,
        seconds=time.perf_counter() - started,
    )
    run.note_births()
    run.note_phase(record)
    history.note(record, int(population.table.id[sifted.best]), (hidden, enabled), run.env)
    generations.note_scores(selected)
    return record


def evaluate(run: Run, fitness: Any) -> FloatArray:
    """Score the population; return what the fitness gave, NaN included.

    If that fails or is interrupted, the population is again as it was before.
    """
    run.generations.settle_ids()
    fitnesses, sifted = _score(run, fitness)
    _enter(run, fitnesses, sifted, fitness)
    return fitnesses


def _score(run: Run, fitness: Any) -> tuple[FloatArray, Sifted]:
    _tell(run, fitness)
    population, number = run.population, run.generations.number
    # A fitness that says that it changes nothing is believed: a copy takes as long as breeding.
    before = population.copy() if getattr(fitness, "changes_genomes", True) else None
    refined = 0, 0
    try:
        scored = run.pool.evaluate(population, fitness, run.seed, number)
        sifted = check_returned(scored.scores, population.table.id)
        if run.settings.refine_share > 0.0 and can_refine(fitness):
            scored, refined = _refined(run, scored, fitness, run.settings.refine_share)
            sifted = check_returned(scored.scores, population.table.id)
    except BaseException as error:
        if before is not None:
            run.generations.adopt(before)
        _log_faults(run, faults_of(error))
        if isinstance(error, FitnessError):
            run.history.event(number, "failure", str(error))
        raise
    _log_faults(run, scored.faults)
    run.history.count_refined(*refined)
    return scored.scores, sifted


def _refined(
    run: Run, scored: Scored, fitness: Any, share: float
) -> tuple[Scored, tuple[int, int]]:
    """Train the best on; return the scores and faults of both stages, and what it cost."""
    number, pool, scores = run.generations.number, run.pool, scored.scores
    try:
        scores, faults, *cost = refine(
            run.population, scores, fitness, share, pool, run.seed, number
        )
    except BaseException as error:
        noted(error, scored.faults)
        raise
    return Scored(scores, (*scored.faults, *faults)), (cost[0], cost[1])


def refine_best(run: Run, fitnesses: Sequence[float] | AnyArray, fitness: Any) -> FloatArray:
    """Train the best of a scored generation on; return the scores (see ``refinement.refine``).

    Raises:
        TypeError: the fitness has no ``refine_raw``, or its genomes do not inherit.
        ValueError: scores that do not fit the population.
    """
    if not can_refine(fitness):
        raise TypeError(
            "fitness_fn must have a method refine_raw(genome, factor) and pass weights on "
            f"(inheritance 'lamarckian'), got {fitness!r}"
        )
    values, _ = check_given(fitnesses, len(run.population))
    before = run.population.copy()
    _tell(run, fitness)
    share = run.settings.refine_share or DEFAULT_SHARE
    try:
        scored, cost = _refined(run, Scored(values), fitness, share)
    except BaseException as error:
        run.generations.adopt(before)
        _log_faults(run, faults_of(error))
        raise
    _log_faults(run, scored.faults)
    run.history.count_refined(*cost)
    run.population.table.fitness[:] = scored.scores
    return scored.scores


def _log_faults(run: Run, faults: Iterable[Fault]) -> None:
    for fault in faults:
        run.history.event(run.generations.number, fault.kind, fault.message)


def _enter(run: Run, fitnesses: FloatArray, sifted: Sifted, fitness: Any) -> None:
    run.population.table.fitness[:] = fitnesses
    run.history.count(fitness, len(fitnesses))
    if not sifted.best_score >= -LARGEST:
        number = run.generations.number
        message = f"the fitness gave no genome a score of at least {-LARGEST:g}"
        run.history.event(number, "failure", message)
        _log.warning("generation %d: %s", number, message)


def speciate(run: Run, fitnesses: Sequence[float] | AnyArray) -> list[Species]:
    """Divide the population into species; the threshold follows their number."""
    return list(_divide(run, as_scores(fitnesses, len(run.population)))[0])


def _divide(run: Run, scores: FloatArray) -> tuple[SpeciesSet, float]:
    """Divide the population into species; return them and the threshold that parts them."""
    control, settings = run.control, run.settings
    search = control.search(settings)
    species, threshold = None, search.threshold
    while species is None or not search.is_over:
        tried = search.threshold
        found = run.generations.divided(scores, settings, tried, run.pool.spread)
        search.update(len(found), control.species_target)
        if search.is_best:
            species, threshold = found, tried
    run.generations.species = species
    control.adapt(search, len(species), settings)
    return species, threshold


def reproduce(
    run: Run, species: Iterable[Species] | SpeciesSet, fitnesses: Sequence[float] | AnyArray
) -> None:
    """Replace the population by its offspring; tell which species left none, and why."""
    found = SpeciesSet.from_species(species)
    number, settings = run.generations.number, run.breeding_settings
    if is_barred(found, number, settings) and settings.refocus_species > 0:
        found = _refocused(run, found, as_scores(fitnesses, len(run.population)))
        settings = with_changes(settings, {"survival_fraction": _CHAMPIONS, "elitism_min_size": 0})
    first_node = run.generations.tracker.next_node
    scores = as_scores(fitnesses, len(run.population))
    run.note_births()
    biology, spread = run.biology, run.pool.spread
    offspring = run.generations.reproduce(found, scores, settings, spread, biology)
    run.note_births()
    run.history.snapshots.note_births(first_node, number + 1)
    waited = number - found.last_improved
    for k in np.flatnonzero(offspring == 0).tolist():
        which = f"species {found.id[k]} ({found.size[k]} genomes)"
        if waited[k] >= run.settings.stagnation_generations:
            message = f"{which} made no progress for {waited[k]} generations: no offspring"
            run.history.event(number, "stagnation", message)
        else:
            run.history.event(number, "extinction", f"{which} has too small a share: no offspring")


def _refocused(run: Run, species: SpeciesSet, scores: FloatArray) -> SpeciesSet:
    """Give the best species a new term, and say so."""
    number, most = run.generations.number, run.settings.refocus_species
    found = refocused(species, scores, most, number)
    run.generations.species = found
    kept = ", ".join(str(one) for one in found.id[found.last_improved == number].tolist())
    message = f"no species made progress: the population is bred anew from the best of {kept}"
    run.history.event(number + 1, "restart", message)
    return found


def penalty(run: Run, genome: Genome) -> float:
    """Return the charge that a genome pays outside ``vanilla`` in the present environment."""
    limit, difficulty = run.settings.complexity_threshold, run.env.difficulty
    counts = np.array([genome.n_hidden]), np.array([genome.n_enabled])
    return float(complexity_penalty(*counts, difficulty, limit)[0])


def _go_on(run: Run) -> None:
    """Breed from the last scores, unless genomes came into the population that have none."""
    generations = run.generations
    if generations.is_changed:
        generations.begin_next()
    elif run.is_stalled:
        _restart(run)
    elif generations.species is not None and generations.scores is not None:
        reproduce(run, generations.species, generations.scores)


def _restart(run: Run) -> None:
    number, patience = run.generations.number, run.settings.restart_generations
    run.generations.restart()
    run.control.restart(run.settings)
    run.stall.forget(number + 1)
    run.auto_schedule.curriculum.forget(number + 1)
    run.phases.forget(number + 1)
    message = f"no gain in the best score for {patience} generations: the population is drawn anew"
    run.history.event(number + 1, "restart", message)


def _schedule(run: Run, schedule: EnvSchedule | None) -> None:
    if schedule is None and run.auto_curriculum and not run.mode.vanilla:
        schedule = run.auto_schedule
    context = {
        "records": run.history.records,
        "population": run.population,
        "env": run.env,
        "settings": run.settings,
    }
    run.env = run.env.scheduled(schedule, run.generations.number, context)


def _tell(run: Run, fitness: Any) -> None:
    """Hand noise and limits of training to a fitness that takes them."""
    if run.env.noise_std is not None and hasattr(fitness, "set_noise_std"):
        fitness.set_noise_std(run.env.noise_std)
    if hasattr(fitness, "set_training_limits"):
        fitness.set_training_limits(run.settings.grad_clip, run.settings.weight_clip)


def _selected(run: Run, scores: FloatArray, fitness: Any) -> FloatArray:
    if run.mode.vanilla:
        return scores
    return selection_scores(
        scores,
        run.population,
        run.env.difficulty,
        run.settings.complexity_threshold,
        charged=bool(getattr(fitness, "carries_complexity", False)),
    )
