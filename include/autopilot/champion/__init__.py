"""The Model Registry, the champion, its ledger, and how it changes."""

__all__ = [
    "deploying",
    "judging",
    "learned",
    "ledger",
    "pointer",
    "preview",
    "promotion",
    "registering",
    "registry",
    "revision",
    "rollback",
    "serving",
    "version",
]
