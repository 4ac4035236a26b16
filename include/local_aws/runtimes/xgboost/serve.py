"""Serving of the XGBoost container: one booster, or several whose predictions are averaged."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import xgboost
from numpy.typing import NDArray

from include.local_aws.runtimes import ClientError
from include.local_aws.runtimes.answers import encode
from include.local_aws.runtimes.channels import data_format, parse_libsvm, widened
from include.local_aws.runtimes.csv_numbers import parse_numbers
from include.local_aws.runtimes.invocation import check_size, execution_parameters, in_batch, wanted_type
from include.local_aws.runtimes.recordio import Matrix, read_records
from include.local_aws.runtimes.xgboost.responses import select


@dataclass(frozen=True)
class BoosterServant:
    """The boosters of one model artifact, ready to answer requests as the container does with this environment."""

    boosters: tuple[Any, ...]
    environment: Mapping[str, str]
    objective: str
    classes: int  # 0 unless multi-class
    lines: bool = False  # whether an endpoint's CSV has a line a row, as a batch transform's always has
    threshold = 0.5  # above which a row is of class 1

    @classmethod
    def load(cls, model_dir: Path, environment: Mapping[str, str], lines: bool = False) -> BoosterServant:
        """Load every plain file in `model_dir` as a booster, as the container does.

        :raises ClientError: there is none, or a file is no booster; names the file.
        """
        files = sorted((path for path in model_dir.iterdir() if path.is_file()), key=_natural)
        if not files:
            raise ClientError(f"Unable to load model: there is no file in {model_dir.name}/")
        boosters = tuple(_load_booster(path) for path in files)
        learner = json.loads(boosters[0].save_config())["learner"]
        classes = int(learner["learner_model_param"]["num_class"])
        return cls(boosters, dict(environment), learner["objective"]["name"], classes, lines)

    def execution_parameters(self) -> dict[str, object]:
        """Answer as many transforms at a time as there are cores, several records a request, and the payload limit."""
        return execution_parameters(self.environment)

    def invoke(self, body: bytes, content_type: str, accept: str | None) -> tuple[bytes, str]:
        """Predict for rows without a label in `text/csv`, `text/libsvm` or RecordIO-protobuf (labels are ignored).

        Answers `text/csv` (one line a row in a batch transform, or with `lines`), `application/json` or
        `application/jsonlines`.

        :raises ClientError: the request is too large, empty, unreadable, of the wrong width or of an unsupported type.
        """
        check_size(body, self.environment)
        kind = data_format(content_type)
        features = self._checked(_parse(body, kind), kind)
        answer = select(self.predict(features), self.environment, self.objective, self.classes)
        lines = self.lines or in_batch(self.environment)
        return encode(answer, wanted_type(accept, self.environment), lines)

    def _checked(self, features: Matrix, kind: str) -> Matrix:
        trained, given = self.boosters[0].num_features(), features.shape[1]
        if kind == "libsvm" and given <= trained:
            return widened(features, trained)
        if kind == "libsvm":
            problem = f"is larger than feature size of trained model {trained}."
        elif given != trained:
            problem = f"is not consistent with feature size of trained model {trained}."
        else:
            return features
        raise ClientError(
            f"Unable to evaluate payload provided: Feature size of {kind} inference data {given} {problem}"
        )

    def predict(self, features: Matrix) -> NDArray[Any]:
        """Return the boosters' mean answer per row."""
        data = xgboost.DMatrix(features, nthread=1)
        ensemble = np.array([booster.predict(data) for booster in self.boosters])
        if len(ensemble) == 1:
            return ensemble[0]  # type: ignore[no-any-return]
        if self.objective in ("multi:softmax", "binary:hinge"):  # classes: a vote, a mean would be no class
            return np.array([np.bincount(votes.astype(int)).argmax() for votes in ensemble.T], dtype=ensemble.dtype)
        return np.asarray(ensemble.mean(axis=0))


def matrix_of(body: bytes, content_type: str) -> xgboost.DMatrix:
    """Read a request as a serving script's `predict_fn` gets it where there is no `input_fn`.

    :raises ClientError: an unsupported type, or a body that is not of its type.
    """
    return xgboost.DMatrix(_parse(body, data_format(content_type)))


def _natural(path: Path) -> list[tuple[int, str]]:
    return [(int(part), "") if part.isdigit() else (-1, part) for part in re.split(r"(\d+)", path.name)]


def _load_booster(path: Path) -> Any:
    booster = xgboost.Booster()
    try:
        booster.load_model(bytearray(path.read_bytes()))
    except (ValueError, xgboost.core.XGBoostError) as error:
        raise ClientError(f"Unable to load model: {path.name} is not an XGBoost model: {error}") from error
    booster.set_param("nthread", 1)  # as the container: several requests share the cores
    return booster


def _parse(body: bytes, kind: str) -> Matrix:
    if kind == "csv":
        return parse_numbers(body, "the request")
    if kind == "recordio-protobuf":
        return read_records(body)[0]
    # Requests may leave the label out, the format may not.
    lines = [b"0 " + line if b":" in line.split(b" ", 1)[0] else line for line in body.splitlines() if line.strip()]
    return parse_libsvm(b"\n".join(lines), "the request")[0]
