"""Gradient fitness: its score by hand, its errors by name, what it leaves in the genome."""

import copy
import pickle
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from spiral_monolith_neat_numpy.errors import FitnessError, GenomeError
from spiral_monolith_neat_numpy.evaluation.backprop import (
    BackpropData,
    BackpropSettings,
    FitnessBackprop,
    fitness_backprop_classifier,
)
from spiral_monolith_neat_numpy.evaluation.backprop_settings import TrainingConditions
from spiral_monolith_neat_numpy.evaluation.context import EvaluationContext, PopulationContext
from spiral_monolith_neat_numpy.evaluation.local import ThreadBackend
from spiral_monolith_neat_numpy.genes.genome import ConnectionGene, Genome, NodeGene
from spiral_monolith_neat_numpy.genes.population import Population
from spiral_monolith_neat_numpy.network.prediction import predict, predict_proba

rng = np.random.default_rng(3)
X = rng.normal(0.0, 1.0, (60, 2))
TWO = (X[:, 0] + X[:, 1] > 0.0).astype(np.int64)
THREE = np.digitize(X[:, 0], [-0.5, 0.5])
VALUES = 2.0 * X[:, 0] - X[:, 1] + 0.3


def data(y: Any = TWO, **changes: Any) -> BackpropData:
    return replace(BackpropData(X[:40], y[:40], X[40:], y[40:]), **changes)


def fitness(y: Any = TWO, **changes: Any) -> FitnessBackprop:
    return FitnessBackprop(data(y), BackpropSettings(**{"steps": 30, "lr": 0.1, **changes}))


def genome(n_outputs: int = 1, seed: int = 1) -> Genome:
    return Population.first(1, 2, n_outputs, seed=seed)[0].copy()


def with_hidden(n_outputs: int = 1) -> Genome:
    grown = genome(n_outputs)
    grown.nodes[9] = NodeGene(9, "hidden")
    grown.connections[50] = ConnectionGene(0, 9, 0.5, innovation=50)
    grown.connections[51] = ConnectionGene(9, 2, -0.5, innovation=51)
    grown.connections[0].enabled = False
    return grown


@pytest.mark.parametrize(("y", "n_outputs"), [(TWO, 1), (TWO, 2), (THREE, 3)])
def test_the_score_of_a_classifier_by_hand(y: Any, n_outputs: int) -> None:
    grown = with_hidden(n_outputs)
    score = fitness(y)(grown)
    p = predict_proba(grown, X[40:])
    accuracy = (predict(grown, X[40:]) == y[40:]).mean()
    loss = -np.log(p[np.arange(20), y[40:]]).mean()
    charge = 1e-3 * 1 + 5e-4 * (2 * n_outputs + 1)
    # The kernel's logarithms are approximations: 1e-5 of a loss is 2.5e-7 of a score here.
    assert score == pytest.approx(accuracy - 0.5 / 20 * loss / (1 + loss) - charge, abs=1e-6)
    assert accuracy > 0.6


def test_the_score_of_a_regression_by_hand() -> None:
    grown = genome()
    score = fitness(VALUES, steps=300)(grown)
    error = ((predict(grown, X[40:]) - VALUES[40:]) ** 2).mean()
    assert grown.head == "identity"
    assert score == pytest.approx(1.0 - error / VALUES[40:].var() - 2 * 5e-4, abs=1e-5)
    assert score > 0.99


def test_a_regression_with_several_outputs() -> None:
    y = np.stack([VALUES, -2.0 * VALUES + X[:, 1]], axis=1)
    grown = genome(2)
    score = fitness(y, steps=300)(grown)
    error = ((predict(grown, X[40:]) - y[40:]) ** 2).mean(axis=0).sum()
    assert score == pytest.approx(1 - error / y[40:].var(axis=0).sum() - 4 * 5e-4, abs=1e-5)


