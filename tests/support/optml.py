"""A training job's folder, /opt/ml, the way the runner stages it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any


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
