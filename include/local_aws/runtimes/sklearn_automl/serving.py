"""Serving a featurizer; what generated serving programs call.

The environment variable ``AUTOML_TRANSFORM_MODE`` decides: absent, training data is featurized and the label passed on
beside the features; ``feature-transform`` makes features only, for inference; ``inverse-label-transform`` turns the
algorithm's answer back into class labels.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from include.local_aws.runtimes import ClientError, Servant
from include.local_aws.runtimes.recordio import CONTENT_TYPE as RECORDIO
from include.local_aws.runtimes.recordio import Matrix, write_records
from include.local_aws.runtimes.sklearn_automl.decoding import LabelDecoder
from include.local_aws.runtimes.sklearn_automl.featurizer import Featurizer
from include.local_aws.runtimes.sklearn_automl.table import parse_cells, write_numbers

CSV = "text/csv"
ACCEPT = "SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT"
MODE = "AUTOML_TRANSFORM_MODE"
SPARSE = "AUTOML_SPARSE_ENCODE_RECORDIO_PROTOBUF"
FEATURES_ONLY = "feature-transform"
LABELS_BACK = "inverse-label-transform"


def load(model_dir: Path, environment: Mapping[str, str]) -> Servant:
    """Load the featurizer of an artifact in the mode its environment asks for.

    :raises ClientError: there is no such mode.
    """
    featurizer = Featurizer.load(model_dir)
    mode = environment.get(MODE)
    if mode == LABELS_BACK:
        return LabelDecoder.load(featurizer, environment)
    if mode not in (None, FEATURES_ONLY):
        raise ClientError(f"{MODE} is {mode!r}; it can be absent, {FEATURES_ONLY} or {LABELS_BACK}")
    return FeatureServant(featurizer, mode == FEATURES_ONLY, environment)


class FeatureServant:
    """Featurizes CSV rows.

    :param features_only: everything the featurizer returns is a feature. Rows that have the target then get it as
        feature 0, as in the real container: such data must go through the other mode.
    """

    def __init__(self, featurizer: Featurizer, features_only: bool, environment: Mapping[str, str]) -> None:
        self.featurizer = featurizer
        self._features_only = features_only
        self._accept = environment.get(ACCEPT, CSV)
        self._sparse = environment.get(SPARSE) == "1"

    def execution_parameters(self) -> dict[str, object]:
        """Answer batch transform; features of one megabyte of rows can be many megabytes."""
        payload = 1 if self._features_only else 6
        return {"MaxConcurrentTransforms": 1, "BatchStrategy": "MULTI_RECORD", "MaxPayloadInMB": payload}

    def invoke(self, body: bytes, content_type: str, accept: str | None) -> tuple[bytes, str]:
        """Featurize CSV rows into CSV or RecordIO-protobuf, the label first where it is passed on."""
        if content_type.partition(";")[0].strip() != CSV:
            raise ClientError(f"Content type {content_type} is not supported by this featurizer: send {CSV}")
        wanted = (self._accept if accept in (None, "", "*/*") else str(accept)).partition(";")[0].strip()
        if wanted not in (CSV, RECORDIO):
            raise ClientError(f"Accept type {wanted} is not supported by this featurizer: ask for {CSV} or {RECORDIO}")
        features, labels = self.featurizer.transform(parse_cells(body, "the request"))
        if self._features_only and labels is not None:
            features, labels = np.column_stack([labels, _dense(features)]), None
        if wanted == CSV:
            return _csv(features, labels), CSV
        return self._records(features, labels), RECORDIO

    def encoded(self, features: Matrix) -> Matrix:
        """Return features as the next container reads them from records."""
        encoded = sparse.csr_matrix(features) if self._sparse else _dense(features)
        return encoded.astype(np.float32)

    def _records(self, features: Matrix, labels: NDArray[np.float64] | None) -> bytes:
        return write_records(self.encoded(features), None if labels is None else labels.astype(np.float32))


def _csv(features: Matrix, labels: NDArray[np.float64] | None) -> bytes:
    dense = _dense(features)
    return write_numbers(dense if labels is None else np.column_stack([labels, dense]))


def _dense(features: Matrix) -> NDArray[np.float64]:
    dense: NDArray[np.float64] = features.toarray() if sparse.issparse(features) else np.asarray(features)
    return dense
