from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from include.local_aws.process import start
from scripts.try_candidate import FitFailed, client, make_candidate, region_of
from scripts.try_export import Export, read_export
from scripts.try_rows import Wish, cut
from tests.support.exported import export
from tests.support.vintages import step_names

NAMES = step_names("Real-Job-1")


@pytest.fixture
def exported(tmp_path: Path) -> Export:
    return read_export(export(tmp_path / "job", rows=150), None, "2024-01-01", tmp_path / "template.json")


@pytest.fixture
def drop(exported: Export, tmp_path: Path) -> Path:
    return cut(tmp_path / "job" / "table.csv", exported.template.schema, Wish("id", share=1.0), tmp_path).drops[0]


def test_jobs_run_in_the_region_of_their_images(exported: Export) -> None:
    assert region_of(exported.template) == "us-east-1"


def test_the_described_job_fits_the_featurizer_of_its_model(exported: Export, drop: Path, tmp_path: Path) -> None:
    with start(tmp_path / "aws") as aws:
        s3 = client("s3", aws.url, "us-east-1")
        sagemaker = client("sagemaker", aws.url, "us-east-1")
        broken = replace(
            exported, source=f"{exported.source}\n\ndef build_feature_transform():\n    raise ValueError('no')\n"
        )
        with pytest.raises(FitFailed, match=r"dpp7\.py does not run with these rows: .*ValueError: no"):
            make_candidate(aws.url, s3, replace(broken, template=renamed(exported)), drop)
        make_candidate(aws.url, s3, exported, drop)
        fitted = sagemaker.describe_training_job(TrainingJobName=NAMES["fit"])
        model = sagemaker.describe_model(ModelName=NAMES["featurizer"])
    assert fitted["HyperParameters"]["processor_module"] == "candidate_data_processors.dpp7"
    assert model["PrimaryContainer"]["ModelDataUrl"] == fitted["ModelArtifacts"]["S3ModelArtifacts"]


def renamed(exported: Export):  # type: ignore[no-untyped-def]
    """The template with another name for the job: names are taken once."""
    steps = exported.template.steps
    return replace(exported.template, replay=replace(steps, fit={**(steps.fit or {}), "TrainingJobName": "broken"}))
