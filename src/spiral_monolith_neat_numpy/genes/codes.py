"""Names and the int8 codes that stand for them in the arrays; a code is the name's place."""

from collections.abc import Iterable

import numpy as np

from spiral_monolith_neat_numpy.arrays import CodeArray
from spiral_monolith_neat_numpy.errors import check_choice
from spiral_monolith_neat_numpy.settings import ACTIVATION_NAMES

NODE_KINDS = ("input", "hidden", "output")
ACTIVATIONS = ACTIVATION_NAMES
HEADS = ("plain", "softmax", "logistic", "identity")
SEXES = ("hermaphrodite", "female", "male")
REGEN_MODES = ("split", "head", "tail")

INPUT, HIDDEN, OUTPUT = range(3)


def code_of(argument: str, name: object, names: tuple[str, ...]) -> int:
    """Return the code of ``name`` among ``names``.

    Args:
        argument: what the name is for, used in the message (``"activation"``).
        name: one of ``names``.
        names: one of the tuples of this module.

    Raises:
        ValueError: ``name`` is not one of them.
    """
    return names.index(check_choice(argument, name, names))


def name_of(argument: str, code: int, names: tuple[str, ...]) -> str:
    """Return the name that ``code`` stands for among ``names``.

    Raises:
        ValueError: no name has that code.
    """
    if not 0 <= code < len(names):
        raise ValueError(
            f"{argument} must be a code from 0 to {len(names) - 1} ({', '.join(names)}), got {code}"
        )
    return names[code]


def codes_of(argument: str, chosen: Iterable[str], names: tuple[str, ...]) -> CodeArray:
    """Return the codes of several names as an int8 array, in their order.

    Raises:
        ValueError: one of them is not among ``names``.
    """
    return np.array([code_of(argument, name, names) for name in chosen], dtype=np.int8)
