"""The sides of the benchmark of searches: the embedded AWS, and its rivals in an environment of their own."""