def test_equal_validation_values_leave_the_error_as_it_is() -> None:
    y = np.concatenate([VALUES[:40], np.full(20, 0.5)])
    grown = genome()
    score = fitness(y, steps=0)(grown)
    error = ((predict(grown, X[40:]) - 0.5) ** 2).mean()
    assert score == pytest.approx(1.0 - error - 2 * 5e-4, abs=1e-5)


def test_the_tie_break_orders_equal_accuracies_alone() -> None:
    sure, unsure = genome(), genome()
    sure.genes.edge_weight[:], unsure.genes.edge_weight[:] = 3.0, 0.3
    scores = [fitness(steps=0)(one) for one in (sure, unsure)]
    assert scores[0] > scores[1] > scores[0] - 1 / 20


def test_validation_chooses_the_best_parameters_seen() -> None:
    wild = {"lr": 3.0, "steps": 25}
    kept = fitness(validate_every=5, **wild)(genome())
    assert kept >= fitness(steps=0)(genome())
    assert kept >= fitness(validate_every=0, **wild)(genome())


def test_inherited_parameters_return_to_the_genome_others_do_not() -> None:
    lamarckian, baldwinian = genome(), genome()
    scores = [
        fitness()(lamarckian),
        fitness(inheritance="baldwinian")(baldwinian),
    ]
    assert scores[0] == scores[1]
    assert baldwinian.genes == genome().genes
    assert lamarckian.genes != genome().genes
    assert fitness(steps=0)(lamarckian) == scores[0]
    assert baldwinian.head == "logistic"


@pytest.mark.parametrize("batch_size", [0, 7])
@pytest.mark.parametrize("noise", [0.0, 0.5])
def test_develop_repeats_the_training_behind_the_score(batch_size: int, noise: float) -> None:
    fit = fitness(inheritance="baldwinian", batch_size=batch_size)
    fit.set_noise_std(noise)
    context = EvaluationContext(5, 2, 1)
    seedling = genome()
    score = fit(seedling, context)
    grown = fit.develop(seedling, context)
    assert seedling.genes == genome().genes
    assert fitness(steps=0)(grown) == score
    assert fitness().develop(grown).genes == grown.genes


def test_a_whole_population_scores_as_its_genomes_do() -> None:
    context = PopulationContext(seed=4, generation=2)
    for changes in ({}, {"batch_size": 9}, {"inheritance": "baldwinian"}):
        fit = fitness(**changes)
        fit.noise_std = 0.1
        together, alone = Population.first(7, 2, 1), Population.first(7, 2, 1)
        scores = fit.evaluate_population(together, context)
        wanted = [fit(one, EvaluationContext(4, 2, one.id)) for one in alone]
        assert scores.tolist() == wanted
        assert together.genes == alone.genes
        assert together.table == alone.table
        with ThreadBackend(2).executor as executor:
            threaded = Population.first(7, 2, 1)
            found = fit.evaluate_population(threaded, PopulationContext(4, 2, 2, executor))
        assert found.tolist() == wanted
        assert threaded.genes == alone.genes


def test_no_genomes_have_no_scores() -> None:
    empty = Population.from_genomes([])
    assert fitness().evaluate_population(empty, PopulationContext(0, 0)).shape == (0,)
    fitness().prepare(empty)


def test_noise_is_a_generation_s_own_and_of_the_size_asked() -> None:
    def score(std: float, seed: int = 1, generation: int = 1) -> float:
        fit = fitness(validate_every=0)
        fit.set_noise_std(std)
        return fit(genome(), EvaluationContext(seed, generation, 0))

    assert score(0.2) == score(0.2)
    assert len({score(0.0), score(0.2), score(0.4), score(0.2, 2), score(0.2, 1, 2)}) == 5
    assert score(-3.0) == score(0.0)


def test_noise_may_change_between_calls() -> None:
    fit = fitness(validate_every=0)
    found = []
    for std in (0.3, 0.0, 0.3):
        fit.noise_std = std
        found.append(fit(genome()))
    assert found[0] == found[2] != found[1]


