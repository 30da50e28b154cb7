"""Whole training runs stay near the float64 twin: batches, order, decay, clips, what is kept."""

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from tests.conftest import JIT_OFF
from tests.kernels.networks import LOSSES, layered, networks
from tests.kernels.passes import make_batch, samples_of
from tests.network_reference import Batch, Recipe, shuffles
from tests.network_reference import train as train_twin

from spiral_monolith_neat_numpy.arrays import FloatArray
from spiral_monolith_neat_numpy.genes.packed import Genes
from spiral_monolith_neat_numpy.kernels.loss import LOGISTIC, SOFTMAX, SQUARED
from spiral_monolith_neat_numpy.kernels.train import is_better, room_for, shuffle_samples, train
from spiral_monolith_neat_numpy.kernels.wiring import Samples, TrainingPlan
from spiral_monolith_neat_numpy.network.network import compile_genes
from spiral_monolith_neat_numpy.network.training import train_network, write_back

KEY = (12345, 67890)
HUGE = 1e30
SMOOTH = (1, 3, 4, 5, 6)  # a kink may be on another side in float32


def run(
    genes: Genes, recipe: Recipe, training: Samples, watched: Samples
) -> tuple[Genes, FloatArray, tuple[float, float]]:
    """Return trained genes, the loss before each update, and the score of what is kept."""
    network = compile_genes(genes)
    losses = np.full(recipe.steps, -1.0)
    plan = TrainingPlan(
        recipe.loss,
        recipe.steps,
        recipe.rate,
        recipe.l2,
        min(recipe.grad_clip, HUGE),
        min(recipe.weight_clip, HUGE),
        recipe.batch_size,
        recipe.validate_every,
    )
    stream = np.array([*KEY, 0], dtype=np.uint64)
    score = train_network(network, plan, training, watched, stream, losses)
    trained = genes.copy()
    write_back(network, trained)
    return trained, losses, score


def assert_like_twin(genes: Genes, recipe: Recipe, training: Batch, watched: Batch) -> None:
    samples, looks = samples_of(training, recipe.loss), samples_of(watched, recipe.loss)
    found, losses, score = run(genes, recipe, samples, looks)
    wanted, wanted_losses, wanted_score = train_twin(genes, recipe, training, watched, KEY)
    np.testing.assert_allclose(losses, wanted_losses, rtol=1e-3, atol=1e-4)
    np.testing.assert_allclose(found.edge_weight, wanted.edge_weight, rtol=1e-3, atol=2e-3)
    np.testing.assert_allclose(found.node_bias, wanted.node_bias, rtol=1e-3, atol=2e-3)
    np.testing.assert_allclose(score, wanted_score, rtol=1e-3, atol=1e-3)


RECIPES = {
    "full batch": Recipe(0, 25),
    "no step": Recipe(0, 0),
    "no step, with looks": Recipe(0, 0, validate_every=1),
    "minibatches": Recipe(0, 17, batch_size=10),
    "minibatches of one": Recipe(0, 12, rate=0.005, batch_size=1),
    "minibatches of a block": Recipe(0, 9, batch_size=32),
    "a batch of all but one": Recipe(0, 7, batch_size=36),
    "a batch of all": Recipe(0, 7, batch_size=37),
    "a batch of more": Recipe(0, 7, batch_size=1000),
    "decay": Recipe(0, 20, rate=0.05, l2=0.5),
    "gradient clip": Recipe(0, 20, grad_clip=0.05),
    "weight clip": Recipe(0, 20, rate=0.1, weight_clip=0.6),
    "best of a look at each step": Recipe(0, 25, rate=0.2, validate_every=1),
    "best of a look now and then": Recipe(0, 25, rate=0.2, validate_every=10),
    "everything": Recipe(0, 23, 0.02, 0.1, 0.5, 1.5, 8, 4),
}


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("recipe", RECIPES.values(), ids=RECIPES)
def test_a_run_is_near_its_twin(recipe: Recipe, loss: int) -> None:
    genes = layered(2, 4, 2, SMOOTH, seed=1)
    recipe = replace(recipe, loss=loss, steps=min(recipe.steps, 5 if JIT_OFF else 99))
    assert_like_twin(genes, recipe, make_batch(37, 2, 2, loss, 2), make_batch(20, 2, 2, loss, 3))


