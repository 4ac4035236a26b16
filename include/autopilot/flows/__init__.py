"""What the DAGs do, step by step: one module per DAG; a function is a task, or makes the request of an operator."""

__all__ = ["backtest", "deploy", "exam", "jobs", "openlineage", "retrain", "score", "search"]
