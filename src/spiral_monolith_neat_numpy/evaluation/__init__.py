"""Score genomes: fitness functions, back-ends, and data in shared memory."""
