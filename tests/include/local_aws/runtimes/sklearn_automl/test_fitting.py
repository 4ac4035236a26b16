from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from include.local_aws.runtimes.entry import process_main, train_main
from include.local_aws.search.generated_module import generated_files
from include.local_aws.search.processors import PROCESSORS
from tests.include.local_aws.runtimes.sklearn_automl.tables import as_csv, columns, table
from tests.support.optml import OptMl

IMAGE = "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-sklearn-automl:2.5-1-cpu-py3"
SETTINGS = {
    "processor_module": "candidate_data_processors.dpp1",
    "sagemaker_program": "candidate_data_processors.trainer",
    "sagemaker_submit_directory": "/opt/ml/input/data/code",
}


@pytest.fixture
def job(opt_ml: OptMl) -> OptMl:
    """A staged job that fits dpp1."""
    opt_ml.hyperparameters(**SETTINGS)
    code = {path: text.encode() for path, text in generated_files("job", columns(), PROCESSORS).items()}
    opt_ml.channel("code", "application/x-code", **code)
    opt_ml.channel("train", "text/csv", **{"chunk_0.csv": as_csv(table()[:30]), "chunk_1.csv": as_csv(table()[30:])})
    return opt_ml


def test_the_job_leaves_a_featurizer_and_its_serving_program(job: OptMl) -> None:
    before = set(sys.modules)
    assert train_main(IMAGE, str(job.folder)) == 0
    assert sorted(path.relative_to(job.folder / "model").as_posix() for path in job.folder.rglob("model/**/*.*")) == [
        "code/sagemaker_serve.py",
        "model.joblib",
    ]
    assert not [name for name in set(sys.modules) - before if name.startswith("candidate_data_processors")]
    assert str(job.folder / "input" / "data" / "code") not in sys.path


@pytest.mark.parametrize("missing", sorted(SETTINGS))
def test_every_hyperparameter_is_needed(job: OptMl, missing: str) -> None:
    job.hyperparameters(**{name: value for name, value in SETTINGS.items() if name != missing})
    assert train_main(IMAGE, str(job.folder)) == 2
    assert job.failure() == f"the hyperparameter {missing} is missing"


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("processor_module", "candidate_data_processors.dpp9", "there is no dpp9.py"),
        ("sagemaker_submit_directory", "/opt/ml/input/data/elsewhere", "is there a channel named code?"),
        ("sagemaker_submit_directory", "/opt/ml/../../etc", "must be under /opt/ml"),
        ("sagemaker_program", "train", "there is no train.py"),
    ],
)
def test_code_that_is_not_there(job: OptMl, name: str, value: str, message: str) -> None:
    job.hyperparameters(**SETTINGS | {name: value})
    assert train_main(IMAGE, str(job.folder)) == 2
    assert message in job.failure()


def test_code_that_needs_what_the_image_lacks(job: OptMl) -> None:
    module = job.folder / "input" / "data" / "code" / "candidate_data_processors" / "dpp1.py"
    module.write_text("from category_encoders import WOEEncoder\n")
    assert train_main(IMAGE, str(job.folder)) == 1
    assert "No module named 'category_encoders'" in job.failure()


@pytest.mark.parametrize(
    ("content_type", "mode", "message"),
    [
        ("application/x-recordio-protobuf", "File", "train channel of a featurizer is text/csv"),
        ("text/csv", "Pipe", "use InputMode File or FastFile"),
    ],
)
def test_a_train_channel_it_cannot_read(job: OptMl, content_type: str, mode: str, message: str) -> None:
    job.channel("train", content_type, mode)
    assert train_main(IMAGE, str(job.folder)) == 2
    assert message in job.failure()


def test_no_train_channel(job: OptMl) -> None:
    path = job.folder / "input" / "config" / "inputdataconfig.json"
    path.write_text(json.dumps({"code": {"TrainingInputMode": "File"}}))
    assert train_main(IMAGE, str(job.folder)) == 2
    assert job.failure() == "Missing required channel: train"


def test_it_is_no_processing_image(tmp_path: Path) -> None:
    assert process_main(IMAGE, str(tmp_path)) == 2
