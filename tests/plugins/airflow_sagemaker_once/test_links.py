"""The buttons on the task lead to the job and its log."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any
from urllib.parse import unquote

import pytest

from airflow_sagemaker_once import kinds, links
from airflow_sagemaker_once.operators import AutopilotModelOperator, AutopilotSearchOperator, AutopilotTrainingOperator
from tests.support.onetask import result, run
from tests.support.trainings import request


def hook(region: str, partition: str) -> Any:
    return SimpleNamespace(conn_region_name=region, conn_partition=partition)


@pytest.mark.parametrize(
    ("kind", "place", "address"),
    [
        (
            kinds.TRAINING,
            ("eu-west-1", "aws"),
            "https://console.aws.amazon.com/sagemaker/home?region=eu-west-1#/jobs/j",
        ),
        (
            kinds.TRANSFORM,
            ("cn-north-1", "aws-cn"),
            "https://console.amazonaws.cn/sagemaker/home?region=cn-north-1#/transform-jobs/j",
        ),
    ],
)
def test_the_console_address(kind: kinds.JobKind, place: tuple[str, str], address: str) -> None:
    assert links.console_url(hook(*place), kind, "j") == address


def test_both_links_are_there_after_a_run(airflow_db: None, client: Any) -> None:
    ended = run(request("linked"))
    (instance,) = ended.get_task_instances()
    kept = {key: instance.xcom_pull(task_ids="train", key=key) for key in (links.JobLink.key, links.JobLogLink.key)}
    assert result(ended)["name"] == "linked"
    job = links.JobLink().format_link(**kept[links.JobLink.key])
    assert job == "https://console.aws.amazon.com/sagemaker/home?region=us-east-1#/jobs/linked"
    log = links.JobLogLink().format_link(**kept[links.JobLogLink.key])
    # CloudWatch's console writes % as $ and escapes twice.
    group, _, stream = log.partition("log-group/")[2].partition("$3F")
    assert unquote(unquote(group.replace("$", "%"))) == "/aws/sagemaker/TrainingJobs"
    assert stream == "logStreamNameFilter$3Dlinked"


def test_what_has_no_log_has_no_log_link() -> None:
    names = {
        operator: {link.name for link in operator.operator_extra_links}
        for operator in (AutopilotTrainingOperator, AutopilotModelOperator, AutopilotSearchOperator)
    }
    assert names[AutopilotTrainingOperator] == {"SageMaker job", "SageMaker job log"}
    assert names[AutopilotModelOperator] == names[AutopilotSearchOperator] == {"SageMaker job"}
