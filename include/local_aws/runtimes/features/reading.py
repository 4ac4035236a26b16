"""What the transformers share: their columns come as texts, and what they cannot read they count and tell."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, TransformerMixin

from include.cells import Decision, is_missing

# Artifacts name the classes here. It is the image's name for them (see runtimes/imports.py).
MODULE = "automl_containers.features"

_SHOWN = 40


class Reader(TransformerMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn has no types
    """Reads one or more columns of text.

    :param names: the columns' names, for the log.
    """

    def __init__(self, names: Sequence[str]) -> None:
        self.names = names

    def columns(self, table: Any) -> list[NDArray[Any]]:
        """Return the texts of each column, without blanks around them."""
        cells = np.asarray(table, dtype=object)
        cells = cells.reshape(-1, 1) if cells.ndim == 1 else cells
        return [np.array([str(cell).strip() for cell in cells[:, at]], dtype=object) for at in range(cells.shape[1])]


def tell_decision(name: str, decision: Decision) -> None:
    """Say in the job's log how a column is read from now on."""
    if decision.undecided:
        print(f"Column {name!r} is taken for {decision.told}: {decision.undecided}", flush=True)
    else:
        print(f"Column {name!r} is read as {decision.told}", flush=True)


def tell_unread(name: str, texts: NDArray[Any], read: NDArray[np.bool_], what: str) -> None:
    """Say in the job's log how many texts could not be read, and the first; nothing where all could.

    :param read: which ones were; those that stand for no value do not count.
    :param what: what they are not, and what becomes of them.
    """
    unread = texts[~read]
    unread = unread[~is_missing(unread)]
    if len(unread):
        first = repr(unread[0][:_SHOWN])
        print(f"Column {name!r}: {len(unread)} of {len(texts)} values {what}; the first is {first}", flush=True)


def as_missing(told: str) -> str:
    """Word what becomes of values that do not fit a form."""
    return f"are not {told} and count as missing"
