"""A process that makes many clients reads botocore's long files once, and not once per client."""

from __future__ import annotations

import os
from typing import Any

from botocore.loaders import JSONFileLoader

# SageMaker's description, the endpoints of all services, and how an endpoint is chosen: megabytes of JSON.
_KEPT = (f"{os.sep}sagemaker{os.sep}", f"{os.sep}data{os.sep}endpoints", "endpoint-rule-set-1")


def read_once() -> None:
    """Keep what is long and never changed from here on.

    Not what describes S3: botocore's own handlers change what is made of it, and would find it changed.
    """
    read = JSONFileLoader.load_file
    known: dict[str, Any] = {}

    def load_file(loader: JSONFileLoader, file_path: str) -> Any:
        if not any(part in file_path for part in _KEPT):
            return read(loader, file_path)
        if known.get(file_path) is None:
            known[file_path] = read(loader, file_path)
        return known[file_path]

    JSONFileLoader.load_file = load_file
