"""One side of the overhead benchmark: a tree of this repository, before or after."""
