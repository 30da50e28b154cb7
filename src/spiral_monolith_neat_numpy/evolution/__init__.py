"""Evolution: generation after generation, with records, champions and model files."""
