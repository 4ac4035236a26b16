"""Buttons on the task: the job in AWS's console and its log, from the moment of submission."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from airflow.providers.amazon.aws.links.base_aws import BASE_AWS_CONSOLE_LINK, BaseAwsLink

if TYPE_CHECKING:
    from airflow.sdk import Context

    from airflow_sagemaker_once.kinds import JobKind


class JobLink(BaseAwsLink):
    """The job's page in the SageMaker console."""

    name = "SageMaker job"
    key = "airflow_autopilot_job"
    format_str = BASE_AWS_CONSOLE_LINK + "/sagemaker/home?region={region_name}#/{page}/{job_name}"


class JobLogLink(BaseAwsLink):
    """The job's log streams in the CloudWatch console."""

    name = "SageMaker job log"
    key = "airflow_autopilot_job_log"
    format_str = (
        BASE_AWS_CONSOLE_LINK + "/cloudwatch/home?region={region_name}"
        "#logsV2:log-groups/log-group/{log_group}$3FlogStreamNameFilter$3D{job_name}"
    )


def console_url(hook: Any, kind: JobKind, name: str) -> str:
    """Give the address of the job's page."""
    return JobLink.format_str.format(
        aws_domain=JobLink.get_aws_domain(hook.conn_partition),
        region_name=hook.conn_region_name,
        page=kind.page,
        job_name=name,
    )


def log_url(hook: Any, kind: JobKind, name: str) -> str:
    """Give the address of the job's log streams."""
    return JobLogLink.format_str.format(
        aws_domain=JobLogLink.get_aws_domain(hook.conn_partition),
        region_name=hook.conn_region_name,
        log_group=_escaped(kind.log_group),
        job_name=name,
    )


def persist(context: Context, operator: Any, kind: JobKind, name: str) -> None:
    """Keep the links with the task; called before waiting."""
    place = {"region_name": operator.hook.conn_region_name, "aws_partition": operator.hook.conn_partition}
    JobLink.persist(context=context, operator=operator, **place, page=kind.page, job_name=name)
    if kind.log_group:
        group = _escaped(kind.log_group)
        JobLogLink.persist(context=context, operator=operator, **place, log_group=group, job_name=name)


def _escaped(log_group: str) -> str:
    # CloudWatch's console wants slashes escaped twice.
    return quote(quote(log_group, safe=""), safe="").replace("%25", "$25")
