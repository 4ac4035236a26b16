"""Training jobs that run a script of the user's, from the request to the artifact."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.include.local_aws.jobs import (
    XGBOOST,
    Clients,
    channel,
    finished,
    log_lines,
    refused,
    tuning,
    unique,
    until,
)
from tests.include.local_aws.scripts import (
    CODE,
    METRIC,
    body_at,
    members,
    put_code,
    script_training,
    trained_by_script,
)


@pytest.fixture(scope="module")
def code(clients: Clients, tables: str) -> str:
    return put_code(clients, tables, CODE)


def test_a_script_trains_in_the_scikit_learn_image(clients: Clients, tables: str, code: str) -> None:
    name = unique("script")
    request = script_training(tables, name, code, alpha=0.5)
    request["AlgorithmSpecification"]["MetricDefinitions"] = [METRIC]
    described = trained_by_script(clients, request)
    assert described["TrainingJobStatus"] == "Completed", described
    assert described["AlgorithmSpecification"]["MetricDefinitions"] == [METRIC]
    assert described["HyperParameters"] == request["HyperParameters"]
    metrics = {item["MetricName"]: item["Value"] for item in described["FinalMetricDataList"]}
    assert 0.9 < metrics["train:r2"] <= 1
    artifact = described["ModelArtifacts"]["S3ModelArtifacts"]
    assert set(members(body_at(clients, artifact))) == {"ridge.joblib"}
    output = members(body_at(clients, artifact.replace("model.tar.gz", "output.tar.gz")))
    assert json.loads(output["seen.txt"]) == {"alpha": 0.5}
    assert "/miniconda3/bin/python train.py --alpha 0.5" in log_lines(clients.logs, "Training", name)


def test_a_script_trains_in_the_xgboost_image_as_a_module(clients: Clients, tables: str) -> None:
    script = (
        "import os, sys\nimport xgboost\nimport pandas as pd\n"
        "table = pd.read_csv(os.path.join(os.environ['SM_CHANNEL_TRAIN'], 'chunk_0.csv'), header=None)\n"
        "print('argv', sys.argv[1:], __name__, __spec__.name)\n"
        "model = xgboost.train({'max_depth': 3}, xgboost.DMatrix(table.iloc[:, 1:].values, table.iloc[:, 0]), 5)\n"
        "model.save_model(os.path.join(os.environ['SM_MODEL_DIR'], 'model.ubj'))\n"
    )
    name = unique("script")
    address = put_code(clients, tables, {"fit.py": script})
    described = trained_by_script(clients, script_training(tables, name, address, "fit.py", XGBOOST, depth=3))
    assert described["TrainingJobStatus"] == "Completed", described
    assert "argv ['--depth', '3'] __main__ fit" in log_lines(clients.logs, "Training", name)
    # The image keeps its metrics, as on AWS, where they cannot be replaced.
    request = script_training(tables, unique("script"), address, "fit.py", XGBOOST)
    request["AlgorithmSpecification"]["MetricDefinitions"] = [METRIC]
    told = refused(clients.sagemaker.create_training_job, **request)
    assert "You can't override the metric definitions" in told[1]


def test_a_failure_is_told_in_the_toolkits_words(clients: Clients, tables: str, code: str) -> None:
    described = trained_by_script(
        clients, script_training(tables, unique("script"), code, **{"alpha": 1, "no-rows": 3})
    )
    assert described["TrainingJobStatus"] == "Failed"
    assert described["FailureReason"] == (
        "AlgorithmError: ExecuteUserScriptError:\nExitCode 1\n"
        'ErrorMessage "ValueError: 3 rows are too few in /opt/ml/input/data/train"\n'
        'Command "/miniconda3/bin/python train.py --alpha 1 --no-rows 3", exit code: 1'
    )


def test_a_wrong_argument_has_its_own_exit_code_within(clients: Clients, tables: str, code: str) -> None:
    described = trained_by_script(clients, script_training(tables, unique("script"), code, beta=1))
    reason = described["FailureReason"]
    assert reason.startswith("AlgorithmError: ExecuteUserScriptError:\nExitCode 2\n")
    assert "unrecognized arguments: --beta 1" in reason
    assert reason.endswith(", exit code: 1")


@pytest.mark.parametrize(
    ("files", "program", "told"),
    [
        (CODE, "other.py", "sagemaker_program 'other.py' is not among the files of sagemaker_submit_directory"),
        (CODE, "../train.py", "sagemaker_program cannot be a file of the code"),
        (CODE, "train.sh", "sagemaker_program 'train.sh' is no Python file"),
        (
            {**CODE, "requirements.txt": "# mine\nnumpy\nno-such-package-anywhere==1.0\n"},
            "train.py",
            "line 3 of requirements.txt asks for no-such-package-anywhere==1.0, and the Python of the embedded AWS has",
        ),
    ],
)
def test_what_cannot_be_run_fails_the_job(
    clients: Clients, tables: str, files: dict[str, Any], program: str, told: str
) -> None:
    address = put_code(clients, tables, files)
    described = trained_by_script(clients, script_training(tables, unique("script"), address, program, alpha=1))
    assert described["TrainingJobStatus"] == "Failed"
    assert described["FailureReason"].startswith("ClientError: ")
    assert told in described["FailureReason"]


def test_no_script_is_told(clients: Clients, tables: str) -> None:
    request = script_training(tables, unique("script"), "s3://x")
    request["HyperParameters"] = {"alpha": "1"}
    reason = trained_by_script(clients, request)["FailureReason"]
    assert "say which in the hyperparameter sagemaker_program" in reason


def test_a_script_finds_the_endpoint_through_boto3(clients: Clients, tables: str) -> None:
    script = (
        "import boto3, os\n"
        "job = boto3.client('sagemaker').describe_training_job(TrainingJobName=os.environ['TRAINING_JOB_NAME'])\n"
        "print('I am', job['SecondaryStatus'])\n"
    )
    name = unique("script")
    request = script_training(tables, name, put_code(clients, tables, {"ask.py": script}), "ask.py")
    assert trained_by_script(clients, request)["TrainingJobStatus"] == "Completed"
    assert "I am Training" in log_lines(clients.logs, "Training", name)


def test_a_stopped_script_may_save_what_it_has(clients: Clients, tables: str) -> None:
    script = (
        "import os, signal, sys, time\n"
        "def save(*_):\n"
        "    time.sleep(0.5)\n"
        "    open(os.path.join(os.environ['SM_MODEL_DIR'], 'half'), 'w').write('half')\n"
        "    sys.exit(0)\n"
        "signal.signal(signal.SIGTERM, save)\n"
        "print('begun', flush=True)\n"
        "time.sleep(600)\n"
    )
    name = unique("script")
    request = script_training(tables, name, put_code(clients, tables, {"long.py": script}), "long.py")
    clients.sagemaker.create_training_job(**request)
    until(lambda: {"lines": _lines(clients, name)}, lambda found: "begun" in found["lines"])
    clients.sagemaker.stop_training_job(TrainingJobName=name)
    described = finished(clients.sagemaker, "Training", name)
    assert described["TrainingJobStatus"] == "Stopped"
    assert members(body_at(clients, described["ModelArtifacts"]["S3ModelArtifacts"])) == {"half": b"half"}


def _lines(clients: Clients, name: str) -> list[str]:
    try:
        return log_lines(clients.logs, "Training", name)
    except clients.logs.exceptions.ResourceNotFoundException:
        return []


def test_a_broken_regex_of_a_metric_is_refused(clients: Clients, tables: str, code: str) -> None:
    request = script_training(tables, unique("script"), code)
    request["AlgorithmSpecification"]["MetricDefinitions"] = [{"Name": "r2", "Regex": "r2=("}]
    code_, message = refused(clients.sagemaker.create_training_job, **request)
    assert code_ == "ValidationException"
    assert message.startswith("The regex of the metric definition r2 is invalid: ")


def test_a_tuning_job_searches_a_scripts_hyperparameters(clients: Clients, tables: str, code: str) -> None:
    name = unique("tune")
    given = script_training(tables, "", code)
    request = tuning(
        tables,
        name,
        HyperParameterTuningJobObjective={"Type": "Maximize", "MetricName": METRIC["Name"]},
        ParameterRanges={"ContinuousParameterRanges": [{"Name": "alpha", "MinValue": "0.1", "MaxValue": "10"}]},
    )
    definition = request["TrainingJobDefinition"]
    definition["AlgorithmSpecification"] = given["AlgorithmSpecification"]
    definition["StaticHyperParameters"] = given["HyperParameters"]
    code_, message = refused(clients.sagemaker.create_hyper_parameter_tuning_job, **request)
    assert (code_, "A metric is required" in message) == ("ValidationException", True)
    definition["AlgorithmSpecification"]["MetricDefinitions"] = [METRIC]
    clients.sagemaker.create_hyper_parameter_tuning_job(**request)
    described = finished(clients.sagemaker, "HyperParameterTuning", name)
    assert described["HyperParameterTuningJobStatus"] == "Completed", described
    assert described["TrainingJobStatusCounters"]["Completed"] == 2
    best = described["BestTrainingJob"]
    assert best["FinalHyperParameterTuningJobObjectiveMetric"]["MetricName"] == METRIC["Name"]
    assert set(best["TunedHyperParameters"]) == {"alpha"}


def test_a_loss_that_ends_in_nan_is_no_result_and_breaks_no_list(clients: Clients, tables: str) -> None:
    """One NaN in the store made every list that came by it a 500, and the endpoint did not start on it again."""
    address = put_code(clients, tables, {"train.py": "print('loss=0.5')\nprint('loss=nan')\n"})
    given = script_training(tables, "", address)
    name = unique("nan")
    request = tuning(
        tables,
        name,
        HyperParameterTuningJobObjective={"Type": "Minimize", "MetricName": "loss"},
        ParameterRanges={"ContinuousParameterRanges": [{"Name": "alpha", "MinValue": "0.1", "MaxValue": "10"}]},
    )
    definition = request["TrainingJobDefinition"]
    metric = {"Name": "loss", "Regex": "loss=(.*)"}
    definition["AlgorithmSpecification"] = {**given["AlgorithmSpecification"], "MetricDefinitions": [metric]}
    definition["StaticHyperParameters"] = given["HyperParameters"]
    clients.sagemaker.create_hyper_parameter_tuning_job(**request)
    described = finished(clients.sagemaker, "HyperParameterTuning", name)
    assert described["ObjectiveStatusCounters"] == {"Succeeded": 0, "Pending": 0, "Failed": 2}
    assert "BestTrainingJob" not in described
    children = clients.sagemaker.list_training_jobs_for_hyper_parameter_tuning_job(HyperParameterTuningJobName=name)
    assert [one["ObjectiveStatus"] for one in children["TrainingJobSummaries"]] == ["Failed", "Failed"]
    child = clients.sagemaker.describe_training_job(
        TrainingJobName=children["TrainingJobSummaries"][0]["TrainingJobName"]
    )
    assert "FinalMetricDataList" not in child or child["FinalMetricDataList"] == []
    assert clients.sagemaker.list_hyper_parameter_tuning_jobs()["HyperParameterTuningJobSummaries"]
    assert clients.sagemaker.list_training_jobs()["TrainingJobSummaries"]


def test_the_code_may_come_in_a_channel(clients: Clients, tables: str, code: str) -> None:
    bucket, _, key = code.removeprefix("s3://").partition("/")
    request = script_training(tables, unique("script"), "/opt/ml/input/data/code/sourcedir.tar.gz", alpha=1)
    prefix = key.removesuffix("sourcedir.tar.gz")
    request["InputDataConfig"].append(channel(bucket, "code", prefix))
    assert trained_by_script(clients, request)["TrainingJobStatus"] == "Completed"
    request = script_training(tables, unique("script"), "/opt/ml/input/data/code/other.tar.gz", alpha=1)
    assert "no channel brought it" in trained_by_script(clients, request)["FailureReason"]
    request = script_training(tables, unique("script"), f"{code}.gone", alpha=1)
    assert "NoSuchKey" in trained_by_script(clients, request)["FailureReason"]
