"""Genes, genomes and populations as packed parallel arrays, and the objects that view them."""
