"""The candidate that is reported on, as its containers load it, and rows for it put together of others."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, cast

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas.api.types import is_object_dtype

from include.local_aws.runtimes import container_for
from include.local_aws.runtimes.recordio import Matrix
from include.local_aws.runtimes.sklearn_automl.featurizer import Featurizer

Numbers = NDArray[np.float64]


class _Features(Protocol):
    featurizer: Featurizer

    def encoded(self, features: Matrix) -> Matrix:
        """Return features as the predictor is given them."""


class _Predictor(Protocol):
    threshold: float

    def predict(self, features: Matrix) -> Numbers:
        """Return numbers, probabilities of class 1, or rows of one probability per class."""


@dataclass(frozen=True)
class Winner:
    """A featurizer and what predicts from its features."""

    first: _Features
    last: _Predictor

    @classmethod
    def load(cls, containers: Sequence[Mapping[str, Any]], folders: Sequence[Path]) -> Winner:
        """Load the containers that predict from their unpacked artifacts.

        :param containers: `InferenceContainers` without the one that decodes labels: a whole ensemble, or a featurizer
            and an algorithm.
        """
        loaded = [
            container_for(one["Image"]).load(folder, one["Environment"])
            for one, folder in zip(containers, folders, strict=True)
        ]
        return cls(cast(_Features, loaded[0]), cast(_Predictor, loaded[-1]))

    @property
    def threshold(self) -> float:
        """The probability from which on a row is of class 1."""
        return self.last.threshold

    @property
    def columns(self) -> list[str]:
        """The features of a row, in order."""
        return self.first.featurizer.header.feature_names

    @property
    def labels(self) -> list[str]:
        """The classes by their number, empty for a regression."""
        return list(getattr(self.first.featurizer.labels, "classes", ()))

    def read(self, cells: NDArray[Any]) -> tuple[pd.DataFrame, Numbers]:
        """Return rows of text, with the target, as features to be transformed and targets.

        :return: a table with columns from 0 on, numbers or texts, and a number per row.
        """
        table, target = self.first.featurizer.split(cells)
        return table, cast(Numbers, target)

    def answers(self, table: pd.DataFrame) -> Numbers:
        """Return outputs per row: a number, the probability of class 1, or one probability per class."""
        features = self.first.featurizer.transformer.transform(table)
        found = np.asarray(self.last.predict(self.first.encoded(features)), dtype=np.float64)
        return found if found.ndim > 1 else found[:, None]


def middle(table: pd.DataFrame) -> pd.DataFrame:
    """Return one row of what is usual: medians of numbers, the most frequent texts."""
    return _joined([_usual(kind, one) for kind, one in _blocks(table)])


def differing(table: pd.DataFrame, baseline: pd.DataFrame) -> NDArray[np.bool_]:
    """Return per cell of a table whether it differs from the only row of another; missing values are alike."""
    ours, theirs = table.to_numpy(dtype=object), baseline.to_numpy(dtype=object)
    return np.asarray((ours != theirs) & ~(pd.isna(ours) & pd.isna(theirs)))


def mixed(table: pd.DataFrame, rows: NDArray[Any]) -> pd.DataFrame:
    """Put rows together.

    :param rows: per cell of the result the row of `table` that its value comes from.
    """
    parts = [
        pd.DataFrame(one.to_numpy()[rows[:, one.columns], np.arange(one.shape[1])], columns=one.columns, dtype=kind)
        for kind, one in _blocks(table)
    ]
    return _joined(parts)


def _usual(kind: Any, block: pd.DataFrame) -> pd.DataFrame:
    # Halves: the sum of the two numbers in the middle can be more than a number holds.
    usual = block.mode().head(1) if is_object_dtype(kind) else (block / 2).median().to_frame().T * 2
    # Texts that are all missing have no most frequent one.
    return block.head(1).reset_index(drop=True) if usual.empty else pd.DataFrame(usual)


def _blocks(table: pd.DataFrame) -> Iterator[tuple[Any, pd.DataFrame]]:
    """Take a table apart by type: column by column it would take longer than the model."""
    for kind in table.dtypes.unique():
        yield kind, table.loc[:, table.dtypes == kind]


def _joined(blocks: list[pd.DataFrame]) -> pd.DataFrame:
    return blocks[0] if len(blocks) == 1 else pd.concat(blocks, axis=1).sort_index(axis=1)
