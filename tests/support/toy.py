"""A small made-up model: its YAML, its rows, its recorded search, and the folder in S3 that it lives in."""

from __future__ import annotations

import copy
import csv
import io
import json
import random
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from include.autopilot.base.locations import parse_uri
from include.autopilot.settings.config import ModelConfig

YAML = """
name: toy
title: A toy
schedule: null
start_date: 2023-12-01
root: s3://toy-models/toy
target: y
key: id
ignore: [note]
holdouts: [sealed, second]
validation_fraction: 0.2
search:
  role_arn: arn:aws:iam::123456789012:role/AutopilotRetrain
  cutoff: 2024-01-01
  problem_type: Regression
  metric: MSE
  max_candidates: 3
  max_runtime_per_training_seconds: 300
  max_runtime_seconds: 600
"""


AUTOML_JOB = "Toy-20240101-0a1b2c3d"
SEARCHED = datetime(2024, 1, 1, tzinfo=UTC)
# In the style of what Autopilot generates; the target comes first although it is not first in the drops.
PROCESSOR = """
from numpy import nan
from sagemaker_sklearn_extension.externals import Header
from sklearn.pipeline import Pipeline

HEADER = Header(
    column_names=['y', 'a (b, c)', 'd[1]', 'colour'],
    target_column_name='y'
)


def build_feature_transform():
    # These features can be parsed as numeric.
    numeric = HEADER.as_feature_indices(['a (b, c)', 'd[1]'])

    # These features contain a relatively small number of unique items.
    categorical = HEADER.as_feature_indices(['colour'])
    raise SystemExit('this module must never be executed')


raise SystemExit('this module must never be executed')
"""


MODULE = (
    f"search/20240101T000000/output/{AUTOML_JOB}/sagemaker-automl-candidates/"
    f"{AUTOML_JOB}-pr-1-5f3e9c1ab27d4e0c8f61a2b3c4d5e6f7/generated_module/candidate_data_processors/dpp1.py"
)
# What both the featurizer and the first inference container of the recorded search name.
ARTIFACT = (
    f"search/20240101T000000/output/{AUTOML_JOB}/data-processor-models/"
    f"{AUTOML_JOB}-dpp1-1-5f3e9c1ab27d4e0c8f61a2b3c4d5e6f7/output/model.tar.gz"
)
COLUMNS = ["id", "note", "d[1]", "colour", "y", "a (b, c)"]


def rows(first: int, count: int) -> list[dict[str, str]]:
    """Rows number ``first`` and following of an endless made-up table."""
    made = []
    for number in range(first, first + count):
        dice = random.Random(number)  # noqa: S311 - a table, not a secret
        a, d = round(dice.gauss(0, 1), 3), round(dice.gauss(0, 1), 3)
        made.append(
            {
                "id": f"row-{number}",
                "note": "never, a feature",
                "d[1]": str(d),
                "colour": dice.choice(["red", "green, dark", 'blue "sky"']),
                "y": str(round(2 * a + d, 3)),
                "a (b, c)": str(a),
            }
        )
    return made


def csv_bytes(table: list[dict[str, str]], columns: list[str] = COLUMNS) -> bytes:
    """The table as a CSV file."""
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, columns, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows(table)
    return buffer.getvalue().encode()


class Recorded:
    """A SageMaker client that answers Describe calls from files, ``<Operation>.<name>.json``."""

    def __init__(self, folder: Path) -> None:
        self.responses = {file.stem: json.loads(file.read_text()) for file in folder.glob("*.json")}

    def answer(self, operation: str, name: str) -> Any:
        try:
            return copy.deepcopy(self.responses[f"{operation}.{name}"])
        except KeyError:
            error = {"Code": "ValidationException", "Message": "Requested resource not found."}
            raise ClientError({"Error": error}, operation) from None

    def describe_training_job(self, TrainingJobName: str) -> Any:  # noqa: N803
        return self.answer("DescribeTrainingJob", TrainingJobName)

    def describe_transform_job(self, TransformJobName: str) -> Any:  # noqa: N803
        return self.answer("DescribeTransformJob", TransformJobName)

    def describe_model(self, ModelName: str) -> Any:  # noqa: N803
        return self.answer("DescribeModel", ModelName)

    def describe_auto_ml_job_v2(self, AutoMLJobName: str) -> Any:  # noqa: N803
        return self.answer("DescribeAutoMLJobV2", AutoMLJobName)

    def describe_auto_ml_job(self, AutoMLJobName: str) -> Any:  # noqa: N803
        return self.answer("DescribeAutoMLJob", AutoMLJobName)

    def list_candidates_for_auto_ml_job(self, AutoMLJobName: str, CandidateNameEquals: str = "") -> Any:  # noqa: N803
        listed = self.answer("ListCandidatesForAutoMLJob", AutoMLJobName)
        named = [entry for entry in listed["Candidates"] if CandidateNameEquals in ("", entry["CandidateName"])]
        return {"Candidates": named}

    def list_tags(self, ResourceArn: str, NextToken: str = "") -> Any:  # noqa: N803
        pages = self.responses.get(f"ListTags.{ResourceArn.rpartition('/')[2]}", [{"Tags": []}])
        place = int(NextToken or "0")
        return {**pages[place], **({"NextToken": str(place + 1)} if place + 1 < len(pages) else {})}

    def only(self, operation: str, part: str = "") -> Any:
        """The one recorded response of an operation whose name holds ``part``, to look at or to change."""
        found = [key for key in self.responses if key.startswith(f"{operation}.") and part in key]
        assert len(found) == 1, found
        return self.responses[found[0]]


@dataclass
class Toy:
    """The made-up model: its configuration, an S3 with its bucket, and its recorded search."""

    config: ModelConfig
    s3: Any
    sagemaker: Recorded

    def put(self, path: str, body: bytes, source: str | None = "a toy") -> str:
        uri = f"{self.config.root}/{path}"
        bucket, key = parse_uri(uri)
        metadata = {} if source is None else {"data-source": source}
        self.s3.put_object(Bucket=bucket, Key=key, Body=body, Metadata=metadata)
        return uri

    def get(self, uri: str) -> bytes:
        bucket, key = parse_uri(uri)
        body: bytes = self.s3.get_object(Bucket=bucket, Key=key)["Body"].read()
        return body

    def keys(self, path: str = "") -> list[str]:
        found = self.s3.list_objects_v2(Bucket="toy-models", Prefix=f"toy/{path}").get("Contents", [])
        return [entry["Key"].removeprefix("toy/") for entry in found]
