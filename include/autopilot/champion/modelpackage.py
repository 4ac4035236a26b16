"""The CreateModelPackage request of a run's model: every container with its environment, and where it comes from."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from botocore.model import StructureShape

from include.autopilot.base.digest import of_json
from include.autopilot.base.source import marked
from include.autopilot.champion.registry import group_name
from include.autopilot.champion.version import metadata_of
from include.autopilot.drift.baseline import BaselineFiles
from include.autopilot.drops.plan import Plan
from include.autopilot.template.projection import Request, project, service_model
from include.autopilot.template.validation import check

# Any fixed one: the token is a name-based UUID, so it is 36 characters and the same for the same run and model.
_NAMESPACE = uuid.UUID("7c9e4a3f-3f0d-5d0e-9d4a-8f7b8f1c2a61")
_CSV = ["text/csv"]


def package_request(
    plan: Plan,
    model: Mapping[str, Any],
    evaluation: Mapping[str, Any],
    quality: Mapping[str, str],
    baseline: BaselineFiles | None,
    revision: str,
) -> Request:
    """Return the request.

    :param model: what DescribeModel says of the run's model.
    :param evaluation: the run's evaluation.
    :param quality: the MetricsSource of its model quality.
    :param baseline: that of the run's template; None if there is none.
    :param revision: of the code.
    :raises RequestError: SageMaker would refuse it.
    """
    containers = project("Model", {"Containers": model.get("Containers") or [model["PrimaryContainer"]]})["Containers"]
    data_quality = {} if baseline is None else {"ModelDataQuality": baseline.data_quality}
    request: Request = {
        "ModelPackageGroupName": group_name(plan.model),
        "ModelPackageDescription": marked(
            f"{plan.title}, data up to {plan.cutoff.isoformat()}, run {plan.run}, model {model['ModelName']}",
            plan.source,
        ),
        "InferenceSpecification": {
            "Containers": [_container(container) for container in containers],
            "SupportedContentTypes": _CSV,
            "SupportedResponseMIMETypes": _CSV,
        },
        "ModelApprovalStatus": "PendingManualApproval",
        "ModelMetrics": {"ModelQuality": {"Statistics": dict(quality)}, **data_quality},
        "CustomerMetadataProperties": metadata_of(_metadata(plan, model["ModelName"], evaluation, revision)),
        "ClientToken": str(uuid.uuid5(_NAMESPACE, f"{plan.run} {model['ModelName']}")),
    }
    if data_quality:
        request["DriftCheckBaselines"] = data_quality
    return check("ModelPackage", request)


def _metadata(plan: Plan, model: str, evaluation: Mapping[str, Any], revision: str) -> dict[str, Any]:
    objective = evaluation["objective"]
    return {
        "cutoff": plan.cutoff.isoformat(),
        "run": plan.run,
        "model": model,
        "template": plan.template,
        "drops": of_json([drop.prepared.digest for drop in plan.drops]),
        "holdout": plan.holdouts[0].digest,
        "metric": objective["metric"],
        "direction": objective["direction"],
        "value": objective["value"],
        "revision": revision,
        "synthetic": plan.synthetic,
    }


def _container(container: Mapping[str, Any]) -> dict[str, Any]:
    """Return a package's container: what both it and a model's know. One that serves one model says so by default."""
    shape = service_model().shape_for("ModelPackageContainerDefinition")
    if not isinstance(shape, StructureShape):
        raise TypeError("ModelPackageContainerDefinition is a structure")
    return {name: value for name, value in container.items() if name in shape.members}
