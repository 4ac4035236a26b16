"""Writes deploy/iam/*.json: what the roles may do, made from deploy/iam/calls.txt, the calls that were seen.

    python -m scripts.iam                                                     rewrite them, and the template's roles
    python -m scripts.iam bace --account 111122223333 --region eu-west-1      print the environment's policy for a model

Of several models it prints one policy, for whatever is named and lies as theirs all begin. SageMaker's role is not
printed. What a person needs besides who removes what is not needed any more is a file of its own.
In the files ``${...}`` stands for what differs between accounts and models, in CloudFormation's words; printed for a
model they are filled in, and statements for what its YAML does not use are left out. What AWS asks for besides the
calls is :data:`DEPENDENT`; what SageMaker's role may do is :data:`JOBS`, which is Amazon's page "How to use SageMaker
AI execution roles", narrowed.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from os.path import commonprefix
from pathlib import Path
from typing import Any

from include.autopilot.base.locations import parse_uri
from include.autopilot.base.names import automl_name
from include.autopilot.champion.registry import group_name
from include.autopilot.settings.config import ModelConfig, find_model

FOLDER = Path(__file__).resolve().parent.parent / "deploy" / "iam"
CALLS = FOLDER / "calls.txt"
TEMPLATE = FOLDER.parent / "cloudformation.yaml"
# What the template has of its own in place of a parameter, and the features that it always has.
_THERE = {
    "Root": "${Bucket}/${Folder}",
    "SageMakerRoleArn": "${SageMakerRole.Arn}",
    "DropsQueueArn": "${DropsQueue.Arn}",
    "TopicArn": "${Topic}",
}
_ALWAYS_THERE = ("", "DropsQueue", "Notify", "Preflight", "Search")
# Where the name of an action is not that of the operation. HeadObject of an object that is not there is a 404 for those
# only who may list the whole bucket; all others are told 403. So listing is not narrowed to a prefix.
ACTIONS = {
    "s3.ListObjectsV2": "s3:ListBucket",
    "s3.HeadObject": "s3:GetObject",
    "s3.CreateMultipartUpload": "s3:PutObject",
    "s3.UploadPart": "s3:PutObject",
    "s3.DeleteObjects": "s3:DeleteObject",
    "s3.CompleteMultipartUpload": "s3:PutObject",
}
_PREFIXES = {"service-quotas": "servicequotas"}
# AWS asks for no permission.
FREE = frozenset({"sts.GetCallerIdentity"})
_ANY = "*"
# In what models may differ that share a policy: it is for what begins as all of theirs do.
_BEGINNINGS = ("AutopilotJob", "DropsQueueArn", "JobPrefix", "Model", "Root")
_HINTS = {
    "${AutopilotRoleArn}": "the role of the job that autopilot names; replays keep it, "
    "so give it the rights of deploy/iam/sagemaker-role.json",
}
# Not for the tasks: what a person may do besides, who runs the command that removes.
RETENTION = "Retention"
_SERVICE = {"StringEquals": {"iam:PassedToService": "sagemaker.amazonaws.com"}}


@dataclass(frozen=True)
class Grant:
    """Actions that are allowed on a resource.

    :param feature: what of the package needs them; empty: every model.
    :param resource: as in :data:`CALLS`, or a whole ARN.
    :param why: of an action that no call of ours is named like.
    """

    feature: str
    actions: tuple[str, ...]
    resource: str
    condition: Mapping[str, Any] | None = None
    why: str = ""

    @property
    def key(self) -> tuple[str, str, str]:
        """What has one statement."""
        return self.feature, _place(self.resource), json.dumps(self.condition)


DEPENDENT = (
    Grant("Search", ("iam:PassRole",), "${SageMakerRoleArn}", _SERVICE, "requests name the role of the jobs"),
    Grant("AutopilotJob", ("iam:PassRole",), "${AutopilotRoleArn}", _SERVICE, "replays keep the role of such a job"),
    Grant(
        "Encryption",
        ("kms:Decrypt", "kms:GenerateDataKey"),
        "${KmsKeyArn}",
        why="S3 asks for them on behalf of whoever reads and writes, and reads the parts of an upload, too",
    ),
    Grant(
        "EncryptedEndpoint",
        ("kms:CreateGrant",),
        "${KmsKeyArn}",
        {"Bool": {"kms:GrantIsForAWSResource": "true"}},
        "the key of an endpoint's volumes is used on behalf of whoever makes its configuration",
    ),
    Grant("EncryptedEndpoint", ("kms:DescribeKey",), "${KmsKeyArn}", why="as above; it knows no such condition"),
)
JOBS = (
    Grant("", ("s3:GetObject", "s3:PutObject", "s3:AbortMultipartUpload"), "${Root}/*", why="inputs and outputs"),
    Grant("", ("s3:ListBucket",), "${Bucket}", why="inputs are prefixes"),
    Grant(
        "",
        ("logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents", "logs:DescribeLogStreams"),
        "logs log-group:/aws/sagemaker/*",
        why="the log of every container",
    ),
    Grant("", ("cloudwatch:PutMetricData", "ecr:GetAuthorizationToken"), _ANY, why="metrics, and the images' registry"),
    Grant(
        "",
        ("ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"),
        "arn:${AWS::Partition}:ecr:*:*:repository/*",
        why="AWS's images are in accounts of AWS, others in every region",
    ),
    Grant("Search", ("iam:PassRole",), "${SageMakerRoleArn}", _SERVICE, "Autopilot gives its role to its jobs"),
    Grant(
        "Search",
        (
            *("sagemaker:CreateEndpoint", "sagemaker:CreateEndpointConfig", "sagemaker:CreateModel"),
            *("sagemaker:DeleteEndpoint", "sagemaker:DeleteEndpointConfig", "sagemaker:DeleteModel"),
            *("sagemaker:DescribeEndpoint", "sagemaker:DescribeEndpointConfig", "sagemaker:DescribeModel"),
            *("sagemaker:InvokeEndpoint", "sagemaker:ListTags"),
        ),
        "sagemaker */${JobPrefix}*",
        why="Autopilot makes models of its candidates and may serve them meanwhile",
    ),
    Grant("AutopilotJob", ("s3:GetObject",), "${AutopilotOutput}/*", why="what such a job left elsewhere"),
    Grant("AutopilotJob", ("s3:ListBucket",), "${AutopilotBucket}", why="as above"),
    Grant(
        "Encryption",
        ("kms:CreateGrant", "kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey"),
        "${KmsKeyArn}",
        why="encrypted inputs, outputs and volumes",
    ),
    Grant(
        "Vpc",
        (
            *("ec2:CreateNetworkInterface", "ec2:CreateNetworkInterfacePermission", "ec2:DeleteNetworkInterface"),
            *("ec2:DeleteNetworkInterfacePermission", "ec2:DescribeDhcpOptions", "ec2:DescribeNetworkInterfaces"),
            *("ec2:DescribeSecurityGroups", "ec2:DescribeSubnets", "ec2:DescribeVpcs"),
        ),
        _ANY,
        why="jobs whose template names a VpcConfig",
    ),
)
# Which calls only an optional part of the package makes.
_FEATURES = (
    (re.compile(r".*\$\{Autopilot"), "AutopilotJob"),
    (re.compile(r".*\$\{SageMakerRole"), "Search"),
    (re.compile(r"s3\.DeleteObjects|sagemaker\.(DeleteModel|ListModels)"), RETENTION),
    (re.compile(r"sqs\."), "DropsQueue"),
    (re.compile(r"sns\."), "Notify"),
    (re.compile(r"(iam|service-quotas)\."), "Preflight"),
    (re.compile(r"sagemaker\.\w+(Endpoint| endpoint)"), "Endpoint"),
    (re.compile(r".*(HyperParameterTuningJob| hyper-parameter-tuning-job)"), "Retune"),
)


def calls() -> list[str]:
    """Return the calls that were seen: ``service.Operation resource``, one a line."""
    lines = CALLS.read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def grants(seen: Iterable[str]) -> list[Grant]:
    """Return what the environment's role needs for the calls, and :data:`DEPENDENT`."""
    found = []
    for line in seen:
        call, resource = line.split(" ", 1)
        service, operation = call.split(".")
        if call in FREE:
            continue
        feature = next((name for pattern, name in _FEATURES if pattern.match(line)), "")
        prefix = _PREFIXES.get(service, service)
        place = resource if resource == _ANY or service == "s3" or resource.endswith("Arn}") else f"{prefix} {resource}"
        found.append(Grant(feature, (action_of(call),), place))
        # A Create request carries tags; versions in a group take none.
        if service == "sagemaker" and operation.startswith("Create") and operation != "CreateModelPackage":
            found.append(Grant(feature, ("sagemaker:AddTags",), place, why="Create requests carry tags"))
    return [*found, *DEPENDENT]


