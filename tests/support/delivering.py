"""A toy model, and files that are delivered to it as drops and holdouts."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from include.autopilot.drops.content import FileContent
from include.autopilot.drops.delivery import Delivered, deliver_drop, deliver_holdout
from include.autopilot.drops.seals import Seal, seals_of
from tests.support.toy import COLUMNS, Toy, csv_bytes

TODAY = date(2025, 6, 1)


class Delivering:
    """The toy model, and files to deliver to it."""

    def __init__(self, toy: Toy, folder: Path) -> None:
        self.toy = toy
        self.folder = folder

    def file(self, table: list[dict[str, str]] | bytes, name: str = "new.csv", columns: list[str] = COLUMNS) -> Path:
        path = self.folder / name
        path.write_bytes(table if isinstance(table, bytes) else csv_bytes(table, columns))
        return path

    def drop(self, file: Path, name: str = "2025-01-01", **options: Any) -> Delivered:
        return deliver_drop(self.toy.s3, self.toy.config, file, name, TODAY, **options)

    def holdout(self, file: Path, name: str = "sealed", **options: Any) -> Delivered:
        return deliver_holdout(self.toy.s3, self.toy.config, file, name, **options)

    def seal(self, kind: Any, name: str) -> None:
        content = {"x.csv": FileContent("0123", "e", 1, None)}
        seals_of(self.toy.s3, self.toy.config, kind).put(name, Seal("0123", "run-1", content))
