"""Files of a vintage: changed, written into a folder, and described from there."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from include.autopilot.describe import main
from tests.support.vintages import Files


def write(folder: Path, files: Files) -> Path:
    for name, content in files.items():
        (folder / name).write_text(content if isinstance(content, str) else json.dumps(content))
    return folder


def changed(files: Files, part: str, **changes: Any) -> Files:
    """The files with members of one of them replaced; None removes a member."""
    files = copy.deepcopy(files)
    name = next(name for name in files if part in name)
    files[name] = {key: value for key, value in (files[name] | changes).items() if value is not None}
    return files


def best(files: Files, **changes: Any) -> Files:
    """The files with members of the best candidate replaced."""
    name = next(name for name in files if name.startswith("DescribeAutoMLJob"))
    inner = files[name]["BestCandidate"] | changes
    return changed(files, name, BestCandidate={key: value for key, value in inner.items() if value is not None})


def candidate(files: Files) -> Any:
    return next(content for name, content in files.items() if name.startswith("DescribeAutoML"))["BestCandidate"]


def only(files: Files, *parts: str) -> Files:
    return {name: content for name, content in files.items() if any(part in name for part in parts)}


def described(folder: Path, capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, Any]:
    code = main([*arguments, "--responses", str(folder), "--json"])
    return code, json.loads(capsys.readouterr().out)