def action_of(call: str) -> str:
    """Return the IAM action of a call ``service.Operation``."""
    service, operation = call.split(".")
    return ACTIONS.get(call, f"{_PREFIXES.get(service, service)}:{operation}")


def document(granted: Iterable[Grant]) -> dict[str, Any]:
    """Return an IAM policy: one statement for each feature, resource and condition."""
    return {"Version": "2012-10-17", "Statement": [statement for _, statement in _statements(granted)]}


def template() -> str:
    """Return deploy/cloudformation.yaml with the statements of the roles as they are now."""
    text = TEMPLATE.read_text(encoding="utf-8")
    execution = _granted()["execution-role.json"]
    sections = {
        "execution-role.json, every model": [one for one in execution if not one.feature],
        "execution-role.json, options": [one for one in execution if one.feature],
        "sagemaker-role.json": JOBS,
    }
    for name, granted in sections.items():
        section = "".join(_in_template(*one) for one in _statements(granted))
        begin, end = f"          # begin {name}\n", f"          # end {name}\n"
        text = text[: text.index(begin)] + begin + section + text[text.index(end) :]
    return text


def filled(policy: Mapping[str, Any], known: Mapping[str, str]) -> dict[str, Any]:
    """Fill the parameters in, and leave those that are not known."""
    said = re.compile(r"\$\{([\w:]+)\}")
    text = said.sub(lambda match: json.dumps(known.get(match[1], match[0]))[1:-1], json.dumps(policy))
    found: dict[str, Any] = json.loads(text)
    return found


