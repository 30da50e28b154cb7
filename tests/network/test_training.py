"""Training through the public function: what changes, what is kept, what is refused."""

from typing import Any

import numpy as np
import pytest
from tests.conftest import JIT_OFF
from tests.genes.strategies import make_genes
from tests.kernels.networks import layered
from tests.kernels.passes import rounded
from tests.network_reference import Batch, Recipe
from tests.network_reference import train as train_twin

from spiral_monolith_neat_numpy.arrays import AnyArray
from spiral_monolith_neat_numpy.errors import GenomeError
from spiral_monolith_neat_numpy.genes.genome import Genome
from spiral_monolith_neat_numpy.genes.population import Population
from spiral_monolith_neat_numpy.kernels.loss import LOGISTIC, SOFTMAX, SQUARED
from spiral_monolith_neat_numpy.kernels.train import train
from spiral_monolith_neat_numpy.network.genome_network import compile_genome
from spiral_monolith_neat_numpy.network.prediction import predict
from spiral_monolith_neat_numpy.network.training import TrainingSettings, train_with_backprop
from spiral_monolith_neat_numpy.seeding import Purpose, stream_key

RNG = np.random.default_rng(0)
X = rounded(RNG.normal(size=(48, 2)))
Y = (X[:, 0] + X[:, 1] > 0.0).astype(np.int64)
VALUES = rounded(X[:, 0] - 0.5 * X[:, 1])
EQUAL = np.full(48, 1 / 48)


def genome(n_out: int = 1) -> Genome:
    return Genome.from_genes(layered(2, 4, n_out, (1, 3, 4)), 7)


def assert_trained_like_twin(
    trained: Genome, losses: AnyArray, recipe: Recipe, batch: Batch, seed: int = 0
) -> None:
    key = stream_key(seed, Purpose.BATCHES)
    start = genome(batch.targets.shape[1]).genes
    wanted, wanted_losses, _ = train_twin(start, recipe, batch, batch, key)
    np.testing.assert_allclose(losses, wanted_losses, rtol=1e-3, atol=1e-4)
    np.testing.assert_allclose(trained.genes.edge_weight, wanted.edge_weight, atol=2e-3)
    np.testing.assert_allclose(trained.genes.node_bias, wanted.node_bias, atol=2e-3)


@pytest.mark.parametrize("n_steps", [0, 1, 30])
def test_full_batch_training_is_that_of_the_twin(n_steps: int) -> None:
    one = genome()
    losses = train_with_backprop(one, X, Y, n_steps, lr=0.02, l2=0.1)
    recipe = Recipe(LOGISTIC, n_steps, 0.02, 0.1, 5.0, 12.0)
    assert losses.shape == (n_steps,)
    assert_trained_like_twin(one, losses, recipe, Batch(X, Y[:, None].astype(float), EQUAL))


def test_minibatch_training_is_that_of_the_twin_and_follows_the_seed() -> None:
    targets = np.eye(2)[Y]
    results = []
    for seed in (3, 4):
        one = genome(2)
        settings = TrainingSettings(batch_size=20, seed=seed, grad_clip=0.3, weight_clip=1.0)
        losses = train_with_backprop(one, X, Y, 11, lr=0.02, l2=0.0, settings=settings)
        recipe = Recipe(SOFTMAX, 11, 0.02, 0.0, 0.3, 1.0, 20)
        assert_trained_like_twin(one, losses, recipe, Batch(X, targets, EQUAL), seed)
        results.append(losses)
    assert not np.array_equal(results[0], results[1])


def test_regression_is_that_of_the_twin() -> None:
    one = genome()
    losses = train_with_backprop(one, X, VALUES, 30, lr=0.02, l2=0.0)
    recipe = Recipe(SQUARED, 30, 0.02, 0.0, 5.0, 12.0)
    assert_trained_like_twin(one, losses, recipe, Batch(X, VALUES[:, None], EQUAL))
    assert one.head == "identity"


def test_weights_count_like_repeated_rows() -> None:
    counts = np.arange(48) % 3
    weighted, repeated = genome(), genome()
    train_with_backprop(weighted, X, Y, 20, sample_weight=counts)
    train_with_backprop(repeated, np.repeat(X, counts, axis=0), np.repeat(Y, counts), 20)
    assert np.allclose(weighted.genes.edge_weight, repeated.genes.edge_weight, atol=1e-4)


def test_training_learns() -> None:
    one = genome()
    losses = train_with_backprop(one, X, Y, 150, lr=0.05)
    assert losses[-1] < 0.3 * losses[0]
    assert (predict(one, X) == Y).mean() > 0.95


