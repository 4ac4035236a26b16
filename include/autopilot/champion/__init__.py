"""The Model Registry, the champion, its ledger, and how it changes."""

__all__ = [
    "deploying",
    "judging",
    "learned",
    "ledger",
    "model",
    "pointer",
    "preview",
    "promotion",
    "registering",
    "registry",
    "removed",
    "revision",
    "rollback",
    "serving",
    "version",
]
