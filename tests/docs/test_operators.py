"""docs/operators.md says what is so: its examples run, its tables name what there is."""

from __future__ import annotations

import inspect
import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import boto3
import pytest

from airflow_sagemaker_once import errors, operators
from airflow_sagemaker_once.kinds import AUTOML, MODEL, PROCESSING, TRAINING, TRANSFORM, TUNING, JobKind
from airflow_sagemaker_once.owned_job import OwnedJob
from airflow_sagemaker_once.secrecy import airflow_mask
from airflow_sagemaker_once.wakeup import job_ended_in
from include.local_aws.constraints import check
from tests.support.airflowdb import ran
from tests.support.repository import ROOT

PAGE = "".join((ROOT / "docs" / name).read_text() for name in ("operators.md", "operators-tuning.md"))
SECTIONS = dict(re.findall(r"^## (.+?)\n(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL))
EXAMPLES = {
    "Train": TRAINING,
    "Create a model": MODEL,
    "Batch transform": TRANSFORM,
    "Process": PROCESSING,
    "Search with Autopilot": AUTOML,
    "Tune hyperparameters": TUNING,
}
MOMENT = datetime(2024, 5, 1, tzinfo=UTC)
LONGEST_NAMES = {AUTOML: 32 - 6, TUNING: 32 - 6}  # 63 - 6 for all others; -g1-r1 is appended


def blocks(section: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", SECTIONS[section], re.MULTILINE | re.DOTALL)


def rows(section: str) -> list[list[str]]:
    """The cells of the tables' rows whose first cell is code."""
    lines = [line for line in SECTIONS[section].splitlines() if line.startswith("| `")]
    return [[cell.strip() for cell in line.split("|")[1:-1]] for line in lines]


def dag_of(section: str, folder: Path) -> Any:
    """The example as Airflow reads it: the only thing in a DAG file."""
    from airflow.dag_processing.dagbag import DagBag

    (code,) = blocks(section, "python")
    file = folder / "example.py"
    file.write_text(code)
    bag = DagBag(dag_folder=file)
    assert not bag.import_errors
    (dag,) = bag.dags.values()
    return dag


@pytest.mark.parametrize(("section", "kind"), EXAMPLES.items(), ids=EXAMPLES.keys())
def test_each_example_is_a_dag_with_a_valid_request(
    airflow_db: None, tmp_path: Path, section: str, kind: JobKind
) -> None:
    (task,) = dag_of(section, tmp_path).tasks
    assert task.kind is kind
    task.render_template_fields({"dag_run": SimpleNamespace(run_after=MOMENT), "params": {"version": "1"}})
    check(f"Create{kind.member}", task.config)
    assert "{" not in json.dumps(task.config[kind.name_member])
    assert len(task.config[kind.name_member]) <= LONGEST_NAMES.get(kind, 63 - 6)


def test_there_is_an_example_for_every_operator() -> None:
    public = {name for name, kind in vars(operators).items() if inspect.isclass(kind) and issubclass(kind, OwnedJob)}
    shown = {name for section in EXAMPLES for name in re.findall(r"Autopilot\w+Operator", blocks(section, "python")[0])}
    assert shown == public - {"OwnedJob"}


def test_train_model_and_transform_examples_run_one_after_the_other(aws: str, airflow_db: None, tmp_path: Path) -> None:
    s3 = boto3.client("s3", endpoint_url=aws)
    s3.create_bucket(Bucket="my-bucket")
    lines = [f"{n % 2},{n % 7},{n % 3}" for n in range(60)]
    s3.put_object(Bucket="my-bucket", Key="churn/train/rows.csv", Body="\n".join(lines).encode())
    new = "\n".join(line.partition(",")[2] for line in lines[:5])
    s3.put_object(Bucket="my-bucket", Key="churn/new/rows.csv", Body=new.encode())

    trained = run_example("Train", tmp_path)
    source = dict(zip(("Bucket", "Key"), trained["uri"].removeprefix("s3://").split("/", 1), strict=True))
    s3.copy_object(Bucket="my-bucket", Key="churn/versions/1/model.tar.gz", CopySource=source)
    assert run_example("Create a model", tmp_path)["name"] == "churn-1"
    predicted = run_example("Batch transform", tmp_path)

    prefix = predicted["uri"].removeprefix("s3://my-bucket/")
    answer = s3.get_object(Bucket="my-bucket", Key=f"{prefix}/rows.csv.out")["Body"].read().decode()
    assert len([float(line) for line in answer.split()]) == 5
    kept = s3.list_objects_v2(Bucket="my-bucket", Prefix="churn/records/")["Contents"]
    assert [item["Key"].partition(".")[2] for item in kept] == ["description.json", "request.json"]


def run_example(section: str, folder: Path) -> Any:
    dag = dag_of(section, folder)
    ended = ran(dag, logical_date=MOMENT)
    assert ended.state == "success"
    (instance,) = ended.get_task_instances()
    returned = instance.xcom_pull(task_ids=instance.task_id)
    (names,) = re.findall(r"^The return value.*?:\s(.*?)\.$", PAGE, re.MULTILINE | re.DOTALL)
    assert set(re.findall(r"`(\w+)`", names)) - {"created", "adopted", "reused"} == set(returned)
    return returned


def test_the_parameter_tables_name_every_parameter_and_its_default() -> None:
    words = {
        "": inspect.Parameter.empty,
        "`True`": True,
        "`False`": False,
        "`None`": None,
        "2 hours": timedelta(hours=2),
        "2 minutes": timedelta(minutes=2),
        "Airflow's own masker": airflow_mask,
    }
    told = {name.strip("`"): words[default] for name, _, default in rows("Parameters of all six")}
    there = {
        name: parameter.default
        for kind in (OwnedJob, operators.AutopilotTrainingOperator)
        for name, parameter in inspect.signature(inspect.unwrap(kind.__init__)).parameters.items()
        if parameter.kind is inspect.Parameter.KEYWORD_ONLY
    }
    assert told == there


def test_parameters_said_to_have_no_effect_are_the_providers() -> None:
    from airflow.providers.amazon.aws.operators import sagemaker

    (sentence,) = re.findall(r"provider's own (.*?) have no effect", SECTIONS["Parameters of all six"], re.DOTALL)
    theirs = {
        name
        for kind in (sagemaker.SageMakerTrainingOperator, sagemaker.SageMakerProcessingOperator)
        for name in inspect.signature(inspect.unwrap(kind.__init__)).parameters
    }
    assert set(re.findall(r"`(\w+)`", sentence)) <= theirs


def test_the_exceptions_table_names_every_exception() -> None:
    told = {name.strip("`") for name, *_ in rows("Exceptions")}
    there = {name for name, kind in vars(errors).items() if getattr(kind, "__module__", "") == errors.__name__}
    assert told == there


def test_only_the_exceptions_said_to_are_not_retried() -> None:
    from airflow.sdk.exceptions import AirflowFailException

    at_once = {name.strip("`") for name, _, retry in rows("Exceptions") if "fails at once" in retry}
    assert at_once == {
        name.strip("`")
        for name, *_ in rows("Exceptions")
        if issubclass(getattr(errors, name.strip("`")), AirflowFailException)
    }


def test_the_queue_and_the_rule_are_accepted(aws: str) -> None:
    queue, pattern = (json.loads(block) for block in blocks("Events instead of looking", "json"))
    sqs = boto3.client("sqs", endpoint_url=aws)
    url = sqs.create_queue(QueueName="sagemaker-jobs", Attributes=queue)["QueueUrl"]
    kept = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    policy = json.loads(kept["Policy"])["Statement"][0]
    assert policy["Principal"] == {"Service": "events.amazonaws.com"}
    assert policy["Resource"].rpartition(":")[2] == "sagemaker-jobs"
    assert kept["MessageRetentionPeriod"] == "300"
    for kind in (TRAINING, TRANSFORM, PROCESSING):
        words = re.sub(r"(?<!^)(?=[A-Z])", " ", kind.member)
        assert f"SageMaker {words} State Change" in pattern["detail-type"]
        detail = {kind.name_member: "j", f"{kind.member}Status": "Completed"}
        assert job_ended_in(json.dumps({"detail": detail})) == "j"
    (arguments,) = blocks("Events instead of looking", "python")
    found: dict[str, Any] = {}
    exec(arguments, found)  # noqa: S102 - our own page
    assert set(found["default_args"]) == {"queue_url"}
