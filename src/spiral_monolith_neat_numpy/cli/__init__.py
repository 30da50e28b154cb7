"""The command ``spiral-neat``: run, predict, show."""

from spiral_monolith_neat_numpy.cli.app import app, main

__all__ = ["app", "main"]
