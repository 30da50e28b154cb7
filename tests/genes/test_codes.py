"""Names and codes stand for each other, and nothing else passes."""

import numpy as np
import pytest

from spiral_monolith_neat_numpy.genes import codes
from spiral_monolith_neat_numpy.settings import ACTIVATION_NAMES

VOCABULARIES = [
    codes.NODE_KINDS,
    codes.ACTIVATIONS,
    codes.HEADS,
    codes.SEXES,
    codes.REGEN_MODES,
]


@pytest.mark.parametrize("names", VOCABULARIES)
def test_a_name_and_its_code_stand_for_each_other(names: tuple[str, ...]) -> None:
    assert len(set(names)) == len(names)
    for code, name in enumerate(names):
        assert codes.code_of("what", name, names) == code
        assert codes.name_of("what", code, names) == name


def test_files_depend_on_these_codes() -> None:
    assert codes.NODE_KINDS == ("input", "hidden", "output")
    assert (codes.INPUT, codes.HIDDEN, codes.OUTPUT) == (0, 1, 2)
    assert codes.HEADS == ("plain", "softmax", "logistic", "identity")
    assert codes.SEXES == ("hermaphrodite", "female", "male")
    assert codes.REGEN_MODES == ("split", "head", "tail")
    assert codes.ACTIVATIONS == ACTIVATION_NAMES
    assert codes.ACTIVATIONS[:4] == ("identity", "tanh", "relu", "sigmoid")


@pytest.mark.parametrize("name", ["leaky", "", "TANH", 3, None])
def test_an_unknown_name_is_refused_with_the_known_ones(name: object) -> None:
    with pytest.raises(ValueError, match=r"activation must be one of 'identity', 'tanh'.*got"):
        codes.code_of("activation", name, codes.ACTIVATIONS)


@pytest.mark.parametrize("code", [-1, 3])
def test_an_unknown_code_is_refused_with_the_known_ones(code: int) -> None:
    with pytest.raises(ValueError, match=r"sex must be a code from 0 to 2 \(herm.*got -?\d"):
        codes.name_of("sex", code, codes.SEXES)


def test_several_names_become_an_int8_array_in_their_order() -> None:
    made = codes.codes_of("activation", ["relu", "identity", "relu"], codes.ACTIVATIONS)
    assert made.dtype == np.int8
    assert made.tolist() == [2, 0, 2]