@settings(max_examples=10 if JIT_OFF else 60)
@given(networks(), st.sampled_from(LOSSES), st.integers(0, 3), st.integers(0, 1000))
def test_a_run_of_any_network_is_near_its_twin(
    genes: Genes, loss: int, batch_size: int, seed: int
) -> None:
    n_in, n_out = (int((genes.node_kind == kind).sum()) for kind in (0, 2))
    assume(loss != SOFTMAX or n_out > 1)
    genes.node_activation[:] = np.array(SMOOTH)[genes.node_activation % len(SMOOTH)]
    recipe = Recipe(loss, 4, 0.01, batch_size=batch_size * 13, validate_every=2)
    batches = [make_batch(n, n_in, n_out, loss, seed + n) for n in (40, 7)]
    assert_like_twin(genes, recipe, *batches)


def test_minibatches_take_every_sample_once_an_epoch() -> None:
    # One input, one weight, targets 0: the loss before an update tells which samples it saw.
    genes = layered(1, 1, 1, 0)
    n, size = 10, 4
    training = Batch(np.ones((n, 1)), 2.0 ** np.arange(n)[:, None] / 2**n, np.full(n, 1 / n))
    genes.edge_weight[:] = 0.0
    genes.node_bias[:] = 0.0
    recipe = Recipe(SQUARED, 6, rate=1e-30, batch_size=size)
    samples = samples_of(training, SQUARED)
    _, losses, _ = run(genes, recipe, samples, samples)
    sizes = [4, 4, 2, 4, 4, 2]
    orders = shuffles(KEY, n)
    wanted = []
    for order in (next(orders), next(orders)):
        costs = 0.5 * training.targets[order, 0] ** 2
        wanted += [costs[:4].mean(), costs[4:8].mean(), costs[8:].mean()]
    np.testing.assert_allclose(losses, wanted, rtol=1e-5)
    for epoch in (losses[:3], losses[3:]):
        mean = np.average(epoch, weights=sizes[:3])
        assert mean == pytest.approx((0.5 * training.targets**2).mean(), rel=1e-5)


def test_samples_without_weight_are_in_no_minibatch() -> None:
    genes = layered(2, 3, 1, seed=4)
    batch = make_batch(12, 2, 1, SQUARED, 5)
    counted = np.arange(12) % 3 > 0
    weight = np.where(counted, batch.weight, 0.0)
    some = Batch(batch.X, batch.targets, weight / weight.sum())
    recipe = Recipe(SQUARED, 8, batch_size=3)
    alone = some.take(counted)
    results = [
        run(genes, recipe, samples_of(b, SQUARED), samples_of(b, SQUARED)) for b in (some, alone)
    ]
    assert results[0][0] == results[1][0]
    assert np.array_equal(results[0][1], results[1][1])


def test_shuffled_samples_are_the_same_samples() -> None:
    batch = make_batch(45, 3, 2, SOFTMAX, 6)
    samples = samples_of(batch, SOFTMAX)
    order = np.arange(45)
    mixed = room_for(samples, 45)
    stream = np.array([*KEY, 0], dtype=np.uint64)
    shuffle_samples(stream, samples, order, mixed)
    assert order.tolist() == next(shuffles(KEY, 45))
    assert np.array_equal(mixed.features[:, :45], samples.features[:, order])
    assert np.array_equal(mixed.targets[:, :45], samples.targets[:, order])
    assert np.array_equal(mixed.weight[:45], samples.weight[order])
    assert not mixed.weight[45:].any()


def test_the_best_parameters_seen_are_kept_with_their_score() -> None:
    # The only weight starts at the best place for the validation, training pulls it away.
    genes = layered(1, 1, 1, 0)
    genes.edge_weight[:] = 1.0
    genes.node_bias[:] = 0.0
    rows = np.linspace(-1.0, 1.0, 9)[:, None]
    weight = np.full(9, 1 / 9)
    training, watched = Batch(rows, 5.0 * rows, weight), Batch(rows, rows, weight)
    recipe = Recipe(SQUARED, 6, rate=0.1, validate_every=2)
    samples, looks = samples_of(training, SQUARED), samples_of(watched, SQUARED)
    found, _, score = run(genes, recipe, samples, looks)
    assert found == genes
    assert score == (0.0, 0.0)
    moved, _, last = run(genes, replace(recipe, validate_every=0), samples, looks)
    assert (moved.edge_weight > genes.edge_weight).all()
    assert last[0] > 0.1


