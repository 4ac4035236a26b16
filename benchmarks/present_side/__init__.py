"""The parts of benchmarks/present.py: worlds that change, policies that answer, other tests of a decline."""
