"""How good a model is: benchmarks, the runs over them, and the report."""
