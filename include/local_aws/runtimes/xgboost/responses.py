"""What the XGBoost container answers: all predictions, or the content SAGEMAKER_INFERENCE_OUTPUT selects, encoded."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

from include.local_aws.runtimes import ClientError

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


@dataclass(frozen=True)
class Answer:
    """One value per row and key; without `keys` the plain predictions (a number, or a list of them, a row)."""

    rows: list[list[Any]]
    keys: tuple[str, ...] | None = None


def select(predictions: NDArray[Any], environment: Mapping[str, str], objective: str, classes: int) -> Answer:
    """Return the predictions, or the content that SAGEMAKER_INFERENCE_OUTPUT (a comma list) asks for.

    :raises ClientError: unknown content, content the objective does not give, or content outside
        SAGEMAKER_INFERENCE_SUPPORTED.
    """
    wanted = environment.get("SAGEMAKER_INFERENCE_OUTPUT")
    if wanted is None:
        return Answer([row if isinstance(row, list) else [row] for row in predictions.tolist()])
    keys = tuple(key.strip().lower() for key in wanted.split(","))
    supported = environment.get("SAGEMAKER_INFERENCE_SUPPORTED")
    offered = _SELECTABLE.get(objective, ())
    if supported is not None:
        offered = tuple(key for key in offered if key in supported.lower().replace(" ", "").split(","))
    for key in keys:
        if key not in offered:
            raise ClientError(
                f"SAGEMAKER_INFERENCE_OUTPUT: {key!r} is not available; with the objective {objective} and "
                f"SAGEMAKER_INFERENCE_SUPPORTED {supported} there is {', '.join(offered) or 'nothing to select'}"
            )
    contents = [_contents(row, objective, classes) for row in predictions.tolist()]
    return Answer([[content[key] for key in keys] for content in contents], keys)


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


def encode(answer: Answer, accept: str, batch: bool) -> tuple[bytes, str]:
    """Encode an answer as `text/csv`, `application/json` or `application/jsonlines`; return it with its type.

    :param batch: in a batch transform every row is a line; an endpoint puts plain numbers into one line, as AWS's does.
    :raises ClientError: another type is asked for.
    """
    media = accept.partition(";")[0].strip().lower()
    if media in ("text/csv", "csv"):
        return _csv(answer, batch).encode(), "text/csv"
    if media in ("application/json", "json"):
        return json.dumps({"predictions": _objects(answer)}).encode(), "application/json"
    if media in ("application/jsonlines", "jsonlines"):
        return "".join(json.dumps(row) + "\n" for row in _objects(answer)).encode(), "application/jsonlines"
    raise ClientError(
        f"{accept} is not an accepted Accept type. "
        "Please choose one of the following: text/csv, application/json, application/jsonlines."
    )


def _objects(answer: Answer) -> list[dict[str, Any]]:
    if answer.keys is not None:
        return [dict(zip(answer.keys, row, strict=True)) for row in answer.rows]
    return [{"score": row[0] if len(row) == 1 else row} for row in answer.rows]


def _csv(answer: Answer, batch: bool) -> str:
    if answer.keys is None and not batch and all(len(row) == 1 for row in answer.rows):
        return ",".join(str(row[0]) for row in answer.rows)
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(answer.rows)
    return text.getvalue()
