"""What a framework's container does where a serving script has no function of its own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from include.local_aws.runtimes.script_mode import formats

_NO_MODEL_FN = "Please provide a model_fn implementation."


@dataclass(frozen=True)
class Defaults:
    """`input_fn(body, content_type)` and `predict_fn(data, model)` of a framework."""

    input_fn: Callable[[Any, str], Any]
    predict_fn: Callable[[Any, Any], Any]


def model_fn(model_dir: str) -> Any:
    """Refuse: neither framework's container knows how a script saved its model."""
    raise NotImplementedError(_NO_MODEL_FN)


def output_fn(prediction: Any, accept: str) -> tuple[bytes, str]:
    """Answer in npy, CSV or JSON."""
    return formats.encode(prediction, accept), accept


def of(framework: str) -> Defaults:
    """Return the defaults of `sklearn` or `xgboost`."""
    return {"sklearn": _SKLEARN, "xgboost": _XGBOOST}[framework]


def _table(body: Any, content_type: str) -> Any:
    """Read a table for scikit-learn: one row may come without its brackets, numbers of a text are 32 bits wide."""
    array = formats.decode(body, content_type)
    array = array.reshape(1, -1) if array.ndim == 1 else array
    return array.astype(np.float32) if content_type in formats.TEXTS else array


def _predict(data: Any, model: Any) -> Any:
    return model.predict(data)


def _matrix(body: Any, content_type: str) -> Any:
    from include.local_aws.runtimes.xgboost.serve import matrix_of

    return matrix_of(body.encode() if isinstance(body, str) else body, content_type)


def _predict_matrix(data: Any, model: Any) -> Any:
    return model.predict(data, validate_features=False)


_SKLEARN = Defaults(_table, _predict)
_XGBOOST = Defaults(_matrix, _predict_matrix)
