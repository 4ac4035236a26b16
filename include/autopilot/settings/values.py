"""What a value of a model's YAML has to look like, key by key; what is said of another one is what to write instead."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field

from include.autopilot.base.cutoff import as_utc, parse_cutoff
from include.autopilot.base.errors import OptionsError
from include.autopilot.base.locations import parse_uri

# SageMaker's Integer has 32 bits; a larger number is no number to it.
LARGEST = 2**31 - 1
# Airflow reckons with dates beside it, which it cannot at the ends of what a date can be.
_FIRST_YEAR, _LAST_YEAR = 1900, 2200
_BUCKET = re.compile(r"(?!.*\.\.)(?!(\d+\.){3}\d+$)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]", re.ASCII)
_FOLDER = re.compile(r"(/[\w.=!'()/~-]{1,500})?", re.ASCII)


def like(pattern: str, fix: str) -> AfterValidator:
    """Return what takes texts of a pattern only.

    :param fix: what to write instead, for the message.
    """
    compiled = re.compile(pattern, re.ASCII)

    def check(value: str) -> str:
        if not compiled.fullmatch(value):
            raise ValueError(fix)
        return value

    return AfterValidator(check)


def _job_name(longest: int) -> AfterValidator:
    """Return what takes names of SageMaker's jobs, of so many characters at most."""
    fix = f"write its name, not its ARN: letters, digits and hyphens, {longest} at most"
    return like(rf"[a-zA-Z0-9](-*[a-zA-Z0-9]){{0,{longest - 1}}}", fix)


def distinct(value: tuple[str, ...]) -> tuple[str, ...]:
    """Refuse an entry that is there twice."""
    twice = [one for number, one in enumerate(value) if one in value[:number]]
    if twice:
        raise ValueError(f"name each entry once; {twice[0]!r} is there twice")
    return value


def _some(value: tuple[str, ...]) -> tuple[str, ...]:
    if not value:
        raise ValueError("name one file or more: the first one judges")
    return value


def _instant(value: object) -> datetime:
    """Read a date or an instant; it is UTC unless it says otherwise."""
    try:
        read = as_utc(value) if isinstance(value, datetime) else parse_cutoff(str(value))
    except OptionsError as error:
        raise ValueError("write a date like 2024-01-01") from error
    if not _FIRST_YEAR <= read.year <= _LAST_YEAR:
        raise ValueError(f"write a year from {_FIRST_YEAR} to {_LAST_YEAR}")
    return read


def _address(value: str) -> str:
    bucket, _ = parse_uri(value)
    if not _BUCKET.fullmatch(bucket):
        raise ValueError(
            "write s3://bucket/folder, with a bucket of 3 to 63 lower-case letters, digits, hyphens and single dots"
        )
    return value


def _root(value: str) -> str:
    """Check that S3, SageMaker's manifests and Airflow's Assets all take the address, and mean the same folder."""
    root = _address(value).rstrip("/")
    folder = root.removeprefix("s3://").partition("/")
    if not _FOLDER.fullmatch("".join(folder[1:])) or {"", ".", ".."} & set(root.split("/")[3:]):
        raise ValueError("write s3://bucket/folder, with a folder of letters, digits and any of - _ . = ! ' ( ) / ~")
    return root


def _not_blank(value: str) -> str:
    if not value.strip():
        raise ValueError("it is blank. Write it, or take the key out if it may be left out")
    return value


Instant = Annotated[datetime, BeforeValidator(_instant)]
Text = Annotated[str, AfterValidator(_not_blank)]
Names = Annotated[tuple[Text, ...], AfterValidator(distinct)]
# One of a header may have no name, as the row numbers that pandas writes.
Columns = Annotated[tuple[str, ...], AfterValidator(distinct)]
Address = Annotated[str, AfterValidator(_address)]
Root = Annotated[str, AfterValidator(_root)]
Dollars = Annotated[float, Field(ge=0)]
Seconds = Annotated[int, Field(ge=1, le=LARGEST)]
ModelName = Annotated[
    str,
    like(
        r"[a-z][a-z0-9_]{0,23}",
        "write at most 24 lower-case letters, digits and underscores, a letter first, also as the file's name",
    ),
]
HoldoutName = Annotated[
    str,
    like(
        r"[a-z][a-z0-9_]*",
        "write the name of a file under holdout/ without .csv: lower-case letters, digits and underscores",
    ),
]
HoldoutNames = Annotated[tuple[HoldoutName, ...], AfterValidator(distinct), AfterValidator(_some)]
InstanceType = Annotated[str, like(r"ml\.[a-z0-9-]+\.[a-z0-9-]+", "write a type like ml.m5.4xlarge")]
RoleArn = Annotated[
    str, like(r"arn:aws[a-z-]*:iam::[0-9]{12}:role/.+", "write the role's ARN, arn:aws:iam::123456789012:role/Name")
]
TopicArn = Annotated[
    str,
    like(
        r"arn:aws[a-z-]*:sns:[a-z0-9-]+:[0-9]{12}:[\w.-]+",
        "write the topic's ARN, arn:aws:sns:eu-west-1:123456789012:name",
    ),
]
ConnectionId = Annotated[
    str, like(r"[\w.#!()*:-]{1,250}", "write the id of a connection in Airflow, which holds the address")
]
QueueUrl = Annotated[
    str,
    like(r"https?://.+/[^/]+", "write the queue's URL, https://sqs.eu-west-1.amazonaws.com/123456789012/name"),
]
AutomlJobName = Annotated[str, _job_name(32)]
JobName = Annotated[str, _job_name(63)]
CandidateName = Annotated[str, like(r"[^\s:/]{1,64}", "write its CandidateName, of 64 characters at most")]