@pytest.mark.parametrize("value", [float("nan"), float("inf"), "much", None])
def test_noise_that_is_no_level_is_refused(value: Any) -> None:
    fit = fitness()
    fit.noise_std = 0.25
    with pytest.raises((ValueError, TypeError), match="noise_std must be"):
        fit.set_noise_std(value)
    assert fit.noise_std == 0.25


def test_limits_of_training_are_checked_and_hold() -> None:
    fit = fitness(validate_every=0)
    with pytest.raises(ValueError, match="grad_clip must be > 0, got 0"):
        fit.set_training_limits(0, 12.0)
    with pytest.raises(ValueError, match="weight_clip must be > 0, got -1"):
        fit.set_training_limits(5.0, -1)
    free, held = genome(), genome()
    fit(free)
    fit.set_training_limits(5.0, 0.25)
    fit(held)
    assert np.abs(held.genes.edge_weight).max() <= 0.25 < np.abs(free.genes.edge_weight).max()
    assert TrainingConditions() == TrainingConditions(0.0, 5.0, 12.0)


def test_refining_is_training_with_more_steps() -> None:
    refined, trained = genome(), genome()
    assert fitness(steps=10).refine_raw(refined) == fitness(steps=20)(trained)
    assert refined.genes == trained.genes
    assert fitness(steps=10).refine_raw(genome(), 1.5) == fitness(steps=15)(genome())
    with pytest.raises(ValueError, match="factor must be > 0, got 0"):
        fitness().refine_raw(genome(), 0)


def test_training_that_blows_up_scores_nan_and_leaves_the_genome() -> None:
    hot = with_hidden()
    hot.nodes[9].activation = "square"
    before = hot.genes.copy()
    fit = FitnessBackprop(
        BackpropData(X[:40] * 1e18, VALUES[:40] * 1e18, X[40:] * 1e18, VALUES[40:] * 1e18),
        BackpropSettings(head="identity", validate_every=0, lr=1e9, steps=20),
    )
    fit.set_training_limits(1e9, 1e30)
    score = fit(hot)
    assert np.isnan(score)
    assert np.isfinite(hot.genes.edge_weight).all()
    assert hot.genes == before


def test_sample_weights_say_what_counts() -> None:
    y = TWO.copy()
    y[20:40] = 1 - y[20:40]  # the second half of the training part is wrong
    right = np.repeat([1.0, 0.0], 20)
    weighted = FitnessBackprop(data(y, sample_weight=right), BackpropSettings(steps=60, lr=0.1))
    alone = FitnessBackprop(data(y, Xtr=X[:20], ytr=y[:20]), BackpropSettings(steps=60, lr=0.1))
    one, other = genome(), genome()
    assert weighted(one) == pytest.approx(alone(other), abs=1e-6)
    np.testing.assert_allclose(one.genes.edge_weight, other.genes.edge_weight, atol=1e-4)
    assert weighted(genome()) > fitness(y, steps=60)(genome()) + 0.1


@pytest.mark.parametrize("kind", ["pickle", "deepcopy"])
def test_it_travels_with_its_conditions(kind: str) -> None:
    fit = fitness(steps=7)
    fit.set_noise_std(0.2)
    fit.set_training_limits(1.0, 2.0)
    score = fit(genome())
    twin = pickle.loads(pickle.dumps(fit)) if kind == "pickle" else copy.deepcopy(fit)
    assert twin(genome()) == score
    assert (twin.noise_std, twin.settings, twin.gradient_steps) == (0.2, fit.settings, 7)
    assert twin.carries_complexity is True


def test_a_name_that_would_change_nothing_cannot_be_set() -> None:
    fit: Any = fitness()
    for name in ("steps", "lr", "settings", "data", "gradient_steps"):
        with pytest.raises(AttributeError):
            setattr(fit, name, 3)


