"""What describe promises, a retraining keeps: for every recording, its verdict is what the first task answers."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from include.autopilot.base.errors import AutopilotError
from include.autopilot.base.locations import parse_uri
from include.autopilot.candidate.recorded import Recorded
from include.autopilot.flows import retrain
from include.autopilot.settings.config import AutopilotConfig, ModelConfig
from include.autopilot.settings.options import RunOptions
from tests.support import vintages
from tests.support.recordings import AGAIN, RECORDINGS, REPLAYED, Recording
from tests.support.vintagefiles import described, write

CUTOFF = datetime(2024, 3, 1, tzinfo=UTC)
CODES = {REPLAYED: 0, AGAIN: 3}


def rows(first: int, count: int, classes: list[str]) -> bytes:
    """Rows that fit the recordings' generated module."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["id", "y", "", "age", "job"])
    for number in range(first, first + count):
        target = classes[number % len(classes)] if classes else str(number)
        writer.writerow([f"row-{number}", target, str(number), str(20 + number), "abc"[number % 3]])
    return text.getvalue().encode()


def put(s3: Any, uri: str, body: bytes) -> None:
    bucket, key = parse_uri(uri)
    s3.put_object(Bucket=bucket, Key=key, Body=body)


def accepts(s3: Any, config: ModelConfig, recording: Recording, folder: Path) -> str | None:
    """Why the first task of a retraining refuses what was recorded; None where it takes it."""
    s3.create_bucket(Bucket="made-up-bucket")
    text = str(recording.files)
    classes = (
        ["no", "yes"] if "BinaryClassification" in text else ["low", "mid", "high"] if "Multiclass" in text else []
    )
    # A search needs 500.
    put(s3, f"{config.root}/drops/2024-02-01/rows.csv", rows(0, 600 if recording.verdict == AGAIN else 60, classes))
    put(s3, f"{config.root}/holdout/sealed.csv", rows(1000, 12, classes))
    name = recording.job
    for role in ("fit", "train"):
        put(s3, vintages.artifact(name, role), b"not an archive")
    for path in folder.glob("dpp*.py"):
        put(s3, f"{vintages.BUCKET}/{name}/generated_module/candidate_data_processors/{path.name}", path.read_bytes())
    named = AutopilotConfig(job=name, **recording.stated)  # type: ignore[arg-type]
    model = replace(config, autopilot=named, search=None, ignore=(), holdouts=("sealed",))
    try:
        retrain.prepare(s3, Recorded(folder), model, CUTOFF, RunOptions(), "20240301T000000-1a2b3c4d")  # type: ignore[arg-type]
    except AutopilotError as error:
        return str(error)
    return None


@pytest.mark.parametrize("case", RECORDINGS)
def test_a_retraining_keeps_what_describe_promises(
    case: str, tmp_path: Path, s3: Any, config: ModelConfig, capsys: pytest.CaptureFixture[str]
) -> None:
    recording = RECORDINGS[case]
    write(tmp_path, recording.files)
    stated = [part for name, values in recording.stated.items() for part in (f"--{name}", ",".join(values))]
    code, found = described(tmp_path, capsys, recording.job, *stated)
    refusal = accepts(s3, config, recording, tmp_path)
    assert found["verdict"] == recording.verdict, found["reason"]
    assert recording.told in str(found["reason"]) + "; ".join(found["missing"])
    assert (refusal is None) == (found["verdict"] in (REPLAYED, AGAIN)), refusal
    assert code == (0 if found["replayable"] else 3)
    assert (found["template_digest"] is not None) == (refusal is None)
