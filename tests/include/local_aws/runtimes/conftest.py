"""A temporary /opt/ml and what goes into it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

XGBOOST = "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:1.3-1-cpu-py3"


class OptMl:
    """Writes a training job's folder the way the runner stages it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._channels: dict[str, dict[str, str]] = {}
        self.hyperparameters(num_round="3")

    def hyperparameters(self, **values: str) -> None:
        self._write("hyperparameters.json", values)

    def channel(self, name: str, content_type: str | None, mode: str = "File", **files: bytes) -> Path:
        config = {"TrainingInputMode": mode, "S3DistributionType": "FullyReplicated", "RecordWrapperType": "None"}
        self._channels[name] = config if content_type is None else {**config, "ContentType": content_type}
        self._write("inputdataconfig.json", self._channels)
        folder = self.folder / "input" / "data" / name
        for key, data in files.items():
            path = folder / key
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        return folder

    def failure(self) -> str:
        return (self.folder / "output" / "failure").read_text()

    def _write(self, name: str, value: dict[str, Any]) -> None:
        path = self.folder / "input" / "config" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(value))


@pytest.fixture
def opt_ml(tmp_path: Path) -> OptMl:
    return OptMl(tmp_path / "opt" / "ml")


@pytest.fixture
def image() -> str:
    return XGBOOST
