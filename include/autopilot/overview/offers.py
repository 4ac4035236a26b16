"""What a form can offer and refuse before a run is started: the days of drops, and what a run would say at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from include.autopilot.base.errors import AutopilotError
from include.autopilot.base.locations import Locations
from include.autopilot.drops.listing import list_drops
from include.autopilot.overview.legible import Legible, legible
from include.autopilot.rows.inputs import list_inputs
from include.autopilot.settings.options import RunOptions, SearchOptions
from include.autopilot.settings.scoreoptions import ScoreOptions

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

    from include.autopilot.settings.config import ModelConfig

# The DAGs with a form of more than a button, by what they do.
FORMS: Mapping[str, type[RunOptions | ScoreOptions | SearchOptions]] = {
    "retrain": RunOptions,
    "score": ScoreOptions,
    "search": SearchOptions,
}
_MOST_DAYS = 500


def cutoffs_of(s3: S3Client, model: ModelConfig) -> Legible[list[str]]:
    """Return the days that have a drop, the newest first: up to each of them a run would learn from one drop more."""

    def days() -> list[str]:
        found = {f"{drop.day:%Y-%m-%d}" for drop in list_drops(s3, Locations(model.root)).drops}
        return sorted(found, reverse=True)[:_MOST_DAYS]

    return legible(f"What lies under the drops of {model.name}", days)


def refusal_of(s3: S3Client, kind: str, form: Mapping[str, Any]) -> str | None:
    """Return why a run with this form would end at once; None where nothing is known to speak against it.

    :param kind: of :data:`FORMS`.
    """
    try:
        options = FORMS[kind].from_form(form)
        if isinstance(options, ScoreOptions):
            list_inputs(s3, options.input)
    except AutopilotError as error:
        return str(error)
    except ClientError as error:
        return f"input: S3 does not show it: {error}"
    return None
