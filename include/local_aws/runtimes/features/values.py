"""Amounts and yes-or-no columns to one number each."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from include.cells import Decision
from include.cells.amounts import decide_amounts, read_amount
from include.cells.booleans import decide_booleans, read_boolean
from include.cells.decision import once
from include.local_aws.runtimes.features.reading import MODULE, Reader, as_missing, tell_decision, tell_unread


class _Values(Reader):
    """A column becomes a column of numbers, NaN where nothing could be read.

    The form of every column is decided in :meth:`fit` and kept in ``forms_``, with its words in ``told_``.
    """

    def fit(self, table: Any, y: Any = None) -> _Values:  # noqa: ARG002 - scikit-learn gives it
        """Decide how the values of each column are written."""
        decisions = [self._decide(texts) for texts in self.columns(table)]
        for name, decision in zip(self.names, decisions, strict=True):
            tell_decision(name, decision)
        self.forms_ = [decision.form for decision in decisions]
        self.told_ = [decision.told for decision in decisions]
        return self

    def transform(self, table: Any) -> NDArray[np.float64]:
        """Return a number per cell."""
        columns = self.columns(table)
        found = np.full((len(columns[0]), len(columns)), np.nan)
        for at, texts in enumerate(columns):
            if self.forms_[at]:
                values = once(self._reader(self.forms_[at]), texts)
                found[:, at] = [np.nan if value is None else value for value in values]
            tell_unread(self.names[at], texts, ~np.isnan(found[:, at]), as_missing(self.told_[at]))
        return found

    def _decide(self, texts: Iterable[str]) -> Decision:
        raise NotImplementedError

    def _reader(self, form: Sequence[str]) -> Callable[[str], float | None]:
        raise NotImplementedError


class Amounts(_Values):
    """``$1,234.50``, ``(1.234,50 €)``, ``12 %``, ``1 234`` and the like become numbers."""

    __module__ = MODULE

    def _decide(self, texts: Iterable[str]) -> Decision:
        return decide_amounts(texts)

    def _reader(self, form: Sequence[str]) -> Callable[[str], float | None]:
        decimal, unit = form
        return lambda text: read_amount(text, decimal, unit)


class Booleans(_Values):
    """Yes becomes 1, no -1: a 0 would be left out of sparse features, where what is left out counts as missing."""

    __module__ = MODULE

    def _decide(self, texts: Iterable[str]) -> Decision:
        return decide_booleans(texts)

    def _reader(self, form: Sequence[str]) -> Callable[[str], float | None]:
        (language,) = form
        return lambda text: {True: 1.0, False: -1.0, None: None}[read_boolean(text, language)]
