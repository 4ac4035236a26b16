"""What everything stands on: errors, digests, numbers, metrics, names, locations, masking."""

__all__ = [
    "commandline",
    "csvlines",
    "cutoff",
    "digest",
    "errors",
    "folders",
    "lenient",
    "locations",
    "masking",
    "metrics",
    "names",
    "near",
    "numbers",
    "shortened",
    "source",
    "tree",
]
