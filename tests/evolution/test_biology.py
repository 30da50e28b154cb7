"""What takes part outside vanilla: each by itself, each child valid, nothing of it in vanilla."""

from typing import Any

import numpy as np
import pytest
from tests.evolution import runs

from spiral_monolith_neat_numpy.evolution.neat import ReproPlanaNEATPlus
from spiral_monolith_neat_numpy.evolution.run_settings import EvalMode
from spiral_monolith_neat_numpy.genes.validity import check_population

EVERYTHING: dict[str, Any] = {"p_sexed": 0.6, "pollen": True, "diversity_push": 0.9}


def plus(pop: int = 40, regen: bool = False, seed: int = 3, **settings: Any) -> ReproPlanaNEATPlus:
    quiet = {"diversity_push": 0.0, **settings}
    neat = runs.make_neat(pop, seed, runs.GROWING.with_changes(**quiet))
    neat.mode = EvalMode(vanilla=False, enable_regen_reproduction=regen)
    return neat


def born(neat: ReproPlanaNEATPlus, generations: int = 8) -> list[Any]:
    """Return a copy of the table of every generation."""
    tables = []
    for _ in range(generations):
        neat.evolve(runs.size, 1, verbose=False)
        check_population(neat.population, num_inputs=2, num_outputs=1)
        assert len(neat.population) == len(neat.population.table.id)
        tables.append(neat.population.table.copy())
    return tables


def test_a_share_of_the_newborn_regenerate_alone() -> None:
    neat = plus(60, regen=True)
    neat.auto_curriculum = False
    neat.env = {"difficulty": 1.0}  # four in ten
    tables = born(neat)
    regen = np.concatenate([one.regen[one.birth == g] for g, one in enumerate(tables) if g])
    assert 0.3 < regen.mean() < 0.5
    for generation, table in enumerate(tables[1:], start=1):
        young = table.regen & (table.birth == generation)
        assert (table.father[young] == -1).all()
        assert np.isin(table.mother[young], tables[generation - 1].id).all()
        if generation > 1:
            assert set(table.regen_mode[young].tolist()) <= {0, 1, 2}
    assert len({int(mode) for one in tables for mode in one.regen_mode[one.regen]}) == 3


def test_children_of_two_are_not_marked_as_regenerated() -> None:
    tables = born(plus(60, regen=True))
    for table in tables:
        assert not (table.regen & (table.father >= 0)).any()


def test_sexes_are_born_and_couples_fit() -> None:
    tables = born(plus(60, p_sexed=1.0))
    assert (tables[0].sex == 0).all()
    assert set(tables[-1].sex[tables[-1].birth == 7].tolist()) == {1, 2}
    for before, table in zip(tables[1:], tables[2:], strict=False):
        sex = dict(zip(before.id.tolist(), before.sex.tolist(), strict=True))
        couples = zip(table.mother.tolist(), table.father.tolist(), table.birth, strict=True)
        for mother, father, birth in couples:
            if father >= 0 and birth == table.birth.max():
                assert sex[mother] != 2
                assert sex[father] != 1


def test_pollen_lets_species_mate() -> None:
    def strangers(**settings: Any) -> int:
        neat, n = plus(60, p_crossover=1.0, p_interspecies=0.0, **settings), 0
        for _ in range(8):
            neat.evolve(runs.size, 1, verbose=False)
            species = neat._run.generations.species
            assert species is not None
            ids = neat.population.table.id.tolist()
            label = dict(zip(ids, species.label.tolist(), strict=True))
            table = neat.ask().table
            couples = zip(table.mother.tolist(), table.father.tolist(), strict=True)
            n += sum(
                father >= 0 and mother in label and label[mother] != label[father]
                for mother, father in couples
                if father in label
            )
        return n

    assert strangers() == 0
    assert strangers(pollen=True) > 10


def test_diversity_is_pushed_when_it_is_hard_or_species_are_few() -> None:
    neat = plus(diversity_push=0.5)
    neat.auto_curriculum = False
    neat.species_target_mode, neat.species_target = "fixed", 4.0
    plain = neat.settings
    neat.evolve(runs.size, 5, verbose=False)
    neat.env = {"difficulty": 0.5}
    species = neat._run.generations.species
    assert species is not None
    neat.species_target = max(2.0, float(len(species)))
    assert neat._run.breeding_settings is plain
    neat.env = {"difficulty": 0.9}
    found = neat._run.breeding_settings
    assert found.p_add_connection == pytest.approx(1.0 - (1.0 - 0.4) * (1.0 - 0.3))
    assert found.p_add_node == pytest.approx(1.0 - (1.0 - 0.3) * (1.0 - 0.2))
    neat.env = {"difficulty": 0.1}
    neat.species_target = len(species) + 1.0
    assert neat._run.breeding_settings == found


def test_in_vanilla_nothing_of_it_takes_part() -> None:
    found = []
    for settings in ({}, EVERYTHING):
        neat = runs.make_neat(40, settings=runs.GROWING.with_changes(**settings))
        neat.mode = EvalMode(vanilla=True, enable_regen_reproduction=bool(settings))
        neat.evolve(runs.size, 6, verbose=False)
        found.append((neat.population.genes, neat.population.table))
    assert found[0] == found[1]


@pytest.mark.parametrize("backend", ["thread", "process"])
def test_one_seed_is_one_course_with_all_of_it(backend: str) -> None:
    found = []
    for name in ("serial", backend):
        neat = plus(30, regen=True, refine_share=0.1, phased_search=True, **EVERYTHING)
        neat.parallel_backend, neat.eval_workers, neat.pool_keepalive = name, 2, 1
        neat.evolve(runs.gradient(), 6, verbose=False)
        neat._close_pool()
        found.append((neat.population.genes, neat.population.table))
    assert found[0] == found[1]
