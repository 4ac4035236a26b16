"""What the XGBoost container can answer: all predictions, or the content that each objective lets a request select."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from numpy.typing import NDArray

from include.local_aws.runtimes.answers import Answer, selected_keys, with_keys

_BINARY = ("predicted_label", "labels", "raw_score", "raw_scores")
_PROBABLE = (*_BINARY, "probability", "probabilities")
# Which content each objective can give; others have no selectable content.
_SELECTABLE: dict[str, tuple[str, ...]] = {
    "reg:squarederror": ("predicted_score",),
    "reg:logistic": ("predicted_score",),
    "reg:gamma": ("predicted_score",),
    "reg:tweedie": ("predicted_score",),
    "binary:logistic": _PROBABLE,
    "binary:logitraw": _BINARY,
    "binary:hinge": _BINARY,
    "multi:softmax": _BINARY,
    "multi:softprob": _PROBABLE,
}


def select(predictions: NDArray[Any], environment: Mapping[str, str], objective: str, classes: int) -> Answer:
    """Return the predictions, or the content that SAGEMAKER_INFERENCE_OUTPUT (a comma list) asks for.

    :raises ClientError: unknown content, content the objective does not give, or content outside
        SAGEMAKER_INFERENCE_SUPPORTED.
    """
    keys = selected_keys(environment, _SELECTABLE.get(objective, ()), f"the objective {objective}")
    if keys is None:
        return Answer([row if isinstance(row, list) else [row] for row in predictions.tolist()])
    return with_keys([_contents(row, objective, classes) for row in predictions.tolist()], keys)


def _contents(row: Any, objective: str, classes: int) -> dict[str, Any]:
    if isinstance(row, list):  # probabilities of all classes
        best = max(row)
        label = row.index(best)
        labels, score, scores = list(range(len(row))), best, row
    else:
        threshold = 0.0 if objective == "binary:logitraw" else 0.5
        label = int(row) if objective == "multi:softmax" else int(row > threshold)
        labels, score, scores = list(range(classes or 2)), row, [1.0 - row, row]
    return {
        "predicted_label": label,
        "labels": labels,
        "probability": score,
        "probabilities": scores,
        "raw_score": score,
        "raw_scores": scores,
        "predicted_score": row,
    }
