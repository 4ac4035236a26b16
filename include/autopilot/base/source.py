"""Where the rows come from, in words. A table that was made up says so everywhere it is shown."""

from __future__ import annotations

from collections.abc import Iterable

SYNTHETIC = "SYNTHETIC"


def combine(sources: Iterable[str | None]) -> str | None:
    """Return the distinct sources of several files as one text, or None where no file names one."""
    named = list(dict.fromkeys(source for source in sources if source))
    return "; ".join(named) or None


def is_synthetic(source: str | None) -> bool:
    """Whether the word SYNTHETIC stands in the source."""
    return source is not None and SYNTHETIC in source


def marked(message: str, source: str | None) -> str:
    """Return a log line or chart title that says SYNTHETIC when the data is."""
    return f"{SYNTHETIC} data: {message}" if is_synthetic(source) else message


def made_up(source: str | None) -> str | None:
    """Return a sentence that says SYNTHETIC and where made-up rows come from; None of rows that are not."""
    return marked(source, source) if source is not None and is_synthetic(source) else None
