"""Numbers in words."""


def count(n: int, thing: str) -> str:
    """Return a number of things, such as "1 node" or "1,024 nodes"."""
    return f"{n:,} {thing}" if n == 1 else f"{n:,} {thing}s"


def score_words(value: object) -> str:
    """Return a score, or "-" for None, which stands for one that is not defined."""
    if not isinstance(value, (int, float)):
        return "-"
    size = abs(value)
    if size != 0.0 and not 1e-3 <= size < 1e9:
        return f"{value:.3g}"
    return f"{value:.4f}" if size < 1000.0 else f"{value:,.1f}"


def told_apart(low: float, high: float) -> tuple[str, str]:
    """Return two different numbers with as many digits as it takes to see that they differ.

    Example:
        >>> told_apart(0.62512, 0.62514)
        ('0.62512', '0.62514')
    """
    for n_digits in range(4, 17):
        words = f"{low:.{n_digits}f}", f"{high:.{n_digits}f}"
        if words[0] != words[1]:
            return words
    return repr(low), repr(high)


def score_name(name: str) -> str:
    """Return how people call the score that files call ``name``."""
    return {"r2": "R²", "rmse": "RMSE", "cross_entropy": "cross-entropy"}.get(name, name)
