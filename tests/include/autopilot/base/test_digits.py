"""What a name is read by takes ASCII digits only: with \\d alone, two folders of S3 could be one drop."""

from __future__ import annotations

from pathlib import Path

import pytest

import include.autopilot
from include.autopilot.base.folders import FEATURES_CHUNK

ROOT = Path(include.autopilot.__file__).parent
# Secrets are looked for in texts, where a digit too many does no harm.
FILES = [file for file in sorted(ROOT.rglob("*.py")) if not file.name.startswith("secret")]


def test_no_pattern_takes_digits_of_other_scripts() -> None:
    found = [
        f"{file.relative_to(ROOT)}:{number}"
        for file in FILES
        for number, line in enumerate(file.read_text().splitlines(), 1)
        if r"\d" in line and "re.ASCII" not in line
    ]
    assert not found


@pytest.mark.parametrize(("number", "is_chunk"), [("1", True), ("12", True), ("1\uff12", False), ("\u0661", False)])
def test_a_chunk_is_numbered_in_ascii(number: str, is_chunk: bool) -> None:
    uri = f"s3://b/features/0123456789abcdef/train/chunk_{number}.csv.out"
    assert (FEATURES_CHUNK.fullmatch(uri) is not None) == is_chunk
