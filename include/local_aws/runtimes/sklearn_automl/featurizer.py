"""A fitted featurizer: from rows of text to a matrix of numbers, with the encoded label where the rows have one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import pandas as pd
import sklearn
from numpy.typing import NDArray
from sklearn.base import clone
from sklearn.compose import ColumnTransformer
from sklearn.impute import MissingIndicator
from sklearn.pipeline import Pipeline

import include.local_aws.runtimes.features  # noqa: F401 - artifacts name what is in it
from include.local_aws.runtimes import AlgorithmError, ClientError
from include.local_aws.runtimes.features.reading import as_missing, tell_unread
from include.local_aws.runtimes.number_texts import as_numbers
from include.local_aws.runtimes.recordio import Matrix
from include.local_aws.runtimes.sklearn_automl.header import Header
from include.local_aws.runtimes.sklearn_automl.label_encoders import LabelEncoder, label_encoder

FILE_NAME = "model.joblib"
# The branches of a ColumnTransformer whose names start so are given numbers; every other branch is given texts.
NUMERIC_BRANCH = "numeric"


@dataclass(frozen=True)
class Featurizer:
    """What `model.joblib` holds.

    :param transformer: a scikit-learn transformer; columns are features by position.
    :param text_columns: positions of the features it is given as text; the others are given as numbers, NaN where
        the text is none.
    """

    header: Header
    transformer: Any
    labels: LabelEncoder
    text_columns: frozenset[int]

    @classmethod
    def fit(cls, header: Header, transformer: Any, labels: LabelEncoder, cells: NDArray[Any]) -> Featurizer:
        """Fit `transformer` on the rows whose label can be used.

        :param cells: rows by columns of text, in the header's order.
        :raises ClientError: another number of columns, or no usable label at all.
        """
        if cells.shape[1] == len(header.column_names):
            labels.fit(cells[:, header.target_column_index])
        featurizer = cls(header, transformer, labels, frozenset(_text_columns(transformer)))
        features, encoded = featurizer.split(cells)
        if encoded is None:
            raise ClientError(
                f"the training data has {cells.shape[1]} columns, HEADER has {len(header.column_names)}: "
                f"the column {header.target_column_name} is missing"
            )
        if not len(encoded):
            raise ClientError(f"no row has a usable label in the column {header.target_column_name}")
        _leave_out_empty(transformer, features)
        transformer.fit(features, encoded)
        return featurizer

    def split(self, cells: NDArray[Any]) -> tuple[pd.DataFrame, NDArray[np.float64] | None]:
        """Return the features, and the encoded labels if the rows have the target; rows without usable label drop out.

        :raises ClientError: the number of columns fits neither case.
        """
        try:
            with_target = self.header.has_target(cells.shape[1])
        except ValueError as error:
            raise ClientError(str(error)) from error
        if not with_target:
            return self._typed(cells), None
        target = self.header.target_column_index
        encoded = self.labels.transform(cells[:, target])
        usable = ~np.isnan(encoded)
        return self._typed(np.delete(cells[usable], target, axis=1)), encoded[usable]

    def transform(self, cells: NDArray[Any]) -> tuple[Matrix, NDArray[np.float64] | None]:
        """Return features (dense or CSR) and labels (None if the rows have none) for rows of text."""
        features, encoded = self.split(cells)
        if not len(features):
            return np.empty((0, 0)), encoded
        return self.transformer.transform(features), encoded

    def save(self, folder: Path) -> None:
        """Write `model.joblib`: plain values and scikit-learn objects, so that it opens without this package.

        Columns other than numbers are in it by transformers of the image (``automl_containers.features``).
        """
        joblib.dump(
            {
                "header": {
                    "column_names": self.header.column_names,
                    "target_column_name": self.header.target_column_name,
                },
                "feature_transformer": self.transformer,
                "text_columns": sorted(self.text_columns),
                "label_transformer": self.labels.state(),
                "scikit_learn": sklearn.__version__,
            },
            folder / FILE_NAME,
        )

    @classmethod
    def load(cls, folder: Path) -> Featurizer:
        """Read `model.joblib`.

        :raises AlgorithmError: it is missing, or was made by other software than this image has.
        """
        try:
            saved = joblib.load(folder / FILE_NAME)
            return cls(
                Header(**saved["header"]),
                saved["feature_transformer"],
                label_encoder(saved["label_transformer"]),
                frozenset(saved["text_columns"]),
            )
        except FileNotFoundError as error:
            raise AlgorithmError(f"the model artifact has no {FILE_NAME}") from error
        except (ImportError, AttributeError, TypeError, KeyError) as error:
            raise AlgorithmError(f"{FILE_NAME} needs other software than this image has: {error}") from error

    def _typed(self, cells: NDArray[Any]) -> pd.DataFrame:
        """Return the features as a table whose columns are numbered: texts where the transformer wants text."""
        numeric = [column for column in range(cells.shape[1]) if column not in self.text_columns]
        numbers = as_numbers(cells[:, numeric])
        self._tell_texts(cells, numeric, numbers)
        frame = pd.DataFrame(numbers, columns=pd.Index(numeric))
        if self.text_columns:
            words = sorted(self.text_columns)
            frame = frame.join(pd.DataFrame(cells[:, words], columns=pd.Index(words), dtype=object)).sort_index(axis=1)
        return frame

    def _tell_texts(self, cells: NDArray[Any], numeric: Sequence[int], numbers: NDArray[np.float64]) -> None:
        """Say which columns of numbers hold texts; those that no branch takes do not matter."""
        names, used = self.header.feature_names, set(_branch_columns(self.transformer))
        for at, column in enumerate(numeric):
            if column in used:
                tell_unread(names[column], cells[:, column], ~np.isnan(numbers[:, at]), as_missing("numbers"))


def _leave_out_empty(transformer: Any, features: pd.DataFrame) -> None:
    """Drop the branches that would mark gaps where there are none: they give no column.

    scikit-learn cannot stack them beside sparse ones. Modules of earlier searches have such branches, and are fitted
    again to tables with fewer gaps.
    """
    if isinstance(transformer, Pipeline):
        _leave_out_empty(transformer.steps[0][1], features)
    if isinstance(transformer, ColumnTransformer):
        transformer.transformers = [
            (name, "drop" if _marks_nothing(branch, features, columns) else branch, columns)
            for name, branch, columns in transformer.transformers
        ]


def _marks_nothing(branch: Any, features: pd.DataFrame, columns: Any) -> bool:
    if not isinstance(branch, MissingIndicator) or branch.features != "missing-only":
        return False
    marks: NDArray[Any] = clone(branch).fit_transform(features[columns])
    return not marks.shape[1]


def _branch_columns(transformer: Any) -> Iterator[int]:
    for _, columns in _branches(transformer):
        yield from columns


def _text_columns(transformer: Any) -> Iterator[int]:
    for name, columns in _branches(transformer):
        if not name.startswith(NUMERIC_BRANCH):
            yield from columns


def _branches(transformer: Any) -> Iterator[tuple[str, list[int]]]:
    if isinstance(transformer, Pipeline):
        for _, step in transformer.steps:
            yield from _branches(step)
    if isinstance(transformer, ColumnTransformer):
        for name, _, columns in transformer.transformers:
            yield name, [columns] if isinstance(columns, int) else list(columns)
