"""Pictures of runs and networks; matplotlib is imported when one is drawn, not before."""
