"""The champion's exams: how it does on every new drop before anything learns from it."""

__all__ = ["asking", "declined", "marking", "plan", "sitting", "standing", "stored"]