def values(model: ModelConfig, account: str, region: str) -> dict[str, str]:
    """Return what the parameters are for a model, as far as its YAML tells."""
    partition = {"cn": "aws-cn", "us-gov": "aws-us-gov"}.get(region.rsplit("-", 2)[0], "aws")
    bucket, folder = parse_uri(model.root)
    queue = re.fullmatch(r"https://sqs\.([a-z0-9-]+)\.[^/]+/(\d+)/(.+)", model.drops_queue_url or "")
    known = {
        "AWS::Partition": partition,
        "AWS::Region": region,
        "AWS::AccountId": account,
        "Bucket": bucket,
        "Root": f"{bucket}/{folder}".rstrip("/"),
        "Model": group_name(model.name),
        "JobPrefix": automl_name(model.name, date(2000, 1, 1)).rsplit("-", 2)[0],
        "SageMakerRoleArn": model.search.role_arn if model.search else None,
        "DropsQueueArn": f"arn:{partition}:sqs:{':'.join(queue.groups())}" if queue else None,
        "TopicArn": model.notify.sns_topic_arn if model.notify else None,
        "KmsKeyArn": model.kms_key and (model.kms_key if model.kms_key.startswith("arn:") else "${KmsKeyArn}"),
        # Autopilot began the names of a job's jobs with ten characters of its own name, and later with all of it.
        "AutopilotJob": (model.autopilot.job or model.autopilot.training_job or "")[:10] if model.autopilot else None,
    }
    return {name: value for name, value in known.items() if value}


def common(many: Sequence[Mapping[str, str]]) -> dict[str, str]:
    """Return what the parameters are for several models: what is the same for all, or how all begin, with an asterisk.

    :raises ValueError: they differ in what does not begin alike.
    """
    found = {}
    for name in sorted(set().union(*many)):
        told = sorted({one[name] for one in many if name in one})
        begin = commonprefix(told)
        # Of an address not only the bucket, of an ARN not only the account.
        if len(told) > 1 and (name not in _BEGINNINGS or not re.sub(r"^(.*:|[^/]*/)", "", begin)):
            raise ValueError(f"{name} is {told[0]} and {told[-1]}: print a policy for each, or let them begin alike")
        found[name] = begin if len(told) == 1 else f"{begin}*"
    return found


def features(model: ModelConfig) -> set[str]:
    """Return the optional parts of the package that a model's YAML uses."""
    uses = {
        "": True,
        "Preflight": True,
        "Search": model.search is not None,
        "AutopilotJob": model.autopilot is not None,
        "Retune": model.retunes is not None,
        "DropsQueue": model.drops_queue_url is not None,
        "Notify": model.notify is not None and model.notify.sns_topic_arn is not None,
        "Endpoint": model.deploy == "endpoint",
        "Encryption": model.kms_key is not None,
        "EncryptedEndpoint": model.kms_key is not None and model.deploy == "endpoint",
    }
    return {name for name, used in uses.items() if used}


