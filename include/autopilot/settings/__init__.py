"""What people configure: a model's YAML and the forms of its DAGs."""

__all__ = [
    "config",
    "drift",
    "gate",
    "identity",
    "modelfiles",
    "options",
    "recent",
    "retune",
    "score",
    "scoreoptions",
    "search",
    "segments",
    "values",
    "window",
]
