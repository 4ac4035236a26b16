"""A model's YAML, drafted from what a table or an Autopilot job says."""

__all__ = ["blank", "cut", "goal", "job", "keys", "recency", "suspects", "table", "typednames", "typedvalues"]