def main(arguments: list[str] | None = None) -> int:
    """Write the files, or print the policy for the models that are named; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", nargs="*", help="a model of include/models/ or dags/models/, or several")
    parser.add_argument("--account", metavar="ID", help="the account's twelve digits")
    parser.add_argument("--region", help="where the environment and the jobs are")
    asked = parser.parse_args(arguments)
    if asked.model and not (asked.account and asked.region):
        parser.error("with a model, say --account and --region")
    if asked.model:
        models = [find_model(name) for name in asked.model]
        used = set().union(*map(features, models))
        try:
            known = common([values(model, asked.account, asked.region) for model in models])
        except ValueError as error:
            parser.error(str(error))
        text = json.dumps(filled(document(one for one in grants(calls()) if one.feature in used), known), indent=2)
        print(text.replace("**", "*"))
        for name in sorted(name for name in known if known[name].endswith("*")):
            print(f"for every model whose {name} is {known[name]}", file=sys.stderr)
        for name in sorted(set(re.findall(r"\$\{\w+\}", text))):
            why = _HINTS.get(name, f"{', '.join(asked.model)}.yaml does not say it, or not as an ARN")
            print(f"fill in {name}: {why}", file=sys.stderr)
        return 0
    TEMPLATE.write_text(template(), encoding="utf-8")
    print("deploy/cloudformation.yaml written")
    for name, made in policies().items():
        (FOLDER / name).write_text(json.dumps(made, indent=2) + "\n", encoding="utf-8")
        print(f"deploy/iam/{name} written")
    return 0


def policies() -> dict[str, dict[str, Any]]:
    """Return what the files hold, by their names."""
    return {name: document(granted) for name, granted in _granted().items()}


def _granted() -> dict[str, Sequence[Grant]]:
    seen = grants(calls())
    return {
        "execution-role.json": [one for one in seen if one.feature != RETENTION],
        "retention.json": [one for one in seen if one.feature == RETENTION],
        "sagemaker-role.json": JOBS,
    }


def _statements(granted: Iterable[Grant]) -> list[tuple[str, dict[str, Any]]]:
    """Return the statements, each with its feature."""
    joined: dict[tuple[str, str, str], set[str]] = {}
    for one in granted:
        joined.setdefault(one.key, set()).update(one.actions)
    return [(key[0], _statement(*key, sorted(actions))) for key, actions in sorted(joined.items())]


def _in_template(feature: str, statement: Mapping[str, Any]) -> str:
    """Return a statement as an entry of a list in the template, under the condition of its feature."""
    resource = statement["Resource"]
    for parameter, there in _THERE.items():
        resource = resource.replace(f"${{{parameter}}}", there)
    said = f"Sid: {statement['Sid']}, Effect: Allow, Action: [{', '.join(statement['Action'])}], "
    said += f'Resource: {"!Sub " if "${" in resource else ""}"{resource}"'
    if "Condition" in statement:
        said += f", Condition: {json.dumps(statement['Condition'])}"
    entry = f"{{{said}}}" if feature in _ALWAYS_THERE else f'!If [Uses{feature}, {{{said}}}, !Ref "AWS::NoValue"]'
    return f"          - {entry}\n"


def _statement(feature: str, resource: str, condition: str, actions: list[str]) -> dict[str, Any]:
    services = sorted({action.partition(":")[0] for action in actions})
    words = re.findall(r"[A-Za-z0-9]+", resource.rpartition(":")[2] if resource.startswith("arn:") else resource)
    keys = [key.partition(":")[2] for test in (json.loads(condition) or {}).values() for key in test]
    said: dict[str, Any] = {
        # A managed policy is not let be long: the resource says which service it is.
        "Sid": "".join(word[0].upper() + word[1:] for word in (feature, *(words or services), *keys) if word),
        "Effect": "Allow",
        "Action": actions,
        "Resource": resource,
    }
    return {**said, "Condition": json.loads(condition)} if condition != "null" else said


def _place(resource: str) -> str:
    """Return the ARN of a resource of :data:`CALLS`."""
    if resource == _ANY or resource.startswith("arn:") or resource.endswith("Arn}"):
        return resource
    if " " not in resource:
        return f"arn:${{AWS::Partition}}:s3:::{resource}"
    service, place = resource.split(" ")
    region = "" if service == "iam" else "${AWS::Region}"
    return f"arn:${{AWS::Partition}}:{service}:{region}:${{AWS::AccountId}}:{place}"


if __name__ == "__main__":
    sys.exit(main())
