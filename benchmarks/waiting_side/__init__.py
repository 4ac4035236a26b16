"""One side of the benchmark of waiting: the worker and the triggerer, each a process of its own."""
