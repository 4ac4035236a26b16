"""What people are told of runs, in words; who sends it stands above."""

__all__ = ["runs"]
