"""The champion's predictions of new rows, and where predictions come from."""

__all__ = ["championinterval", "join", "lineage", "lineagetree", "lineagewalk", "plan"]
