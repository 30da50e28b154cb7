"""Compiled kernels: plain arrays in, plain arrays out. The only home of Numba."""
