"""Fitting the featurizer again before the algorithm is trained: the fit job, and the model that featurizes with it.

Training data goes through the model made here, never through the pipeline's first container, which is the same
artifact in another mode: see :mod:`include.autopilot.requests.leak`.
"""

from __future__ import annotations

import copy

from include.autopilot.base.errors import TemplateError
from include.autopilot.base.names import job_name
from include.autopilot.drops.plan import Plan
from include.autopilot.requests.leak import check_featurizer
from include.autopilot.requests.replay import finished, read_manifest
from include.autopilot.template.projection import Request
from include.autopilot.template.published import Template


def fit_request(template: Template, plan: Plan, manifest: str) -> Request:
    """Return the CreateTrainingJob request that fits the featurizer on the run's training rows.

    The generated code comes from where Autopilot left it. Instance, runtime and spot are the template's: the form's
    are for the algorithm.

    :param manifest: the address of the manifest of the prepared training rows.
    :raises TemplateError: the template does not know how its featurizer was fitted.
    """
    if template.steps.fit is None:
        raise TemplateError(
            f"It is not known which job fitted the featurizer of {template.candidate}, so it cannot be fitted again. "
            "Choose to reuse it (featurizer: reuse), or name the candidate by its Autopilot job."
        )
    request = copy.deepcopy(template.steps.fit)
    read_manifest(request, {"train": manifest}, template)
    request["OutputDataConfig"]["S3OutputPath"] = plan.run_folder.featurizer
    if "CheckpointConfig" in request:
        request["CheckpointConfig"]["S3Uri"] = plan.run_folder.featurizer_checkpoints
    request["TrainingJobName"] = job_name(plan.model, "fit", plan.cutoff, *_identity(template, plan))
    return finished("TrainingJob", request, template, plan.kms_key)


def featurizer_request(template: Template, plan: Plan, artifact: str) -> Request:
    """Return the CreateModel request of the model that featurizes training data.

    :param artifact: the new featurizer's ``model.tar.gz``.
    :raises TemplateError: it would make features of the target.
    """
    check_featurizer(template.steps.featurizer, f"The featurizer model of template {template.digest}")
    request = copy.deepcopy(template.steps.featurizer)
    container = request.get("PrimaryContainer") or request["Containers"][0]
    container["ModelDataUrl"] = artifact
    request["ModelName"] = job_name(plan.model, "featurizer", plan.cutoff, artifact, *_identity(template, plan))
    return finished("Model", request, template, plan.kms_key)


def _identity(template: Template, plan: Plan) -> tuple[str, ...]:
    return (plan.run, template.digest, *plan.learned)
