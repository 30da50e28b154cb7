"""The settings object: a default for everything, and no wrong value gets in."""

import math
import pickle
import re
from dataclasses import FrozenInstanceError, asdict, fields
from typing import Any

import numpy as np
import pytest

from spiral_monolith_neat_numpy.settings import ACTIVATION_NAMES, Settings

NUMBERS = [spec.name for spec in fields(Settings) if "number" in spec.metadata]
INTEGERS = [spec.name for spec in fields(Settings) if "integer" in spec.metadata]
SHARES = [
    spec.name for spec in fields(Settings) if spec.metadata.get("number") == (0.0, 1.0, False)
]


def test_promised_defaults_hold() -> None:
    settings = Settings()
    promised = {
        "compatibility_threshold": 3.0,
        "complexity_threshold": 1.0,
        "max_hidden_nodes": 128,
        "max_edges": 1024,
        "grad_clip": 5.0,
        "weight_clip": 12.0,
        "stagnation_generations": 15,
        "elitism_min_size": 5,
        "threshold_gain": 0.18,
        "threshold_min": 0.3,
        "threshold_max": 50.0,
    }
    assert {name: getattr(settings, name) for name in promised} == promised


def test_every_probability_is_a_share() -> None:
    assert {name for name in NUMBERS if name.startswith("p_")} <= set(SHARES)


@pytest.mark.parametrize("name", NUMBERS + INTEGERS)
@pytest.mark.parametrize("value", ["1", None, True])
def test_number_of_another_type_is_refused_by_name(name: str, value: object) -> None:
    with pytest.raises(TypeError, match=f"^{name} must be a (whole )?number"):
        Settings().with_changes(**{name: value})


@pytest.mark.parametrize("name", NUMBERS)
@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, -1e-9])
def test_number_outside_its_range_is_refused_by_name(name: str, value: float) -> None:
    with pytest.raises(ValueError, match=f"^{name} must be .*, got {value}$"):
        Settings().with_changes(**{name: value})


@pytest.mark.parametrize("name", SHARES)
def test_share_above_one_is_refused(name: str) -> None:
    message = f"{name} must be in [0, 1], got 1.01"
    with pytest.raises(ValueError, match=re.escape(message)):
        Settings().with_changes(**{name: 1.01})


@pytest.mark.parametrize("name", INTEGERS)
def test_integer_outside_its_range_is_refused_by_name(name: str) -> None:
    with pytest.raises(ValueError, match=rf"^{name} must be (>= [01]|in \[1, 1000\]), got -1$"):
        Settings().with_changes(**{name: -1})


@pytest.mark.parametrize("name", INTEGERS)
def test_integer_may_not_be_a_float(name: str) -> None:
    with pytest.raises(TypeError, match=f"^{name} must be a whole number"):
        Settings().with_changes(**{name: 5.0})


def test_numpy_numbers_become_plain_ones() -> None:
    settings = Settings(weight_sigma=np.float32(0.5), max_edges=np.int64(9))  # type: ignore[arg-type]
    assert (type(settings.weight_sigma), type(settings.max_edges)) == (float, int)


@pytest.mark.parametrize("value", ["swish", "", None, 1])
def test_unknown_activation_lists_the_known(value: Any) -> None:
    with pytest.raises(ValueError, match="^hidden_activation must be one of 'identity', 'tanh'"):
        Settings(hidden_activation=value)
    with pytest.raises(ValueError, match="^activation_options must be one of 'identity', 'tanh'"):
        Settings(activation_options=("tanh", value))


@pytest.mark.parametrize("value", [(), [], "tanh", None, True])
def test_activation_options_are_a_tuple_of_names(value: Any) -> None:
    with pytest.raises(ValueError, match="^activation_options must be a tuple of at least one"):
        Settings(activation_options=value)


def test_list_of_activation_options_becomes_a_tuple() -> None:
    options: Any = ["tanh", "relu"]
    assert Settings(activation_options=options).activation_options == ("tanh", "relu")


@pytest.mark.parametrize("name", ACTIVATION_NAMES)
def test_every_activation_can_be_chosen(name: str) -> None:
    settings = Settings(hidden_activation=name, activation_options=(name,))
    assert settings.hidden_activation == name


