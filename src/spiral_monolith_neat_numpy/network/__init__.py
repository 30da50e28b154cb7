"""Networks: a genome made ready to run, to predict and to train."""
