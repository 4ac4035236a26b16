"""A client of S3 that counts what it is asked."""

from __future__ import annotations

from typing import Any

from botocore.exceptions import ClientError


class Counting:
    """A client that counts its requests by operation."""

    def __init__(self, s3: Any) -> None:
        self.meta = s3.meta
        self.asked: list[str] = []
        self._s3 = s3
        self.denied: tuple[str, ...] = ()

    def __getattr__(self, name: str) -> Any:
        def call(**arguments: Any) -> Any:
            self.asked.append(name)
            if name in self.denied:
                raise ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, name)
            return getattr(self._s3, name)(**arguments)

        if name == "get_paginator":
            self.asked.append("list")
            return self._s3.get_paginator
        return call
