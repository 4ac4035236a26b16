"""How every task, trigger and link reaches AWS: one connection, one region, one retry policy for all services."""

from __future__ import annotations

from typing import Any

# Defined only locally (it points to the embedded AWS); on MWAA it is absent and boto3's own chain finds the role.
CONNECTION = "aws_default"


def hook(service: str, aws_conn_id: str | None = CONNECTION, region_name: str | None = None) -> Any:
    """Give the provider's hook for one AWS service, throttling waited out by botocore's adaptive mode."""
    from airflow.providers.amazon.aws.hooks.base_aws import AwsBaseHook
    from botocore.config import Config

    config = Config(retries={"mode": "adaptive", "max_attempts": 10})
    return AwsBaseHook(aws_conn_id=aws_conn_id, client_type=service, region_name=region_name, config=config)


def connect_briefly(service: str, at_once: int = 10) -> Any:
    """Give a boto3 client for questions that may stay unanswered: two short tries instead of twelve minutes.

    :param at_once: how many questions may be under way together.
    """
    from airflow.providers.amazon.aws.hooks.base_aws import AwsBaseHook
    from botocore.config import Config

    config = Config(
        connect_timeout=3,
        read_timeout=5,
        retries={"mode": "standard", "total_max_attempts": 2},
        max_pool_connections=at_once,
    )
    return AwsBaseHook(aws_conn_id=CONNECTION, client_type=service, config=config).get_conn()


def connect(aws_conn_id: str | None, region_name: str | None, service: str = "sagemaker") -> Any:
    """Give a boto3 client."""
    return hook(service, aws_conn_id, region_name).get_conn()
