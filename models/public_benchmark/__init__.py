"""Public data that others published results for: the same folds, the same figures, our learner beside references."""
