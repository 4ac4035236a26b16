"""What people look at between runs, read from what runs left in S3: all models, one model, one run."""

__all__ = [
    "driftmap",
    "glance",
    "legible",
    "metriccharts",
    "offers",
    "onerun",
    "rollbackchoices",
    "rowwise",
    "underway",
]
