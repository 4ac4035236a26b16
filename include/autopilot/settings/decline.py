"""What a model's YAML says of a champion whose exams became worse. docs/freshness.md explains it."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, ConfigDict, Field
from pydantic.dataclasses import dataclass

from include.autopilot.settings.schedule import cron


@dataclass(frozen=True, config=ConfigDict(extra="forbid", strict=True))
class DeclineConfig:
    """What follows when the champion declines.

    :param then: ``tell`` in reports and messages; ``retrain`` or ``search`` start that, too.
    :param schedule: when the champion is examined besides in retrainings, a cron expression in UTC; None: by hand, or
        by new drops where the model hears of them (``drops_queue_url``).
    :param least_days: between two starts for one champion: a decline goes on until another one takes its place.
    """

    then: Literal["tell", "retrain", "search"] = "tell"
    schedule: Annotated[str, AfterValidator(cron)] | None = None
    least_days: Annotated[int, Field(ge=1, le=366)] = 7
