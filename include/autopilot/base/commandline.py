"""What the commands outside Airflow have in common: how they are asked, find AWS, and say that they cannot read."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from typing import Any

from include.autopilot.base.errors import UnreadableError
from include.autopilot.base.masking import masked

UNREADABLE = 2  # the exit code of a command that cannot read what it is asked about


def command(module: str, doc: str | None) -> argparse.ArgumentParser:
    """Return the parser of ``python -m module``, which is explained by its docstring."""
    return argparse.ArgumentParser(
        prog=f"python -m {module}", description=doc, formatter_class=argparse.RawDescriptionHelpFormatter
    )


def unreadable(sentence: str) -> int:
    """Say on one line of stderr why there is no answer; returns the exit code."""
    print(masked(" ".join(sentence.split())), file=sys.stderr)
    return UNREADABLE


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
