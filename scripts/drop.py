"""Deliver a file to a model, as a drop or as a holdout: ``make drop FILE=new.csv MODEL=churn``."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from include.autopilot.base.errors import AutopilotError
from include.autopilot.drops.delivery import Delivered, deliver_drop, deliver_holdout, require_bucket
from include.autopilot.s3.encryption import encrypting
from include.autopilot.settings.config import ModelConfig, find_model, load_models
from include.local_aws.process import StartFailed
from scripts.airflow_env import LOCAL_ACCOUNT
from scripts.at_hand import aws_at_hand
from scripts.running import UP, AlreadyRunning


class NotSaid(Exception):
    """Something that only the person knows is missing; the message says what to add."""


@dataclass(frozen=True)
class Place:
    """Where deliveries go.

    :param said: the same in words.
    :param options: what boto3 needs to reach it.
    :param own: whether it is an account in which nothing is made unasked.
    """

    said: str
    options: dict[str, str]
    own: bool

    def s3(self, model: ModelConfig) -> Any:
        """Give a client that writes as the model's YAML says."""
        return encrypting(boto3.client("s3", **self.options), model.encryption, model.name)  # type: ignore[call-overload]


def main(arguments: list[str] | None = None, folder: Path = UP) -> int:
    """Run the command; returns the exit code.

    :param folder: where the ``make up`` that shall get the file keeps its note and its objects.
    """
    parser = argparse.ArgumentParser(prog="make drop", description=__doc__)
    parser.add_argument("file", type=Path, help="a CSV file with a header")
    parser.add_argument("--date", help="YYYY-MM-DD, or YYYY-MM-DD-2 for a second drop of that day; default today (UTC)")
    parser.add_argument("--model", help="whose file it is: the name of its YAML; needed if there are several")
    parser.add_argument("--holdout", help="make it this holdout of the model, instead of a drop")
    parser.add_argument("--aws", action="store_true", help="deliver to the AWS account of your own credentials")
    parser.add_argument("--future", action="store_true", help="allow a date in the future")
    parser.add_argument("--replace", action="store_true", help="replace a file that no run has used")
    chosen = parser.parse_args(arguments)
    try:
        model = whose(chosen.model)
        with where(chosen.aws, folder) as place:
            print(f"{model.name}: delivering to {place.said}", flush=True)
            print(deliver(place, model, chosen))
    except (AutopilotError, AlreadyRunning, NotSaid, StartFailed, BotoCoreError, ClientError) as error:
        print(f"make drop: {error}", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"make drop: {error.filename}: {error.strerror}", file=sys.stderr)
        return 1
    return 0


def deliver(place: Place, model: ModelConfig, chosen: argparse.Namespace) -> Delivered:
    """Deliver what was chosen, into a bucket that is made where that costs nobody anything."""
    s3 = place.s3(model)
    if chosen.holdout and chosen.date:
        raise NotSaid("A holdout has no date: leave DATE out, or leave HOLDOUT out to deliver a drop.")
    if made := require_bucket(s3, model, make=not place.own):
        print(made, flush=True)
    if chosen.holdout:
        return deliver_holdout(s3, model, chosen.file, chosen.holdout, replace=chosen.replace)
    today = datetime.now(UTC).date()
    name = chosen.date or today.isoformat()
    return deliver_drop(s3, model, chosen.file, name, today, future=chosen.future, replace=chosen.replace)


def whose(name: str | None) -> ModelConfig:
    """Give the model of a name; without one the only model.

    :raises ConfigError: there is no such model, or its file cannot be used.
    :raises NotSaid: there are several, or none.
    """
    if name is not None:
        return find_model(name)
    models = load_models()
    if len(models) == 1:
        return models[0]
    if not models:
        raise NotSaid(
            "There is no model in include/models/ or dags/models/ that can be used; docs/models.md says what one needs."
        )
    raise NotSaid(f"Say whose file it is: {' or '.join(f'MODEL={model.name}' for model in models)}")


@contextmanager
def where(aws: bool, folder: Path = UP) -> Iterator[Place]:
    """Give the place to deliver to: never an AWS account that nobody asked for.

    :param aws: whether the person asked for the account of their own credentials.
    :raises NotSaid: the environment leads elsewhere.
    """
    endpoint = os.environ.get("AWS_ENDPOINT_URL")
    if aws:
        if endpoint:
            raise NotSaid(f"AWS=1 asks for your AWS account, and AWS_ENDPOINT_URL leads to {endpoint}. Unset it.")
        session = boto3.Session()
        account = session.client("sts").get_caller_identity()["Account"]
        yield Place(f"the AWS account {account}, region {session.region_name}", {}, own=True)
    elif endpoint:
        yield _local(f"AWS_ENDPOINT_URL, {endpoint}", endpoint)
    else:
        with aws_at_hand(folder) as address:
            yield _local(f"the embedded AWS of make up, {address} (to your AWS account: AWS=1)", address)


def _local(said: str, address: str) -> Place:
    options = {
        "endpoint_url": address,
        "region_name": LOCAL_ACCOUNT["AWS_DEFAULT_REGION"],
        "aws_access_key_id": LOCAL_ACCOUNT["AWS_ACCESS_KEY_ID"],
        "aws_secret_access_key": LOCAL_ACCOUNT["AWS_SECRET_ACCESS_KEY"],
    }
    return Place(said, options, own=False)


if __name__ == "__main__":
    sys.exit(main())
