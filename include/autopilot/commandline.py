"""How a command outside Airflow finds AWS: its options, and the clients made from them."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any

from include.autopilot.errors import UnreadableError


def add_aws_options(parser: argparse.ArgumentParser) -> None:
    """Add ``--region``, ``--profile`` and ``--endpoint-url``."""
    parser.add_argument("--region", help="the AWS region; else as boto3 finds it")
    parser.add_argument("--profile", help="a profile of ~/.aws/config")
    parser.add_argument("--endpoint-url", metavar="URL", help="another endpoint; boto3 also honours AWS_ENDPOINT_URL")


def aws_clients(asked: argparse.Namespace) -> Callable[[str], Any]:
    """Return what makes a client of a service, patient with throttling.

    :param asked: has the values of the options.
    :raises UnreadableError: by the function returned: the endpoint is no address.
    """
    # A command that reads files only does without.
    import boto3
    from botocore.config import Config

    session = boto3.Session(profile_name=asked.profile, region_name=asked.region)
    config = Config(retries={"mode": "adaptive", "max_attempts": 10})

    def client(service: str) -> Any:
        try:
            return session.client(service, endpoint_url=asked.endpoint_url, config=config)  # type: ignore[call-overload]
        except ValueError as error:
            raise UnreadableError(f"AWS could not be asked: {error}") from error

    return client
