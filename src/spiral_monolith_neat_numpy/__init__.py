"""Evolve small neural networks, wiring and weights together, trained as they evolve."""
