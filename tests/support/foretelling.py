"""The toy's requests before they are sent, along each path; and an account whose quotas are what a test says.

moto does not know Service Quotas, so botocore's own stub answers for it, which checks the shapes.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import boto3
from botocore.stub import Stubber

from include.autopilot.drops.plan import Plan, load_plan
from include.autopilot.requests.dryrun import preflight
from include.autopilot.requests.preflight import Account
from include.autopilot.requests.preview import Foretold, foretell
from include.autopilot.s3.objects import write_json
from include.autopilot.settings.config import PriceTable
from include.autopilot.settings.search import AutopilotConfig
from include.autopilot.template.published import Template, load_template
from tests.support.toy import AUTOML_JOB, SEARCHED, Toy, csv_bytes, rows
from tests.support.toyruns import KEY, prepare

QUOTAS = {
    "ml.m5.12xlarge for training job usage": 4.0,
    "ml.m5.2xlarge for training job usage": 1.0,
    "ml.m5.4xlarge for transform job usage": 2.0,
}
_KEYS = {"region_name": "us-east-1", "aws_access_key_id": "testing", "aws_secret_access_key": "testing"}


def planned(toy: Toy, **options: Any) -> tuple[Template, Plan]:
    plan = load_plan(toy.s3, prepare(toy, **options)["plan"])
    return load_template(toy.s3, plan.locations, plan.template), plan


def foretold(toy: Toy, **options: Any) -> list[Foretold]:
    return foretell(toy.s3, *planned(toy, **options))


def foretold_wide(toy: Toy, count: int, **options: Any) -> list[Foretold]:
    """Foretold where Autopilot's transform had so many instances."""
    template, plan = planned(toy, **options)
    featurize = {**template.steps.featurize}
    featurize["TransformResources"] = {**featurize["TransformResources"], "InstanceCount": count}
    wide = replace(template, replay=replace(template.steps, featurize=featurize))
    return foretell(toy.s3, wide, with_template(toy, plan, wide))


def as_ensemble(toy: Toy) -> Toy:
    """The toy's job as one of the ENSEMBLING mode, named in the YAML, and the rows that a search needs."""
    toy.put("drops/2024-01-01/more.csv", csv_bytes(rows(3000, 500)))
    job = toy.sagemaker.only("DescribeAutoMLJobV2")
    job["AutoMLProblemTypeConfig"]["TabularJobConfig"]["Mode"] = "ENSEMBLING"
    job["SecurityConfig"] = {
        "VolumeKmsKeyId": "alias/volume",
        "VpcConfig": {"SecurityGroupIds": ["sg-1"], "Subnets": ["subnet-1"]},
    }
    best = job["BestCandidate"]
    best["CandidateSteps"] = best["CandidateSteps"][3:]
    best["InferenceContainers"] = [
        {
            "Image": "763104351884.dkr.ecr.us-east-1.amazonaws.com/autogluon-inference:0.4.3-cpu-py38-ubuntu20.04",
            "ModelDataUrl": "s3://toy-models/toy/search/output/model.tar.gz",
            "Environment": {"SAGEMAKER_PROGRAM": "tabular_serve.py", "EMPTY": ""},
        }
    ]
    named = AutopilotConfig(job=AUTOML_JOB, searched_until=SEARCHED)
    toy.config = replace(toy.config, search=None, autopilot=named)
    return toy


def account(
    quotas: Mapping[str, float] | None = QUOTAS,
    region: str = "us-east-1",
    role: bool = True,
    service: str = "sagemaker.amazonaws.com",
    defaults: Mapping[str, float] | None = None,
) -> Account:
    """An account with one role, or none; without quotas it may not read them, without defaults not AWS's.

    :param service: what the role lets assume it.
    """
    iam = boto3.client("iam", **_KEYS)  # type: ignore[call-overload]
    if role and not iam.list_roles()["Roles"]:
        trust = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
        policy = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
        iam.create_role(RoleName="AutopilotRetrain", AssumeRolePolicyDocument=policy, Path="/")
    client = boto3.client("service-quotas", **_KEYS)  # type: ignore[call-overload]
    stub = Stubber(client)
    if quotas is None:
        stub.add_client_error("list_service_quotas", "AccessDeniedException", "not authorized")
    else:
        listed = [{"QuotaName": name, "Value": value} for name, value in quotas.items()]
        first, second = listed[:1], listed[1:]
        asked: dict[str, object] = {"ServiceCode": "sagemaker", "MaxResults": 100}
        stub.add_response("list_service_quotas", {"Quotas": first, "NextToken": "2"}, asked)
        stub.add_response("list_service_quotas", {"Quotas": second}, {**asked, "NextToken": "2"})
        if defaults is None:
            stub.add_client_error("list_aws_default_service_quotas", "AccessDeniedException", "not authorized")
        else:
            usual = [{"QuotaName": name, "Value": value} for name, value in defaults.items()]
            stub.add_response("list_aws_default_service_quotas", {"Quotas": usual}, asked)
    stub.activate()
    return Account(region, iam, boto3.client("sts", **_KEYS), client)  # type: ignore[call-overload]


def with_template(toy: Toy, plan: Plan, template: Template) -> Plan:
    """The plan with a template that was changed, saved under its own digest."""
    from include.autopilot.drops.plan import save_plan
    from include.autopilot.template.published import saved_form

    write_json(toy.s3, plan.locations.template(template.digest), saved_form(template))
    changed = replace(plan, template=template.digest)
    save_plan(toy.s3, changed)
    return changed


def look(toy: Toy, plan: Any, seconds: float | None = None, prices: PriceTable | None = None) -> dict[str, Any]:
    return asked_with(toy, plan, account(), lambda _kind, _name: seconds, prices)


def asked_with(toy: Toy, plan: Any, account: Any, expected: Any, prices: PriceTable | None = None) -> dict[str, Any]:
    template = load_template(toy.s3, plan.locations, plan.template)
    return preflight(toy.s3, toy.sagemaker, account, template, plan, expected, prices)  # type: ignore[arg-type]


def written(toy: Toy) -> Any:
    return json.loads(toy.get(f"{toy.config.root}/runs/{KEY}/preflight.json"))
