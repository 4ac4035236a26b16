"""What an algorithm's container answers: plain predictions or the content SAGEMAKER_INFERENCE_OUTPUT selects."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from include.local_aws.runtimes import ClientError

Content = Mapping[str, Any]


@dataclass(frozen=True)
class Answer:
    """One value per row and key; without `keys` the plain predictions (a number, or a list of them, a row)."""

    rows: list[list[Any]]
    keys: tuple[str, ...] | None = None


def selected_keys(environment: Mapping[str, str], offered: Sequence[str], model: str) -> tuple[str, ...] | None:
    """Return the content that SAGEMAKER_INFERENCE_OUTPUT (a comma list) asks for; None if nothing is selected.

    :param offered: what a model of this kind can give.
    :param model: what to call the kind in a message, such as `the objective reg:squarederror`.
    :raises ClientError: content the model does not give, or that is not in SAGEMAKER_INFERENCE_SUPPORTED.
    """
    wanted = environment.get("SAGEMAKER_INFERENCE_OUTPUT")
    if wanted is None:
        return None
    keys = tuple(key.strip().lower() for key in wanted.split(","))
    supported = environment.get("SAGEMAKER_INFERENCE_SUPPORTED")
    if supported is not None:
        offered = [key for key in offered if key in supported.lower().replace(" ", "").split(",")]
    for key in keys:
        if key not in offered:
            raise ClientError(
                f"SAGEMAKER_INFERENCE_OUTPUT: {key!r} is not available; with {model} and "
                f"SAGEMAKER_INFERENCE_SUPPORTED {supported} there is {', '.join(offered) or 'nothing to select'}"
            )
    return keys


def with_keys(contents: Sequence[Content], keys: tuple[str, ...]) -> Answer:
    """Return the contents of these keys, a row each."""
    return Answer([[content[key] for key in keys] for content in contents], keys)


def encode(answer: Answer, accept: str, lines: bool) -> tuple[bytes, str]:
    """Encode an answer as `text/csv`, `application/json` or `application/jsonlines`; return it with its type.

    :param lines: every row is a line, as in a batch transform; else plain numbers are in one line, as endpoints of
        AWS's older images put them.
    :raises ClientError: another type is asked for.
    """
    media = accept.partition(";")[0].strip().lower()
    if media in ("text/csv", "csv"):
        return _csv(answer, lines).encode(), "text/csv"
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


def _csv(answer: Answer, lines: bool) -> str:
    if answer.keys is None and not lines and all(len(row) == 1 for row in answer.rows):
        return ",".join(str(row[0]) for row in answer.rows)
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(answer.rows)
    return text.getvalue()
