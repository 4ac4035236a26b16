"""The page about a run, for people and programs."""

__all__ = ["chart", "note", "page", "scripts"]
