"""What a run's report says of drift: a sentence per drop, and where the tables are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from include.autopilot.errors import MissingObjectError
from include.autopilot.objects import read_json
from include.autopilot.plan import Plan

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


def drift_uri(plan: Plan, ending: str) -> str:
    """Return where the run's comparison with the baseline is, as ``json`` or ``html``."""
    return f"{plan.folder}/drift.{ending}"


def drift_told(s3: S3Client, plan: Plan) -> dict[str, Any] | None:
    """Return ``html`` and ``json`` (addresses), ``baseline`` and ``drops`` (``drop``, ``sentence``, ``warnings``).

    None: the run did not look at drift.
    """
    try:
        content = read_json(s3, drift_uri(plan, "json"))
    except MissingObjectError:
        return None
    drops = [{name: drop[name] for name in ("drop", "sentence", "warnings")} for drop in content["drops"]]
    uris = {ending: drift_uri(plan, ending) for ending in ("html", "json")}
    return {**uris, "baseline": content["baseline"], "drops": drops}