NAN = X[:40].copy()
NAN[3, 1] = np.nan


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"Xtr": np.zeros((0, 2)), "ytr": np.zeros(0)},
            r"^Xtr must have shape \(n_samples, n_features\) with n_samples >= 1, got \(0, 2\)$",
        ),
        ({"Xtr": X[:40, 0]}, r"^Xtr must have shape .* got \(40,\)"),
        ({"Xtr": NAN}, r"^Xtr must hold finite numbers, got nan at index \(3, 1\)"),
        ({"Xva": X[40:, :1]}, r"^Xva must have shape \(n_samples, 2\) .* got \(20, 1\)"),
        ({"Xva": X[40:] * np.inf}, "^Xva must hold finite numbers"),
        ({"ytr": TWO[:39]}, r"^ytr must have one row for each of the 40 rows.* got .*\(39,\)"),
        ({"yva": TWO[40:59]}, r"^yva must have one row for each of the 20 rows"),
        ({"ytr": TWO[:40].astype(str)}, "^ytr must be an array of numbers"),
        ({"yva": TWO[40:] * np.nan}, "^yva must hold finite numbers"),
        ({"yva": X[40:]}, r"^yva must have shape \(20,\) to match ytr, got \(20, 2\)"),
        ({"sample_weight": np.ones(3)}, r"^sample_weight must have shape \(40,\), got \(3,\)"),
        ({"sample_weight": -np.ones(40)}, "^sample_weight must be >= 0"),
    ],
)
def test_data_that_do_not_fit_one_another_are_refused_on_construction(
    changes: dict[str, Any], message: str
) -> None:
    arrays = {"Xtr": X[:40], "ytr": TWO[:40], "Xva": X[40:], "yva": TWO[40:], **changes}
    with pytest.raises(ValueError, match=message):
        BackpropData(**arrays)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"Xtr": X[:40, :1], "Xva": X[40:, :1]},
            r"^Xtr must have shape \(n_samples, 2\) .* got \(40, 1\)",
        ),
        ({"ytr": TWO[:40] + 1}, r"^ytr must hold class labels 0 \.\. 1, got 2"),
        ({"yva": TWO[40:] - 1}, r"^yva must hold class labels 0 \.\. 1, got -1"),
    ],
)
def test_data_that_do_not_fit_the_network_are_named(changes: dict[str, Any], message: str) -> None:
    arrays = {"Xtr": X[:40], "ytr": TWO[:40], "Xva": X[40:], "yva": TWO[40:], **changes}
    untouched = genome()
    with pytest.raises(ValueError, match=message):
        fitness_backprop_classifier(untouched, **arrays)
    assert untouched == genome()
    fit = FitnessBackprop(BackpropData(**arrays), BackpropSettings(head="logistic"))
    with pytest.raises(ValueError, match=message):
        fit.evaluate_population(Population.first(3, 2, 1), PopulationContext(0, 0))
    with pytest.raises(ValueError, match=message):
        fit.prepare(Population.first(3, 2, 1))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"steps": -1}, "steps must be >= 0, got -1"),
        ({"steps": 2.5}, "steps must be a whole number"),
        ({"lr": 0.0}, "lr must be > 0, got 0.0"),
        ({"l2": -1e-4}, "l2 must be >= 0"),
        ({"alpha_nodes": float("nan")}, "alpha_nodes must be >= 0, got nan"),
        ({"alpha_edges": -1}, "alpha_edges must be >= 0"),
        ({"head": "tanh"}, "head must be one of 'auto', 'softmax'"),
        ({"batch_size": -1}, "batch_size must be >= 0"),
        ({"validate_every": -1}, "validate_every must be >= 0"),
        ({"inheritance": "none"}, "inheritance must be one of 'lamarckian', 'baldwinian'"),
    ],
)
def test_settings_out_of_range_are_named(changes: dict[str, Any], message: str) -> None:
    with pytest.raises((ValueError, TypeError), match=message):
        BackpropSettings(**changes)