@pytest.mark.parametrize(
    ("loss", "accuracy", "wanted"),
    [
        (0.5, 0.8, True),  # more right, whatever the loss
        (0.1, 0.6, False),  # fewer right
        (0.2, 0.7, True),
        (0.3, 0.7, False),  # the same again
        (0.4, 0.7, False),
        (math.nan, 0.9, False),
        (math.inf, 0.8, True),
    ],
)
def test_better_is_more_accurate_then_lower_in_loss(
    loss: float, accuracy: float, wanted: bool
) -> None:
    assert is_better(loss, accuracy, np.array([0.3, 0.7])) is wanted
    assert is_better(loss, accuracy, np.array([math.nan, 0.7])) is not math.isnan(loss)


def test_parameters_outside_the_network_stay() -> None:
    genes = layered(2, 3, 2, seed=7)
    genes.edge_enabled[:4] = False
    samples = samples_of(make_batch(20, 2, 2, SOFTMAX, 8), SOFTMAX)
    found, _, _ = run(genes, Recipe(SOFTMAX, 3, l2=0.5), samples, samples)
    assert np.array_equal(found.edge_weight[:4], genes.edge_weight[:4])
    assert np.array_equal(found.node_bias[:2], genes.node_bias[:2])
    assert (found.edge_weight[4:] != genes.edge_weight[4:]).any()


def overflowing(size: float) -> Genes:
    """Return a network whose output is not a number where its input is large."""
    genes = layered(1, 2, 1, 8)
    genes.edge_weight[:] = size
    genes.edge_weight[-1] = -size  # infinity less infinity is not a number
    return genes


@pytest.mark.parametrize("validate_every", [0, 1])
def test_parameters_stay_finite_where_the_gradient_is_not(validate_every: int) -> None:
    genes = overflowing(2.0**100)
    samples = samples_of(make_batch(5, 1, 1, SQUARED, 9), SQUARED)
    recipe = Recipe(SQUARED, 3, validate_every=validate_every)
    with np.errstate(all="ignore"):
        found, losses, score = run(genes, recipe, samples, samples)
    assert found == genes
    assert not np.isfinite(losses).any()
    assert not np.isfinite(score[0])


def test_any_loss_is_better_than_nan() -> None:
    # The first look at the validation gives NaN; training nearer 0 brings the weights down.
    genes = overflowing(1e12)
    far = Batch(np.full((2, 1), 1e6), np.zeros((2, 1)), np.full(2, 0.5))
    near = Batch(np.full((2, 1), 1e-12), np.zeros((2, 1)), np.full(2, 0.5))
    recipe = Recipe(SQUARED, 2, weight_clip=1.0, validate_every=1)
    samples, looks = samples_of(near, SQUARED), samples_of(far, SQUARED)
    with np.errstate(all="ignore"):
        assert np.isnan(run(genes, replace(recipe, steps=0), samples, looks)[2][0])
        found, _, score = run(genes, recipe, samples, looks)
    assert np.isfinite(score[0])
    assert np.abs(found.edge_weight).max() <= 1.0


def test_a_run_repeats_itself_bit_for_bit() -> None:
    genes = layered(2, 4, 3, seed=10)
    samples = samples_of(make_batch(50, 2, 3, SOFTMAX, 11), SOFTMAX)
    recipe = Recipe(SOFTMAX, 9, batch_size=16, validate_every=3)
    one, other = (run(genes, recipe, samples, samples) for _ in range(2))
    assert one[0] == other[0]
    assert np.array_equal(one[1], other[1])
    assert one[2] == other[2]


def test_losses_are_written_as_far_as_there_is_room() -> None:
    genes = layered(2, 2, 1, seed=12)
    samples = samples_of(make_batch(5, 2, 1, LOGISTIC, 13), LOGISTIC)
    network = compile_genes(genes)
    plan = TrainingPlan(LOGISTIC, 4, 0.01, 0.0, 5.0, 12.0, 0, 0)
    for room in (0, 2, 6):
        losses = np.full(room, -1.0)
        stream: Any = np.array([*KEY, 0], dtype=np.uint64)
        train_network(network, plan, samples, samples, stream, losses)
        assert (losses[:4] > 0.0).all()
        assert (losses[4:] == -1.0).all()


@pytest.mark.skipif(JIT_OFF, reason="nothing is compiled")
def test_there_is_one_compiled_kernel_for_all_of_this() -> None:
    samples = samples_of(make_batch(5, 2, 1, LOGISTIC, 13), LOGISTIC)
    run(layered(2, 2, 1), Recipe(LOGISTIC, 1), samples, samples)
    assert len(train.signatures) == 1  # type: ignore[attr-defined]