@pytest.mark.parametrize(
    ("n_out", "y", "head"),
    [(1, Y, "logistic"), (2, Y, "softmax"), (1, VALUES, "identity"), (3, Y, "softmax")],
)
def test_the_head_becomes_that_of_the_loss(n_out: int, y: AnyArray, head: str) -> None:
    one = genome(n_out)
    assert one.head == "plain"
    train_with_backprop(one, X, y, 1)
    assert one.head == head


def test_a_head_can_be_chosen() -> None:
    one = genome()
    train_with_backprop(one, X, Y, 1, settings=TrainingSettings(head="identity"))
    assert one.head == "identity"


def test_training_a_view_writes_into_the_population() -> None:
    population = Population.from_genomes([genome(), genome()])
    train_with_backprop(population[1], X, Y, 3)
    alone = genome()
    train_with_backprop(alone, X, Y, 3)
    assert population[1].genes == alone.genes
    assert population[0].genes == genome().genes
    assert (population[0].head, population[1].head) == ("plain", "logistic")


def test_no_step_changes_only_to_float32() -> None:
    one = genome()
    train_with_backprop(one, X, Y, 0)
    assert one.genes == genome().genes


def test_what_no_output_depends_on_keeps_its_parameters() -> None:
    nodes = {0: (0, 0, 0.5), 1: (2, 0, 0.0), 2: (1, 1, 0.1), 3: (1, 1, 0.2)}
    one = Genome.from_genes(make_genes(nodes, [(0, 1), (0, 2), (2, 1), (0, 3)]))
    dead = one.genes.edge_target == 3
    disabled = one.genes.edge_source == 2
    one.genes.edge_enabled[disabled] = False
    one.genes.edge_weight[disabled] = 1.0 / 3.0  # no float32 holds it
    before = one.genes.copy()
    train_with_backprop(one, X[:, :1], VALUES, 5)
    assert (one.genes.edge_weight[dead | disabled] == before.edge_weight[dead | disabled]).all()
    assert one.genes.node_bias[[0, 2, 3]].tolist() == [0.5, 0.1, 0.2]
    assert one.genes.node_bias[1] != 0.0


def test_validation_keeps_the_best_and_none_keeps_the_last() -> None:
    # Wrong labels in training: the longer it goes, the worse the validation.
    settings = TrainingSettings(validate_every=1)
    kept, last = genome(), genome()
    train_with_backprop(kept, X, 1 - Y, 40, 0.05, validation=(X, Y), settings=settings)
    train_with_backprop(last, X, 1 - Y, 40, 0.05, settings=settings)
    accuracies = [(predict(one, X) == Y).mean() for one in (kept, last)]
    assert accuracies[0] > accuracies[1]
    unwatched = genome()
    watching_never = TrainingSettings(validate_every=0)
    train_with_backprop(unwatched, X, 1 - Y, 40, 0.05, validation=(X, Y), settings=watching_never)
    assert unwatched.genes == last.genes


def test_parameters_stay_within_the_weight_clip() -> None:
    one = genome()
    train_with_backprop(one, X, Y, 30, lr=0.5, settings=TrainingSettings(weight_clip=0.75))
    assert np.abs(one.genes.edge_weight).max() == 0.75
    assert np.abs(one.genes.node_bias[one.genes.node_kind != 0]).max() <= 0.75


def frozen(array: AnyArray) -> AnyArray:
    copy = array.copy()
    copy.flags.writeable = False
    return copy


def test_all_ways_to_give_the_same_numbers_train_alike_in_one_kernel() -> None:
    wanted = genome()
    losses = train_with_backprop(wanted, X, Y, 4, lr=1.0, l2=0.0, sample_weight=np.ones(48))
    ways: list[tuple[Any, ...]] = [
        (frozen(X), frozen(Y), 4, 1, 0, frozen(np.ones(48))),
        (X.astype(np.float32), Y.astype(np.float32), np.int32(4), np.float32(1), 0.0, [1] * 48),
        (np.asfortranarray(X), Y[::1], np.int64(4), 1.0, np.int8(0), np.ones(48, np.float32)),
        (np.repeat(X, 2, axis=0)[::2], np.repeat(Y, 2)[::2], 4, 1.0, 0.0, np.ones(96)[::2]),
        (X.tolist(), Y.tolist(), 4, 1.0, 0.0, [True] * 48),
        (X.astype(">f8"), Y.astype(">i4"), 4, 1.0, 0.0, None),
        (X.astype(object), Y.astype(bool), 4, 1.0, 0.0, None),
    ]
    for rows, y, steps, lr, l2, weight in ways:
        one = genome()
        found = train_with_backprop(one, rows, y, steps, lr, l2, sample_weight=weight)
        np.testing.assert_allclose(found, losses, rtol=1e-6)
        np.testing.assert_allclose(one.genes.edge_weight, wanted.genes.edge_weight, rtol=1e-5)
    settings = TrainingSettings(batch_size=np.int32(7), validate_every=np.int8(2), grad_clip=5)  # type: ignore[arg-type]
    train_with_backprop(genome(), X, Y, 4, validation=(frozen(X), Y.tolist()), settings=settings)
    if not JIT_OFF:
        assert len(train.signatures) == 1  # type: ignore[attr-defined]


