"""Whether the challenger is better than the champion, and whether the champion is as good as it was."""

__all__ = [
    "bootstrap",
    "choice",
    "comparison",
    "contender",
    "decline",
    "history",
    "looks",
    "lossrows",
    "measuring",
    "objective",
    "resampled",
    "stored",
    "table",
    "twofold",
    "verdict",
]
