"""What a survey found, as one plain structure: printed as a tree for people and as JSON for programs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from include.autopilot.base.errors import UnreadableError
from include.autopilot.base.lenient import mapping_at, number_at, text_at
from include.autopilot.base.masking import masked
from include.autopilot.candidate.artifacts import featurizer_container
from include.autopilot.candidate.containers import Container
from include.autopilot.candidate.descriptions import Description
from include.autopilot.candidate.images import FEATURIZER, algorithm_of, repository
from include.autopilot.candidate.survey import Survey
from include.autopilot.template.projection import left_out, project
from include.autopilot.template.published import Template
from include.autopilot.template.validation import problems

Outline = dict[str, Any]

_KINDS = {"fit": "TrainingJob", "featurize": "TransformJob", "train": "TrainingJob", "featurizer": "Model"}
_OF_INTEREST = (
    *("objective", "predictor_type", "problem_type", "num_class", "num_classes", "scale_pos_weight"),
    *("_kfold", "_tuning_objective_metric", "eval_metric", "num_round", "epochs", "num_categorical_features"),
    *("ml_application", "processor_module"),
)
_SETTINGS = {
    "instance_type": ("InstanceType",),
    "instance_count": ("InstanceCount",),
    "volume_gb": ("VolumeSizeInGB",),
}
_PLACES = (("ResourceConfig",), ("TransformResources",), ("ProcessingResources", "ClusterConfig"))


def outline(survey: Survey, template: Template | None = None, no_template: str | None = None) -> Outline:
    """Return what is known of a candidate. Texts that look secret are masked.

    :param template: the template made of it, where that was possible.
    :param no_template: else why not.
    """
    ensemble = survey.is_ensemble
    searchable = survey.refusal is None and _can_be_searched(survey)
    replayable = survey.refusal is None and not ensemble and bool(survey.steps or survey.described)
    schema = survey.schema
    return {
        "automl_job": survey.automl_job,
        "candidate": survey.name,
        "status": _status(survey),
        "mode": _mode(survey),
        "problem_type": survey.problem_type,
        "target": survey.target,
        "objective": _objective(survey),
        "algorithm": _algorithm(survey),
        "steps": [_step(survey, step.role, step.kind, step.name) for step in survey.steps.all]
        if survey.steps
        else [_step(survey, role, kind, None) for role, kind in _KINDS.items() if role in survey.described],
        "containers": [_container(container) for container in survey.containers],
        "columns": list(schema.columns) if schema and not ensemble else [],
        "labels": list(schema.labels) if schema else [],
        "hyperparameters": _hyperparameters(survey.described),
        "carried": {role: masked(project(kind, told)) for role, kind, told in _described(survey)},
        "not_carried": _not_carried(survey),
        "tags": {role: _pairs(tags) for role, tags in survey.tags.carried.items() if tags},
        "missing": list(dict.fromkeys(survey.missing)),
        "warnings": list(dict.fromkeys(survey.warnings)),
        "verdict": _verdict(survey, replayable, searchable, template is not None),
        "replayable": replayable,
        "searchable": searchable,
        "reason": _reason(survey, searchable),
        "template_digest": template.digest if template else None,
        "no_template": no_template,
    }


def _pairs(tags: Iterable[Mapping[str, Any]]) -> Outline:
    return {str(tag["Key"]): masked(tag["Value"], str(tag["Key"])) for tag in tags}


def _described(survey: Survey) -> Iterable[tuple[str, str, Description]]:
    if survey.kind is not None and not survey.refusal:
        yield "search", survey.kind, survey.job
    for role, kind in _KINDS.items():
        if role in survey.described:
            yield role, kind, survey.described[role]


def _can_be_searched(survey: Survey) -> bool:
    return _request_is_known(survey) and (survey.schema is not None or not survey.is_ensemble)


def _request_is_known(survey: Survey) -> bool:
    return survey.kind is not None and not problems(survey.kind, project(survey.kind, survey.job))


def _reason(survey: Survey, searchable: bool) -> str | None:
    if survey.refusal is not None:
        return str(survey.refusal)
    if not survey.is_ensemble:
        return None
    again = "The retrain DAG searches again with the same request instead."
    lacking = "problem type or target" if _request_is_known(survey) else "search request"
    unknown = f"Nor can it be searched again: its {lacking} is not known."
    return (
        f"{survey.label}: jobs of the ENSEMBLING mode leave one AutoGluon model and no steps to replay. "
        f"{again if searchable else unknown}"
    )


def _verdict(survey: Survey, replayable: bool, searchable: bool, whole: bool) -> str:
    if isinstance(survey.refusal, UnreadableError):
        return "it is not known whether it can be replayed"
    answer = "can be replayed" if replayable else "cannot be replayed"
    if searchable and not replayable:
        answer += ", but searched again"
    if whole or not (replayable or searchable):
        return answer
    missing = len(dict.fromkeys(survey.missing))
    unseen = f"{missing} {'part is' if missing == 1 else 'parts are'} missing" if missing else "there is no template"
    return f"{answer} as far as what was seen tells: {unseen}"


def _status(survey: Survey) -> str | None:
    own = (text_at(survey.job, "AutoMLJobStatus"), text_at(survey.job, "AutoMLJobSecondaryStatus"))
    told = dict.fromkeys(status for status in own if status)
    return " / ".join(told) or text_at(survey.candidate, "CandidateStatus")


def _mode(survey: Survey) -> str | None:
    if survey.steps is not None:
        return "ENSEMBLING" if survey.is_ensemble else "HYPERPARAMETER_TUNING"
    stated = text_at(survey.job, "AutoMLProblemTypeConfig", "TabularJobConfig", "Mode")
    known = "HYPERPARAMETER_TUNING" if _is_tuned(survey) else None
    return stated or text_at(survey.job, "AutoMLJobConfig", "Mode") or known


def _is_tuned(survey: Survey) -> bool:
    """Whether the jobs that are described are of the tuning mode: any job may be a transform or a training."""
    image = text_at(featurizer_container(survey.described.get("featurizer")), "Image") or ""
    return "fit" in survey.described or repository(image) == FEATURIZER


def _objective(survey: Survey) -> Outline | None:
    if survey.objective is None:
        return None
    value = number_at(survey.candidate, "FinalAutoMLJobObjectiveMetric", "Value")
    return {"metric": survey.objective.metric, "direction": survey.objective.direction, "value": value}


def _algorithm(survey: Survey) -> str | None:
    trained = text_at(survey.described.get("train"), "AlgorithmSpecification", "TrainingImage")
    images = [trained, *(text_at(container, "Image") for container in survey.containers[1:2])]
    return (
        "autogluon" if survey.is_ensemble else next((found for i in images if i and (found := algorithm_of(i))), None)
    )


def _step(survey: Survey, role: str, kind: str, name: str | None) -> Outline:
    told = survey.described.get(role, {})
    found: Outline = {"role": role, "kind": kind, "name": name or text_at(told, f"{kind}Name")}
    if not told:
        return found
    container = featurizer_container(told)
    images = (("AlgorithmSpecification", "TrainingImage"), ("AppSpecification", "ImageUri"))
    found["status"] = text_at(told, f"{kind}Status")
    found["image"] = next((i for path in images if (i := text_at(told, *path))), text_at(container, "Image"))
    for setting, path in _SETTINGS.items():
        found[setting] = next((value for place in _PLACES if (value := text_at(told, *place, *path))), None)
    environment = mapping_at(told, "Environment") or mapping_at(container, "Environment")
    found["environment"] = masked(environment)
    found["model"] = text_at(told, "ModelName") if kind == "TransformJob" else None
    return {key: value for key, value in found.items() if value is not None}


def _container(container: Container) -> Outline:
    return {
        "image": text_at(container, "Image"),
        "environment": masked(mapping_at(container, "Environment")),
        "artifact": text_at(container, "ModelDataUrl"),
    }


def _hyperparameters(described: Mapping[str, Description]) -> dict[str, str]:
    told = {
        **mapping_at(described.get("fit"), "HyperParameters"),
        **mapping_at(described.get("train"), "HyperParameters"),
    }
    return {name: str(told[name]) for name in _OF_INTEREST if name in told}


def _not_carried(survey: Survey) -> list[Outline]:
    return [
        {"of": role, "path": gone.path, "value": masked(gone.value, gone.path), "reason": gone.reason}
        for role, kind, told in _described(survey)
        for gone in left_out(kind, told)
    ]
