"""One run from a task to a trained, evolved network: data, evolution, scores, files."""
