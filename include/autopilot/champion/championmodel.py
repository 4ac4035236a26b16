"""The champion as a SageMaker model again, and its predictions of the run's judging holdout."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from include.autopilot.champion.version import Version
from include.autopilot.contract import Contract
from include.autopilot.data.csvlines import encode_file
from include.autopilot.data.table import read_table
from include.autopilot.digest import of_bytes
from include.autopilot.errors import GateError, MissingObjectError, RegistryError
from include.autopilot.gate.answers import Answers
from include.autopilot.objects import read, read_json, write
from include.autopilot.plan import Plan, PlannedHoldout, load_plan
from include.autopilot.report.predictions import read_predictions
from include.autopilot.requests.names import job_name
from include.autopilot.requests.projection import Request, project
from include.autopilot.requests.requests import prediction_request
from include.autopilot.requests.validation import check
from include.autopilot.template import Template

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


def champion_model_request(s3: S3Client, plan: Plan, version: Version, package: Mapping[str, Any]) -> Request:
    """Return the CreateModel request of a registered version: the same name in every run, since it is the same model.

    Containers and environments are the package's. Role, network and tags, which a package does not have, are those of
    the request that once made the model, kept beside its run.

    :param package: what DescribeModelPackage says.
    :raises RegistryError: that request is not there any more.
    """
    uri = f"{plan.locations.records(version.run)}/{version.model}.request.json"
    try:
        sent: Request = read_json(s3, uri)
    except MissingObjectError as error:
        raise RegistryError(
            f"{uri} is gone; it tells under which role and in which network {version.label} of {plan.model} runs. "
            "Restore it, or roll back to another version."
        ) from error
    kept = {name: value for name, value in sent.items() if name not in ("PrimaryContainer", "Containers")}
    # A projection, as of a model's own description: what the service only adds when it describes is left out.
    containers = project("Model", {"Containers": package["InferenceSpecification"]["Containers"]})["Containers"]
    name = job_name(plan.model, "champion", version.moment, version.arn)
    return check("Model", {**kept, "ModelName": name, "Containers": containers})


def write_champion_holdout(s3: S3Client, plan: Plan, asked: Plan, template: Template) -> str:
    """Write the judging holdout in the column order that a version was trained on, and return its address.

    :param asked: the plan of the version's run.
    :param template: the template of that run.
    :raises ContractError: the holdout lacks a column, or has a class, that the version needs or does not know.
    :raises GateError: the holdout is not the one that the present run was planned with.
    """
    judge, target = plan.holdouts[0], asked.problem.target
    # A candidate without steps says nothing of its columns.
    numeric = template.schema.numeric if template.replay else (target,) * asked.problem.is_regression
    contract = Contract(asked.columns, target, numeric, asked.problem.labels, asked.key)
    select = (asked.key, target, *contract.features)
    table = read_table(judge.uri, sealed_bytes(s3, plan), contract, (), select)
    return write(s3, _holdout(plan), encode_file(line for _, line in table.lines), "text/csv", plan.source)


def champion_prediction_request(template: Template, plan: Plan, asked: Plan, model_name: str) -> Request:
    """Return the CreateTransformJob request with which a version predicts the judging holdout.

    :param template: the version's: instances and keys are those of its own runs.
    :param asked: the plan of the version's run: what it answers with.
    :param model_name: the version's SageMaker model.
    """
    request = prediction_request(template, replace(plan, problem=asked.problem), model_name)
    request["TransformInput"]["DataSource"]["S3DataSource"]["S3Uri"] = f"{_folder(plan)}/holdout"
    request["TransformOutput"]["S3OutputPath"] = f"{_folder(plan)}/predictions/{model_name}"
    request["TransformJobName"] = job_name(plan.model, "predict-champion", plan.cutoff, plan.run, model_name)
    return check("TransformJob", request)


def champion_answers(s3: S3Client, plan: Plan, asked: Plan, model: str, output_uri: str) -> Answers:
    """Return what a version answered in this run.

    :param asked: the plan of the version's run.
    :param model: the name that the version was registered with.
    :raises EvaluationError: the answers do not belong to the holdout line for line, or are no numbers.
    """
    judge = plan.holdouts[0]
    holdout = PlannedHoldout(judge.name, judge.uri, judge.digest, judge.rows, _holdout(plan))
    (found,) = read_predictions(s3, replace(plan, problem=asked.problem, holdouts=(holdout,)), output_uri)
    return Answers(model, judge.digest, found.keys, found.outcome)


def version_plan(s3: S3Client, plan: Plan, version: Version) -> Plan:
    """Return the plan of the run that made a version."""
    return load_plan(s3, f"{plan.locations.run(version.run)}/plan.json")


def sealed_bytes(s3: S3Client, plan: Plan) -> bytes:
    """Return the judging holdout's file as S3 has it now.

    :raises GateError: it has changed since the run was planned.
    """
    judge = plan.holdouts[0]
    body = read(s3, judge.uri).body
    found = of_bytes(body)
    if found != judge.digest:
        raise GateError(
            f"{judge.uri} has the digest {found}, but this run was planned with {judge.digest}: the holdout was "
            "changed while the run was under way. Nothing is compared and nothing promoted. Start a new run."
        )
    return body


def _folder(plan: Plan) -> str:
    return f"{plan.folder}/champion"


def _holdout(plan: Plan) -> str:
    return f"{_folder(plan)}/holdout/{plan.holdouts[0].name}.csv"
