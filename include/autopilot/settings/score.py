"""What a model's YAML says of scoring new rows and of serving them."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, ConfigDict, Field
from pydantic.dataclasses import dataclass

from include.autopilot.settings.schedule import cron
from include.autopilot.settings.values import LARGEST, Address, InstanceType

_STRICT = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False)

# The nominal coverages of prediction intervals that a form offers.
LEVELS = (0.8, 0.9, 0.95)

Deploy = Literal["none", "endpoint"]


@dataclass(frozen=True, config=_STRICT)
class ScoreConfig:
    """What is scored without anybody asking.

    :param input: S3 address of a CSV file, plain or gzipped, or of a folder of them.
    :param schedule: a cron expression in UTC; None: no fixed times.
    :param on_new_champion: whether a promotion or a rollback scores the input again.
    """

    input: Address
    schedule: Annotated[str, AfterValidator(cron)] | None = None
    on_new_champion: bool = True


@dataclass(frozen=True, config=_STRICT)
class EndpointConfig:
    """The instances behind an endpoint; they cost money as long as it exists."""

    instance_type: InstanceType = "ml.m5.large"
    instance_count: Annotated[int, Field(ge=1, le=LARGEST)] = 1
