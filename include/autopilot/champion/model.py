"""The champion as a SageMaker model again, and its predictions of the run's holdouts that judge."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from include.autopilot.base.errors import EvaluationError, GateError, MissingObjectError, RegistryError
from include.autopilot.base.masking import MASK
from include.autopilot.base.names import job_name
from include.autopilot.candidate.contract import Contract
from include.autopilot.champion.version import Version
from include.autopilot.drops.holdouts import copy_rows
from include.autopilot.drops.plan import Plan, PlannedHoldout, load_plan
from include.autopilot.evaluation.predictions import read_predictions
from include.autopilot.gate.stored import Answers
from include.autopilot.requests.replay import measured_request
from include.autopilot.rows.scan import Scan
from include.autopilot.s3.objects import read_json
from include.autopilot.s3.reader import HashedObject, digest_of
from include.autopilot.template.projection import Request, project
from include.autopilot.template.published import Template, load_template
from include.autopilot.template.validation import check

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


def champion_model_request(s3: S3Client, plan: Plan, version: Version, package: Mapping[str, Any]) -> Request:
    """Return the CreateModel request of a registered version: the same name in every run, since it is the same model.

    Containers and environments are the package's. Role, network and tags, which a package does not have, are those of
    the request that once made the model, kept beside its run.

    :param package: what DescribeModelPackage says.
    :raises RegistryError: that request is not there any more.
    """
    uri = version_plan(s3, plan, version).main_folder.request(version.model)
    try:
        sent: Request = read_json(s3, uri)
    except MissingObjectError as error:
        raise RegistryError(
            f"{uri} is gone; it tells under which role and in which network {version.label} of {plan.model} runs. "
            "Restore it, or roll back to another version."
        ) from error
    kept = {name: value for name, value in sent.items() if name not in ("PrimaryContainer", "Containers")}
    kept = _with_true_tags(s3, plan, version, kept)
    # A projection, as of a model's own description: what the service only adds when it describes is left out.
    containers = project("Model", {"Containers": package["InferenceSpecification"]["Containers"]})["Containers"]
    name = champion_name(plan.model, version)
    return check("Model", {**kept, "ModelName": name, "Containers": containers})


def champion_name(model: str, version: Version) -> str:
    """Return what the SageMaker model is called that a registered version is made to again, by whoever asks it.

    :param model: the name of the model that it is a version of.
    """
    return job_name(model, "champion", version.moment, version.arn)


def _with_true_tags(s3: S3Client, plan: Plan, version: Version, kept: Request) -> Request:
    """Give back what the record does not show of tags that look secret: the version's template has them."""
    tags = kept.get("Tags", [])
    if not any(MASK in tag["Value"] for tag in tags):
        return kept
    template = load_template(s3, plan.locations, version.template)
    asked = template.replay.model if template.replay else template.repeatable.request
    true = {tag["Key"]: tag for tag in asked.get("Tags", [])}
    return {**kept, "Tags": [true.get(tag["Key"], tag) for tag in tags]}


def write_champion_holdout(s3: S3Client, plan: Plan, judge: PlannedHoldout, asked: Plan, template: Template) -> str:
    """Write a holdout that judges in the column order that a version was trained on, and return its address.

    :param asked: the plan of the version's run.
    :param template: the template of that run.
    :raises ContractError: the holdout lacks a column, or has a class, that the version needs or does not know.
    :raises GateError: the holdout is not the one that the present run was planned with.
    """
    target = asked.problem.target
    # A candidate without steps says nothing of its columns.
    numeric = template.schema.numeric if template.replay else (target,) * asked.problem.is_regression
    contract = Contract(asked.columns, target, numeric, asked.problem.labels, asked.key)
    select = (asked.key, target, *contract.features)
    check_sealed(s3, judge)

    def scanned(uri: str, file: HashedObject) -> Scan:
        return Scan(uri, file, contract, (), select)

    return copy_rows(s3, judge.uri, judge.digest, scanned, _place(plan, judge), plan.source)


def champion_prediction_request(template: Template, plan: Plan, asked: Plan, model_name: str) -> Request:
    """Return the CreateTransformJob request with which a version predicts the holdouts that judge.

    :param template: the version's: instances and keys are those of its own runs.
    :param asked: the plan of the version's run: what it answers with.
    :param model_name: the version's SageMaker model.
    """
    folder, recent = plan.run_folder, [judge.digest for judge in plan.judges if not judge.sealed]
    name = job_name(plan.model, "predict-champion", plan.cutoff, plan.run, model_name, *recent)
    places = folder.champion_holdouts, folder.champion_predictions(model_name)
    return measured_request(template, name, model_name, *places, asked.problem.columns, plan.kms_key)


def champion_answers(
    s3: S3Client, plan: Plan, judge: PlannedHoldout, asked: Plan, model: str, output_uri: str
) -> Answers:
    """Return what a version answered for one holdout in this run.

    :param asked: the plan of the version's run.
    :param model: the name that the version was registered with.
    :raises EvaluationError: the answers do not belong to the holdout line for line, or a row has none: what a champion
        is worth that does not answer every row, nobody can say.
    """
    holdout = replace(judge, input=_place(plan, judge))
    (found,) = read_predictions(s3, asked.problem, (holdout,), output_uri)
    if found.unanswered is not None:
        raise EvaluationError(found.unanswered.of(len(found.keys)))
    return Answers(model, judge.digest, found.keys, found.outcome)


def version_plan(s3: S3Client, plan: Plan, version: Version) -> Plan:
    """Return the plan of the run that made a version."""
    return load_plan(s3, plan.locations.run(version.run).plan)


def check_sealed(s3: S3Client, judge: PlannedHoldout) -> None:
    """Make sure that the file of a holdout that judges is, as S3 has it now, the one that the run was planned with.

    :raises GateError: it has changed.
    """
    found = digest_of(s3, judge.uri)
    if found != judge.digest:
        raise GateError(
            f"{judge.uri} has the digest {found}, but this run was planned with {judge.digest}: the holdout was "
            "changed while the run was under way. Nothing is compared and nothing promoted. Start a new run."
        )


def _place(plan: Plan, judge: PlannedHoldout) -> str:
    return plan.run_folder.champion_holdout(judge.name)