def test_species_target_is_a_number_or_none() -> None:
    assert Settings().species_target is None
    assert Settings(species_target=4).species_target == 4.0
    for wrong in (0.5, math.nan, math.inf):
        with pytest.raises(ValueError, match="^species_target must be"):
            Settings(species_target=wrong)
    with pytest.raises(TypeError, match="^species_target must be a number"):
        Settings(species_target=True)


def test_limits_of_the_threshold_may_not_cross() -> None:
    message = "threshold_min must be <= threshold_max (50), got 60"
    with pytest.raises(ValueError, match=re.escape(message)):
        Settings(threshold_min=60.0)


@pytest.mark.parametrize(("average", "differential"), [(0.0, 1.0), (1.0, 0.0), (0.25, 0.75)])
def test_means_and_differences_may_be_all_matings(average: float, differential: float) -> None:
    settings = Settings(p_average=average, p_differential=differential)
    assert (settings.p_average, settings.p_differential) == (average, differential)


@pytest.mark.parametrize(("average", "differential"), [(0.6, 0.5), (1.0, 1.0), (0.25, 0.76)])
def test_means_and_differences_may_not_be_more(average: float, differential: float) -> None:
    message = f"p_average + p_differential must be <= 1, got {average:g} + {differential:g}"
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        Settings(p_average=average, p_differential=differential)


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("representative", ("random", "best")),
        ("weight_noise", ("gaussian", "cauchy")),
        ("initial_weights", ("normal", "uniform")),
    ],
)
def test_a_choice_is_one_of_its_options_and_the_first_is_the_default(
    name: str, options: tuple[str, ...]
) -> None:
    assert getattr(Settings(), name) == options[0]
    for option in options:
        assert getattr(Settings().with_changes(**{name: option}), name) == option
    listed = ", ".join(repr(option) for option in options)
    for wrong in ("normale", "", None, 1):
        with pytest.raises(ValueError, match=f"^{name} must be one of {listed}, got "):
            Settings().with_changes(**{name: wrong})


@pytest.mark.parametrize(
    ("name", "high"),
    [("differential_weight", 10.0), ("noise_adaptation", 10.0), ("restart_gain", 1e6)],
)
def test_operators_have_an_upper_limit(name: str, high: float) -> None:
    assert getattr(Settings().with_changes(**{name: high}), name) == high
    message = f"{name} must be in [0, {high:g}], got "
    with pytest.raises(ValueError, match=f"^{re.escape(message)}"):
        Settings().with_changes(**{name: 1.01 * high})


def test_operators_beyond_the_papers_are_off() -> None:
    settings = Settings()
    off = ("p_average", "p_differential", "noise_adaptation", "restart_generations")
    assert [getattr(settings, name) for name in off] == [0.0, 0.0, 0.0, 0]
    assert settings.initial_connectivity == 1.0


def test_unknown_setting_lists_the_known() -> None:
    with pytest.raises(ValueError, match="^unknown setting 'p_mutate'; known are c_excess, "):
        Settings().with_changes(p_mutate=0.5)


def test_change_makes_a_new_object_and_leaves_the_old() -> None:
    old = Settings()
    new = old.with_changes(weight_sigma=0.25)
    assert (old.weight_sigma, new.weight_sigma) == (0.5, 0.25)
    assert new.with_changes(weight_sigma=0.5) == old


def test_refused_change_leaves_the_old_object() -> None:
    settings = Settings()
    with pytest.raises(ValueError, match=r"^weight_clip must be in \(0, 1e\+30\], got 0"):
        settings.with_changes(weight_sigma=0.25, weight_clip=0.0)
    assert settings == Settings()


def test_settings_are_frozen() -> None:
    with pytest.raises(FrozenInstanceError):
        Settings().weight_sigma = 0.25  # type: ignore[misc]


def test_settings_survive_pickle_and_a_plain_dict() -> None:
    settings = Settings(species_target=4.0, activation_options=("tanh", "sine"))
    assert pickle.loads(pickle.dumps(settings)) == settings
    assert Settings(**asdict(settings)) == settings
    assert hash(Settings(**asdict(settings))) == hash(settings)


@pytest.mark.parametrize("wrong", [1, "yes", None])
def test_feed_forward_is_true_or_false(wrong: object) -> None:
    assert Settings().feed_forward is True
    assert Settings(feed_forward=False).feed_forward is False
    with pytest.raises(TypeError, match="feed_forward must be True or False, got "):
        Settings(feed_forward=wrong)  # type: ignore[arg-type]
