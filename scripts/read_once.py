"""A process that makes many clients reads botocore's description of SageMaker once, and not once per client."""

from __future__ import annotations

import os
from typing import Any

from botocore.loaders import JSONFileLoader


def read_once() -> None:
    """Keep SageMaker's description, megabytes of JSON, from here on.

    Only that one: what is made of S3's is changed by botocore's own handlers, and would be found changed.
    """
    read = JSONFileLoader.load_file
    known: dict[str, Any] = {}

    def load_file(loader: JSONFileLoader, file_path: str) -> Any:
        if f"{os.sep}sagemaker{os.sep}" not in file_path:
            return read(loader, file_path)
        if known.get(file_path) is None:
            known[file_path] = read(loader, file_path)
        return known[file_path]

    JSONFileLoader.load_file = load_file