def test_training_and_prediction_agree_on_the_loss() -> None:
    one = genome()
    (loss,) = train_with_backprop(one.copy(), X, VALUES, 1)
    errors = compile_genome(one).logits(X)[:, 0] - VALUES
    assert loss == pytest.approx(0.5 * (errors**2).mean(), rel=1e-5)


REFUSED: list[tuple[dict[str, Any], type[Exception], str]] = [
    ({"steps": -1}, ValueError, "steps must be >= 0, got -1"),
    ({"steps": 1.5}, TypeError, r"steps must be a whole number \(an int\), got 1.5"),
    ({"lr": 0.0}, ValueError, "lr must be > 0, got 0.0"),
    ({"lr": np.nan}, ValueError, "lr must be > 0, got nan"),
    ({"lr": "fast"}, TypeError, "lr must be a number, got 'fast'"),
    ({"l2": -1e-4}, ValueError, "l2 must be >= 0, got -0.0001"),
    ({"X": X[:, :1]}, ValueError, "X must have 2 columns, one for each input .*, got 1"),
    ({"X": X * np.nan}, ValueError, "X must hold finite numbers, got nan"),
    ({"y": Y[:5]}, ValueError, r"y must have one row for each of the 48 rows, got \(5,\)"),
    ({"y": Y * np.nan}, ValueError, "y must hold finite numbers, got nan"),
    ({"y": 0 * Y}, ValueError, "y must hold at least two classes, got only 0"),
    ({"sample_weight": -EQUAL}, ValueError, "sample_weight must be >= 0"),
    ({"validation": X}, ValueError, r"validation must be a pair \(X, y\), got ndarray"),
    ({"validation": (X,)}, ValueError, r"validation must be a pair \(X, y\), got tuple"),
    ({"validation": (X[:, :1], Y)}, ValueError, r"validation\[0\] must have 2 columns"),
    ({"validation": (X, Y + 1)}, ValueError, r"validation\[1\] must hold class labels 0 \.\. 1"),
]


@pytest.mark.parametrize(("change", "kind", "message"), REFUSED)
def test_bad_arguments_are_refused_by_name_before_anything_changes(
    change: dict[str, Any], kind: type[Exception], message: str
) -> None:
    one = genome()
    with pytest.raises(kind, match=message):
        train_with_backprop(one, **({"X": X, "y": Y} | change))
    assert one == genome()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"head": "relu"}, "head must be one of 'auto', 'softmax', 'logistic', 'identity'"),
        ({"batch_size": -1}, "batch_size must be >= 0, got -1"),
        ({"validate_every": -1}, "validate_every must be >= 0, got -1"),
        ({"grad_clip": 0.0}, "grad_clip must be > 0, got 0.0"),
        ({"weight_clip": np.inf}, "weight_clip must be finite and > 0, got inf"),
        ({"seed": -1}, "seed must be in"),
    ],
)
def test_settings_check_themselves(change: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        TrainingSettings(**change)


def test_gradients_through_a_cycle_are_refused() -> None:
    nodes = {0: (0, 0, 0.0), 1: (2, 0, 0.0), 2: (1, 0, 0.0), 3: (1, 0, 0.0)}
    recurrent = Genome.from_genes(make_genes(nodes, [(0, 2), (2, 3), (3, 2), (3, 1)]))
    with pytest.raises(GenomeError, match="must have no cycle"):
        train_with_backprop(recurrent, X[:, :1], VALUES)


def test_values_as_large_as_are_allowed_can_be_trained() -> None:
    X = np.linspace(-1.0, 1.0, 20)[:, None]
    one = Population.first(2, 1, 1)[0].copy()
    before = [edge.weight for edge in one.connections.values()]
    settings = TrainingSettings(head="identity")
    losses = train_with_backprop(one, X, X[:, 0] * 1e19, steps=3, settings=settings)
    assert np.isfinite(losses).all()
    assert [edge.weight for edge in one.connections.values()] != before
    with pytest.raises(ValueError, match="y must hold values of at most"):
        train_with_backprop(one, X, X[:, 0] * 1e38, steps=3, settings=settings)
