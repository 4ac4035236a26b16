"""The last container of a classification pipeline: from the algorithm's answer to labels."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from include.local_aws.runtimes import ClientError
from include.local_aws.runtimes.number_texts import as_numbers
from include.local_aws.runtimes.sklearn_automl.featurizer import Featurizer
from include.local_aws.runtimes.sklearn_automl.label_encoders import RobustLabelEncoder
from include.local_aws.runtimes.sklearn_automl.table import parse_cells, write_cells

CSV = "text/csv"
INPUT = "SAGEMAKER_INFERENCE_INPUT"
OUTPUT = "SAGEMAKER_INFERENCE_OUTPUT"
PREDICTED = "predicted_label"
LABELS = "labels"
_SUPPORTED = (PREDICTED, "probability", LABELS, "probabilities")


class LabelDecoder:
    """Decodes class numbers.

    :param received: what the columns of a request are (``SAGEMAKER_INFERENCE_INPUT``); empty: either one column, a
        class number or the probability of class 1, or one probability per class.
    :param wanted: which columns to answer with (``SAGEMAKER_INFERENCE_OUTPUT``).
    """

    def __init__(self, labels: RobustLabelEncoder, received: Sequence[str], wanted: Sequence[str]) -> None:
        self._labels = labels
        self._received = list(received)
        self._wanted = list(wanted)

    @classmethod
    def load(cls, featurizer: Featurizer, environment: Mapping[str, str]) -> LabelDecoder:
        """Make a decoder for the featurizer's labels.

        :raises ClientError: the featurizer is one of a regression, or a column is not known.
        """
        if not isinstance(featurizer.labels, RobustLabelEncoder):
            raise ClientError("inverse-label-transform: this featurizer is one of a regression, it has no class labels")
        received, wanted = (_names(environment, variable) for variable in (INPUT, OUTPUT))
        missing = [name for name in wanted if name not in (*received, LABELS)] if received else []
        if missing:
            raise ClientError(f"{OUTPUT} asks for {missing[0]}, which {INPUT} does not give")
        return cls(featurizer.labels, received, wanted or [PREDICTED])

    def execution_parameters(self) -> dict[str, object]:
        """Answer batch transform."""
        return {"MaxConcurrentTransforms": 1, "BatchStrategy": "MULTI_RECORD", "MaxPayloadInMB": 6}

    def invoke(self, body: bytes, content_type: str, accept: str | None) -> tuple[bytes, str]:
        """Answer one CSV row per row of the request."""
        if content_type.partition(";")[0].strip() != CSV:
            raise ClientError(f"Content type {content_type} is not supported for labels: send {CSV}")
        if accept not in (None, "", "*/*") and str(accept).partition(";")[0].strip() != CSV:
            raise ClientError(f"Accept type {accept} is not supported for labels: ask for {CSV}")
        cells = parse_cells(body, "the algorithm's answer")
        return write_cells(self._rows(cells)), CSV

    def _rows(self, cells: NDArray[Any]) -> list[list[str]]:
        if not self._received:
            return [[label] for label in self._labels.inverse_transform(_class_numbers(as_numbers(cells)))]
        if cells.shape[1] != len(self._received):
            raise ClientError(f"{INPUT} names {len(self._received)} columns, the data has {cells.shape[1]}")
        columns: dict[str, list[str]] = {name: list(cells[:, at]) for at, name in enumerate(self._received)}
        if PREDICTED in columns:
            columns[PREDICTED] = self._labels.inverse_transform(
                _class_numbers(as_numbers(cells[:, [self._at(PREDICTED)]]))
            )
        columns[LABELS] = [json.dumps(self._labels.classes)] * len(cells)
        return [[columns[name][row] for name in self._wanted] for row in range(len(cells))]

    def _at(self, name: str) -> int:
        return self._received.index(name)


def _class_numbers(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    if np.isnan(scores).any():
        raise ClientError("the algorithm's answer has a field that is not a number")
    numbers = scores.argmax(axis=1) if scores.shape[1] > 1 else np.rint(scores[:, 0])
    return numbers.astype(np.float64)


def _names(environment: Mapping[str, str], variable: str) -> list[str]:
    names = [name.strip() for name in environment.get(variable, "").split(",") if name.strip()]
    unknown = [name for name in names if name not in _SUPPORTED]
    if unknown:
        raise ClientError(f"{variable} names {unknown[0]}; it can name {', '.join(_SUPPORTED)}")
    return names
