"""Where data comes from: drawn tasks, shipped data sets and CSV files, split and prepared."""
