"""Settings of the target learner are checked and say what is wrong."""

import math

import pytest

from spiral_monolith_neat_numpy.control import TargetSettings


def test_defaults_are_the_documented_ones() -> None:
    assert TargetSettings() == TargetSettings(
        species_target_mode="auto",
        species_target_min=2.0,
        species_target_max=None,
        species_target_step=0.5,
        species_target_update_every=5,
        pid_kp=0.35,
        pid_ki=0.02,
        pid_kd=0.10,
        pid_i_clip=50.0,
        epsilon=0.10,
    )


@pytest.mark.parametrize(
    ("name", "value", "error", "allowed"),
    [
        ("species_target_mode", "both", ValueError, "'auto', 'pid', 'hill', 'fixed'"),
        ("species_target_min", 0.5, ValueError, r"\[1, 1e\+09\]"),
        ("species_target_max", 1.0, ValueError, r"\[2, 1e\+09\]"),
        ("species_target_max", math.inf, ValueError, r"\[2, 1e\+09\]"),
        ("species_target_step", 0.0, ValueError, r"\(0, 1e\+09\]"),
        ("species_target_update_every", 0, ValueError, ">= 1"),
        ("species_target_update_every", 2.5, TypeError, "a whole number"),
        ("pid_kp", -0.1, ValueError, r"\[0, 1e\+06\]"),
        ("pid_ki", math.nan, ValueError, r"\[0, 1e\+06\]"),
        ("pid_kd", "0.1", TypeError, "a number"),
        ("pid_i_clip", -1.0, ValueError, r"\[0, 1e\+09\]"),
        ("epsilon", 1.5, ValueError, r"\[0, 1\]"),
    ],
)
def test_wrong_value_names_the_attribute_and_what_is_allowed(
    name: str, value: object, error: type[Exception], allowed: str
) -> None:
    with pytest.raises(error, match=f"{name} must be .*{allowed}"):
        TargetSettings().with_changes(**{name: value})


def test_unknown_setting_lists_the_known_ones() -> None:
    with pytest.raises(ValueError, match=r"unknown setting 'pid_kq'; known are .*pid_kp"):
        TargetSettings().with_changes(pid_kq=1.0)


def test_resolved_fills_in_the_largest_target_once() -> None:
    assert TargetSettings().resolved(10, 150).limits == (2.0, 50.0)
    assert TargetSettings().resolved(10, 12).limits == (2.0, 10.0)
    assert TargetSettings(species_target_max=7.0).resolved(10, 150).limits == (2.0, 7.0)


def test_resolved_refuses_a_minimum_above_the_maximum() -> None:
    with pytest.raises(ValueError, match=r"species_target_min must be in \[1, 10\], got 30"):
        TargetSettings(species_target_min=30.0).resolved(10, 24)


def test_limits_need_a_resolved_maximum() -> None:
    with pytest.raises(ValueError, match="species_target_max must be a number >= 2 here"):
        _ = TargetSettings().limits
