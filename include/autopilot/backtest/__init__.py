"""Would retraining have paid? Every model predicts every later drop, and schedules of retraining are compared."""

__all__ = ["answer", "asking", "chart", "history", "table"]
