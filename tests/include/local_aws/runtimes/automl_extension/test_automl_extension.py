"""A module in the shape of a generated one, from its training job to its served features."""

from __future__ import annotations

import csv
import io
import random
from pathlib import Path

import pytest

from include.local_aws.runtimes import container_for
from include.local_aws.runtimes.entry import train_main
from include.local_aws.search.generated_module import generated_files
from tests.include.local_aws.runtimes.sklearn_automl.tables import columns
from tests.support.generated import MODULE
from tests.support.optml import OptMl

IMAGE = "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-sklearn-automl:2.5-1-cpu-py3"
LABELS = {
    "NALabelEncoder()": ["1.5", "-2", "0"],
    "RobustLabelEncoder(labels=['low', 'mid', 'high'])": ["low", "mid", "high"],
}


def rows(labels: list[str]) -> list[list[str]]:
    """Target, age, income (one is far out, one is missing), job, about, since."""
    chance = random.Random(1)  # noqa: S311 - numbers, no secrets
    made = [
        [
            labels[number % 3],
            str(20 + number % 9),
            f"{chance.gauss(100, 9):.3f}",
            f"job {number % 4}",
            f"text about {number % 5} and things",
            f"2024-0{1 + number % 9}-11 1{number % 10}:00",
        ]
        for number in range(90)
    ]
    made[3][2], made[4][2] = "1e9", ""
    return made


def as_csv(table: list[list[str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(table)
    return text.getvalue().encode()


@pytest.mark.parametrize("labels", LABELS)
def test_it_is_fitted_and_serves(opt_ml: OptMl, labels: str) -> None:
    table = rows(LABELS[labels])
    code = {path: text.encode() for path, text in generated_files("job", columns(), ()).items()}
    code["candidate_data_processors/dpp7.py"] = MODULE.format(labels=labels).encode()
    opt_ml.hyperparameters(
        processor_module="candidate_data_processors.dpp7",
        sagemaker_program="candidate_data_processors.trainer",
        sagemaker_submit_directory="/opt/ml/input/data/code",
    )
    opt_ml.channel("code", "application/x-code", **code)
    opt_ml.channel("train", "text/csv", **{"chunk_0.csv": as_csv(table)})
    assert train_main(IMAGE, str(opt_ml.folder)) == 0, (opt_ml.folder / "output" / "failure").read_text()

    model = Path(opt_ml.folder) / "model"
    artifact = (model / "model.joblib").read_bytes()
    assert b"sagemaker_sklearn_extension.impute" in artifact
    assert b"include.local_aws" not in artifact  # it opens when this package has moved

    unseen = [["", "x", "nobody", "", "no date"], *(row[1:] for row in table[:2])]
    container = container_for(IMAGE)
    featurizer = container.load(model, {"AUTOML_TRANSFORM_MODE": "feature-transform"})
    answer, content_type = featurizer.invoke(as_csv(unseen), "text/csv", "text/csv")
    features = [list(map(float, row)) for row in csv.reader(io.StringIO(answer.decode()))]
    assert content_type == "text/csv"
    assert [len(row) for row in features] == [30, 30, 30]

    answer, _ = container.load(model, {}).invoke(as_csv(table[:3]), "text/csv", "text/csv")
    encoded = [float(row[0]) for row in csv.reader(io.StringIO(answer.decode()))]
    assert encoded == ([1.5, -2.0, 0.0] if labels.startswith("NA") else [0.0, 1.0, 2.0])
