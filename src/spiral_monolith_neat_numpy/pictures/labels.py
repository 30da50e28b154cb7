"""Names of classes, inputs and outputs, made fit for a picture."""

from collections.abc import Sequence


def class_names(names: Sequence[str], n_classes: int) -> list[str]:
    """Return one short name per class; "class 0", "class 1", ... where none are given.

    Raises:
        ValueError: another number of names.
    """
    if len(names) == 0:
        return [f"class {index}" for index in range(n_classes)]
    return checked_names("class_names", names, n_classes)


def checked_names(argument: str, names: Sequence[str], n: int) -> list[str]:
    """Return ``n`` names, shortened.

    Raises:
        ValueError: another number of names.
    """
    if len(names) != n:
        raise ValueError(f"{argument} must hold {n} names, got {len(names)}")
    return [shortened(str(name)) for name in names]


def shortened(name: str, longest: int = 22) -> str:
    """Return the name, cut with an ellipsis where it is longer than ``longest`` characters."""
    plain = " ".join(name.split())
    return plain if len(plain) <= longest else plain[: longest - 1].rstrip() + "…"
