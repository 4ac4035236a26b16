"""What a run's report says of drift: a sentence per drop, and where the tables are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal

from include.autopilot.base.errors import MissingObjectError
from include.autopilot.drops.plan import Plan
from include.autopilot.s3.objects import read_json

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


# More columns than these nobody reads in a report; the run's page of drift has all.
MOST_COLUMNS = 12
_SHOWN = ("name", "role", "kind", "psi", "distance", "missing_before", "missing_now", "q", "action", "reasons", "shape")


def drift_uri(plan: Plan, ending: str) -> str:
    """Return where the run's comparison with the baseline is, as ``json`` or ``html``."""
    return plan.main_folder.drift_page if ending == "html" else plan.main_folder.drift


def reported_drift(s3: S3Client, plan: Plan) -> dict[str, Any] | None:
    """Return what a report tells of drift; None: the run did not look at it.

    It is ``html`` and ``json`` (addresses), ``baseline``, ``warnings`` (about single rows and columns), ``drops``
    (``drop``, ``sentence``, ``warnings``), and of the newest drop the ``columns`` that drifted most.
    """
    try:
        content = read_json(s3, drift_uri(plan, "json"))
    except MissingObjectError:
        return None
    drops = [{name: drop[name] for name in ("drop", "sentence", "warnings")} for drop in content["drops"]]
    uris = {ending: drift_uri(plan, ending) for ending in ("html", "json")}
    columns = content["drops"][-1]["columns"][:MOST_COLUMNS] if content["drops"] else []
    told = {"baseline": content["baseline"], "warnings": content.get("warnings", []), "drops": drops}
    return {**uris, **told, "columns": [{name: column.get(name) for name in _SHOWN} for column in columns]}


def told_in(content: Mapping[str, Any], kind: Literal["warnings", "blocks"]) -> list[str]:
    """Return the sentences of a run's comparison: those about single rows and columns, and those about a whole drop."""
    return [*content[kind], *(f"Drop {drop['drop']}: {text}" for drop in content["drops"] for text in drop[kind])]
