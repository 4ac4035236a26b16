"""What a model's YAML says of scoring new rows and of serving them."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, ConfigDict, Field
from pydantic.dataclasses import dataclass

from include.autopilot.locations import parse_uri

_STRICT = ConfigDict(extra="forbid", strict=True)

Deploy = Literal["none", "endpoint"]


def _address(value: str) -> str:
    parse_uri(value)
    return value


@dataclass(frozen=True, config=_STRICT)
class ScoreConfig:
    """What is scored without anybody asking.

    :param input: S3 address of a CSV file, plain or gzipped, or of a folder of them.
    :param schedule: a cron expression in UTC; None: no fixed times.
    :param on_new_champion: whether a promotion or a rollback scores the input again.
    """

    input: Annotated[str, AfterValidator(_address)]
    schedule: Annotated[str, Field(min_length=1)] | None = None
    on_new_champion: bool = True


@dataclass(frozen=True, config=_STRICT)
class EndpointConfig:
    """The instances behind an endpoint; they cost money as long as it exists."""

    instance_type: Annotated[str, Field(pattern=r"^ml\.")] = "ml.m5.large"
    instance_count: Annotated[int, Field(ge=1)] = 1