def test_what_is_no_data_or_settings_is_refused() -> None:
    with pytest.raises(TypeError, match="data must be a BackpropData, got ndarray"):
        FitnessBackprop(X)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="settings must be a BackpropSettings, got 40"):
        FitnessBackprop(data(), 40)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="genome must be a Genome, got 1"):
        fitness_backprop_classifier(1, X, TWO, X, TWO)  # type: ignore[arg-type]


def cyclic() -> Genome:
    looped = with_hidden()
    looped.nodes[10] = NodeGene(10, "hidden")
    looped.connections[60] = ConnectionGene(9, 10, 1.0, innovation=60)
    looped.connections[61] = ConnectionGene(10, 9, 1.0, innovation=61)
    return looped


def test_gradients_on_a_cycle_are_refused_in_one_sentence() -> None:
    with pytest.raises(GenomeError, match="cycle"):
        fitness()(cyclic())


def test_a_genome_without_outputs_is_refused() -> None:
    with pytest.raises(GenomeError, match="at least 1 input and 1 output, got 0 and 0"):
        fitness_backprop_classifier(Genome(1), X, TWO, X, TWO)


@pytest.mark.parametrize("workers", [1, 3])
def test_a_genome_that_cannot_be_trained_is_named_the_first_of_several(workers: int) -> None:
    genomes = [genome() for _ in range(8)]
    genomes[3], genomes[6] = cyclic(), cyclic()
    for index, one in enumerate(genomes):
        one.id = 100 + index
    population = Population.from_genomes(genomes)
    with (
        ThreadBackend(workers).executor as executor,
        pytest.raises(FitnessError, match="failed on genome 103: .*cycle") as caught,
    ):
        fitness().evaluate_population(population, PopulationContext(0, 0, workers, executor))
    assert caught.value.genome_id == 103
    assert isinstance(caught.value.__cause__, GenomeError)


def test_the_classifier_function_is_the_fitness_with_its_defaults() -> None:
    for y, n_outputs, head in ((TWO, 1, "logistic"), (TWO, 2, "softmax"), (THREE, 3, "softmax")):
        one, other = genome(n_outputs), genome(n_outputs)
        score = fitness_backprop_classifier(one, X[:40], y[:40], X[40:], y[40:])
        assert type(score) is float
        assert score == FitnessBackprop(data(y))(other)
        assert one.genes == other.genes
        assert one.head == head


def test_labels_may_be_lists_booleans_or_floats() -> None:
    scores = {
        fitness_backprop_classifier(genome(), X[:40], y[:40], X[40:], y[40:])
        for y in (TWO, TWO.astype(bool), TWO.astype(float), TWO.tolist(), TWO.astype(np.uint8))
    }
    assert len(scores) == 1


@hypothesis_settings(max_examples=40)
@given(
    seed=st.integers(0, 1000),
    n_outputs=st.integers(1, 3),
    alpha_nodes=st.floats(0, 0.1),
    alpha_edges=st.floats(0, 0.1),
)
def test_the_charge_is_what_it_says(
    seed: int, n_outputs: int, alpha_nodes: float, alpha_edges: float
) -> None:
    one = with_hidden(n_outputs)
    one.genes.edge_weight[:] = np.random.default_rng(seed).normal(size=one.genes.n_edges)
    free = fitness(steps=1, alpha_nodes=0.0, alpha_edges=0.0)(one.copy())
    charged = fitness(steps=1, alpha_nodes=alpha_nodes, alpha_edges=alpha_edges)(one.copy())
    assert charged == free - (alpha_nodes * one.n_hidden + alpha_edges * one.n_enabled)
    assert free <= 1.0


@pytest.mark.parametrize(("n_outputs", "label"), [(1, 0), (1, 1), (3, 2)])
def test_labels_of_one_class_are_refused_by_name(n_outputs: int, label: int) -> None:
    one_class = np.full(60, label)
    with pytest.raises(ValueError, match=f"ytr must hold at least two classes, got only {label}"):
        fitness(one_class)(genome(n_outputs))


def test_equal_values_are_a_regression_target_like_any_other() -> None:
    assert np.isfinite(fitness(np.full(60, 0.5))(genome()))
