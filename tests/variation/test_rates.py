"""Every setting of variation reaches the kernels, each under its own name."""

from typing import Any

import pytest

from spiral_monolith_neat_numpy.genes.codes import ACTIVATIONS
from spiral_monolith_neat_numpy.kernels.breed import Variation
from spiral_monolith_neat_numpy.settings import Settings
from spiral_monolith_neat_numpy.variation.rates import noise_of, variation_of

NOISE = {
    "p_mutate_weights": "p_mutate",
    "p_replace_weight": "p_replace",
    "weight_sigma": "sigma",
    "noise_adaptation": "adaptation",
    "initial_weight_sigma": "initial_sigma",
    "weight_clip": "clip",
    "p_mutate_bias": "p_bias",
    "bias_sigma": "bias_sigma",
    "p_mutate_activation": "p_activation",
}
GROWTH = {
    "p_add_node": "p_add_node",
    "p_add_connection": "p_add_connection",
    "p_remove_node": "p_remove_node",
    "p_remove_connection": "p_remove_connection",
    "p_toggle": "p_toggle",
    "max_hidden_nodes": "max_hidden",
    "max_edges": "max_edges",
}
OWN = {"p_inherit_disabled": "p_inherit_disabled", "differential_weight": "differential_weight"}
DEFAULT = variation_of(Settings(), True)


def plain(variation: Variation) -> Variation:
    options: Any = variation.options.tolist()  # an array has no plain ==
    return variation._replace(options=options)


def with_part(part: str, **changes: Any) -> Variation:
    """Return the default with some fields of one of its parts changed."""
    return plain(DEFAULT)._replace(**{part: getattr(DEFAULT, part)._replace(**changes)})


@pytest.mark.parametrize("name", [*NOISE, *GROWTH, *OWN])
def test_a_setting_changes_its_own_field_and_no_other(name: str) -> None:
    default = getattr(Settings(), name)
    value = default + 1 if isinstance(default, int) else 0.375
    found = plain(variation_of(Settings().with_changes(**{name: value}), True))
    if name in OWN:
        changes: dict[str, Any] = {OWN[name]: value}
        assert found == plain(DEFAULT)._replace(**changes)
    elif name in NOISE and name != "weight_clip":
        assert found == with_part("noise", **{NOISE[name]: value})
    elif name in GROWTH:
        assert found == with_part("growth", **{GROWTH[name]: value})
    else:
        assert found == with_part("noise", clip=value)._replace(split_weight=value)


def test_shapes_of_noise_become_flags() -> None:
    assert not DEFAULT.noise.cauchy
    assert not DEFAULT.noise.uniform
    cauchy = variation_of(Settings(weight_noise="cauchy"), True)
    assert plain(cauchy) == with_part("noise", cauchy=True)
    uniform = variation_of(Settings(initial_weights="uniform"), True)
    assert plain(uniform) == with_part("noise", uniform=True)
    assert noise_of(Settings(initial_weights="uniform")) == uniform.noise


def test_the_mode_is_that_of_the_genomes() -> None:
    assert plain(variation_of(Settings(), False)) == with_part("growth", feed_forward=False)
    assert variation_of(Settings(feed_forward=False), True).growth.feed_forward


def test_activations_become_codes() -> None:
    found = variation_of(
        Settings(hidden_activation="sine", activation_options=("abs", "relu")), True
    )
    assert ACTIVATIONS[found.hidden_activation] == "sine"
    assert [ACTIVATIONS[code] for code in found.options] == ["abs", "relu"]


@pytest.mark.parametrize(("clip", "wanted"), [(0.25, 0.25), (1.0, 1.0), (8.0, 1.0)])
def test_an_edge_into_a_splitting_node_weighs_one_within_the_clip(
    clip: float, wanted: float
) -> None:
    assert variation_of(Settings(weight_clip=clip), True).split_weight == wanted


def test_equal_settings_are_converted_once() -> None:
    assert variation_of(Settings(weight_sigma=0.3), True) is variation_of(
        Settings().with_changes(weight_sigma=0.3), True
    )
