"""Who decides: the loop, its records, training and evaluation."""
