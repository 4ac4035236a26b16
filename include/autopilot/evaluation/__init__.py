"""How good predictions are."""

__all__ = ["cells", "measured", "outcome", "predictions", "scores"]
