"""deploy/iam: the policies allow every call of the list and nothing else, and the list is what the code calls."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Any

import boto3
import pytest

from airflow_sagemaker_once.kinds import (
    AUTOML,
    BY_MEMBER,
    ENDPOINT,
    ENDPOINT_CONFIG,
    MODEL,
    TRAINING,
    TRANSFORM,
    TUNING,
)
from include.autopilot.settings.config import parse_model
from scripts.iam import (
    CALLS,
    DEPENDENT,
    FOLDER,
    FREE,
    JOBS,
    RETENTION,
    action_of,
    calls,
    common,
    document,
    features,
    filled,
    grants,
    main,
    policies,
    values,
)
from tests.support.repository import ROOT
from tests.support.tiny import MODEL as TINY

# Whose statements are made of the calls.
OF_THE_CALLS = ("execution-role.json", "retention.json")
SERVICES = ("iam", "logs", "s3", "sagemaker", "service-quotas", "sqs", "sts")
# What the code calls for somebody else than the environment, or what somebody else calls for it.
NOT_THE_ROLES = {
    "s3.CreateBucket": "a person who delivers a drop; the provider, for requests that no template holds",
    "s3.HeadBucket": "a person who delivers a drop",
}
# Names of methods of other things than clients.
OTHERS = {"search"}
BY_THE_PROVIDER = {"sns.Publish": "the notifier of the Amazon provider"}
# What boto3 makes of one method.
TRANSFERS = {
    "upload_fileobj": ("PutObject", "CreateMultipartUpload", "UploadPart", "CompleteMultipartUpload"),
}


def in_the_code() -> set[str]:
    """Every operation that a method of a client in the code is, with those that a kind of job names."""
    text = "\n".join(
        path.read_text()
        for room in ("plugins", "include/autopilot")
        for path in sorted((ROOT / room).rglob("*.py"))
        if path != ROOT / "plugins/airflow_sagemaker_once/kinds.py"
    )
    named = set(re.findall(r"[.\"]([a-z_0-9]+)(?=[(\",])", text)) - OTHERS
    found = set()
    for service in SERVICES:
        methods = boto3.client(service, region_name="us-east-1").meta.method_to_api_mapping
        found |= {f"{service}.{methods[name]}" for name in named & set(methods)}
        if service == "s3":
            found |= {f"s3.{one}" for name in named & set(TRANSFERS) for one in TRANSFERS[name]}
        if service == "sagemaker":
            found |= {f"sagemaker.{methods[name]}" for name in by_kind() if name in methods}
    return found


def by_kind() -> Iterator[str]:
    for kind in [*BY_MEMBER.values(), ENDPOINT, ENDPOINT_CONFIG]:
        yield f"describe_{kind.describe_stem or kind.stem}"
        if kind in (MODEL, ENDPOINT, ENDPOINT_CONFIG):
            yield f"create_{kind.stem}"
        else:
            yield f"list_{kind.stem}s"
    # No DAG of this repository makes processing jobs.
    for kind in (TRAINING, TRANSFORM, AUTOML, TUNING):
        yield from (f"create_{kind.stem}", f"stop_{kind.stem}")
    yield "create_auto_ml_job_v2"


def operations() -> set[str]:
    return {line.split(" ")[0] for line in calls()}


def allowed(policy: dict[str, Any], action: str, resource: str) -> bool:
    statements = [one for one in policy["Statement"] if action in one["Action"]]
    return any(fnmatchcase(resource, one["Resource"]) for one in statements)


def test_the_files_are_what_the_list_gives() -> None:
    for name, policy in policies().items():
        assert json.loads((FOLDER / name).read_text()) == policy, "run python -m scripts.iam"


def test_the_list_is_in_order_and_names_a_resource_for_every_call() -> None:
    lines = calls()
    assert len(set(lines)) == len(lines)
    parts = re.split(r"(?m)^#.*\n", CALLS.read_text())
    for part in filter(None, parts):
        assert part.splitlines() == sorted(part.splitlines())
    assert all(re.fullmatch(r"[a-z0-9-]+\.[A-Z]\w+ \S+", line) for line in lines)


def test_the_list_is_what_the_code_calls() -> None:
    assert in_the_code() - set(NOT_THE_ROLES) - operations() == set(), "the code calls what is not in the list"
    assert operations() - in_the_code() - set(BY_THE_PROVIDER) == set(), "nothing in the code calls this any more"


def test_every_call_is_allowed() -> None:
    policy = {"Statement": [one for name in OF_THE_CALLS for one in policies()[name]["Statement"]]}
    asked = [line.split(" ") for line in calls()]
    assert len(asked) > 50
    for call, place in asked:
        if call not in FREE:
            stated = [one["Resource"] for one in policy["Statement"] if action_of(call) in one["Action"]]
            assert [one for one in stated if one == place or one.endswith(f":{place}")], (call, place)


def test_every_allowed_action_is_called_or_has_its_reason() -> None:
    called = {action_of(call) for call in operations() - FREE}
    reasoned = {action for one in DEPENDENT for action in one.actions}
    tagged = {"sagemaker:AddTags"}
    assert any(call.startswith("sagemaker.Create") for call in operations())
    stated = {action for name in OF_THE_CALLS for one in policies()[name]["Statement"] for action in one["Action"]}
    assert stated == called | reasoned | tagged
    assert not called & (reasoned | tagged)
    assert all(one.why for one in [*DEPENDENT, *JOBS])


@pytest.mark.parametrize("name", ["execution-role.json", "retention.json", "sagemaker-role.json"])
def test_what_is_on_everything_has_no_resource_to_name(name: str) -> None:
    everywhere = {action for one in policies()[name]["Statement"] if one["Resource"] == "*" for action in one["Action"]}
    told = r"(sagemaker|servicequotas):List\w+|iam:ListRoles|ec2:\w+|cloudwatch:PutMetricData|ecr:GetAuthorizationToken"
    assert {action for action in everywhere if not re.fullmatch(told, action)} == set()
    assert not {"sagemaker:ListTags", "sagemaker:ListModelPackages"} & everywhere


@pytest.mark.parametrize("name", ["execution-role.json", "sagemaker-role.json"])
def test_a_role_is_passed_to_sagemaker_only(name: str) -> None:
    found = [one for one in policies()[name]["Statement"] if "iam:PassRole" in one["Action"]]
    passed = {"execution-role.json": ["${AutopilotRoleArn}", "${SageMakerRoleArn}"]}
    assert [one["Resource"] for one in found] == passed.get(name, ["${SageMakerRoleArn}"])
    for statement in found:
        assert statement["Action"] == ["iam:PassRole"]
        assert statement["Condition"] == {"StringEquals": {"iam:PassedToService": "sagemaker.amazonaws.com"}}


def test_a_condition_stands_where_the_action_knows_it() -> None:
    conditions = {
        (action, key)
        for policy in policies().values()
        for one in policy["Statement"]
        for action in one["Action"]
        for test in one.get("Condition", {}).values()
        for key in test
    }
    # Of others they are not sent, and the action would never be allowed.
    assert conditions == {("iam:PassRole", "iam:PassedToService"), ("kms:CreateGrant", "kms:GrantIsForAWSResource")}


@pytest.mark.parametrize("name", ["execution-role.json", "retention.json", "sagemaker-role.json"])
def test_iam_takes_the_policy(name: str) -> None:
    policy = policies()[name]
    known = values(parse_model(TINY, "tiny.yaml"), "111122223333", "eu-central-1")
    sids = [one["Sid"] for one in policy["Statement"]]
    assert len(set(sids)) == len(sids)
    assert all(re.fullmatch(r"[A-Za-z0-9]+", sid) for sid in sids)
    # What the policies of a role may hold that are its own, without blanks.
    assert len(json.dumps(filled(policy, known), separators=(",", ":"))) < 10_240


def test_a_model_is_allowed_its_own_and_nothing_of_others() -> None:
    model = parse_model(TINY.replace("name: tiny", "name: customer_churn"), "customer_churn.yaml")
    policy = filled(policies()["execution-role.json"], values(model, "111122223333", "eu-central-1"))
    arn = "arn:aws:sagemaker:eu-central-1:111122223333"
    assert allowed(policy, "s3:PutObject", "arn:aws:s3:::tiny-models/tiny/champion.json")
    assert not allowed(policy, "s3:PutObject", "arn:aws:s3:::tiny-models/other/champion.json")
    assert allowed(policy, "s3:ListBucket", "arn:aws:s3:::tiny-models")
    assert not allowed(policy, "s3:DeleteObject", "arn:aws:s3:::tiny-models/tiny/champion.json")
    for name in ("customer-churn-train-20240101-0123abcd", "custome-20240101-0123abcd-dpp0-1"):
        assert allowed(policy, "sagemaker:CreateTrainingJob", f"{arn}:training-job/{name}")
        assert allowed(policy, "sagemaker:AddTags", f"{arn}:training-job/{name}")
    assert not allowed(policy, "sagemaker:CreateTrainingJob", f"{arn}:training-job/bace-train")
    assert allowed(policy, "sagemaker:UpdateModelPackage", f"{arn}:model-package/customer-churn/3")
    assert not allowed(policy, "sagemaker:UpdateModelPackage", f"{arn}:model-package/bace/3")
    assert allowed(
        policy,
        "logs:GetLogEvents",
        "arn:aws:logs:eu-central-1:111122223333:log-group:/aws/sagemaker/TrainingJobs:log-stream:x",
    )


def test_what_the_tasks_do_removes_nothing_but_messages_and_a_failed_endpoint() -> None:
    found = {
        name: {action for one in policies()[name]["Statement"] for action in one["Action"]} for name in OF_THE_CALLS
    }
    assert {action for action in found["execution-role.json"] if ":Delete" in action} == {
        "sqs:DeleteMessage", "sagemaker:DeleteEndpoint",
    }  # fmt: skip
    assert found["retention.json"] == {
        "s3:DeleteObject", "sagemaker:DeleteModel", "sagemaker:DeleteModelPackage", "sagemaker:ListModels",
    }  # fmt: skip


def test_a_model_gets_the_statements_of_what_it_uses(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bace", "--account", "111122223333", "--region", "us-gov-west-1"]) == 0
    told = capsys.readouterr()
    policy = json.loads(told.out)
    assert "${" not in told.out
    assert told.err == ""
    assert {one["Resource"].split(":")[1] for one in policy["Statement"] if one["Resource"] != "*"} >= {"aws-us-gov"}
    actions = {action.partition(":")[0] for one in policy["Statement"] for action in one["Action"]}
    assert actions == {"iam", "logs", "s3", "sagemaker", "servicequotas"}


def test_an_adopted_job_has_a_role_of_its_own_and_no_other_is_asked_for() -> None:
    adopted = "autopilot: {job: churn-2023}\n"
    model = parse_model(re.sub(r"(?ms)^search:.*?(?=^\w|\Z)", adopted, TINY), "tiny.yaml")
    assert model.search is None
    policy = document(one for one in grants(calls()) if one.feature in features(model))
    for action in ("iam:PassRole", "iam:GetRole"):
        assert [one["Resource"] for one in policy["Statement"] if action in one["Action"]] == ["${AutopilotRoleArn}"]


def test_several_models_share_what_begins_as_theirs_do(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bace", "bace_scaffold", "--account", "111122223333", "--region", "eu-west-1"]) == 0
    told = capsys.readouterr()
    policy = json.loads(told.out)
    assert "**" not in told.out
    assert "for every model whose Model is bace*" in told.err
    arn = "arn:aws:sagemaker:eu-west-1:111122223333"
    for name in ("bace", "bace-scaffold"):
        assert allowed(policy, "sagemaker:CreateTrainingJob", f"{arn}:training-job/{name}-train")
        assert allowed(policy, "sagemaker:UpdateModelPackage", f"{arn}:model-package/{name}/3")
    assert allowed(policy, "s3:PutObject", "arn:aws:s3:::autopilot-retrain/bace_scaffold/champion.json")
    assert not allowed(policy, "s3:PutObject", "arn:aws:s3:::autopilot-retrain/churn/champion.json")
    assert not allowed(policy, "sagemaker:CreateTrainingJob", f"{arn}:training-job/churn-train")


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"name: tiny": "name: churn"}, "JobPrefix is churn and tiny"),
        ({"s3://tiny-models/tiny": "s3://other/tiny"}, "Bucket is other and tiny-models"),
        ({"s3://tiny-models/tiny": "s3://tiny-models/churn"}, "Root is tiny-models/churn and tiny-models/tiny"),
    ],
)
def test_models_that_do_not_begin_alike_share_no_policy(changes: dict[str, str], what: str) -> None:
    other = TINY
    for old, new in changes.items():
        assert old in other
        other = other.replace(old, new)
    named = {text: re.findall(r"(?m)^name: (\w+)", text)[0] for text in (TINY, other)}
    models = [parse_model(text, f"{name}.yaml") for text, name in named.items()]
    many = [values(model, "111122223333", "eu-west-1") for model in models]
    with pytest.raises(ValueError, match=what):
        common(many)


def test_the_statements_of_an_option_are_alone() -> None:
    optional = {
        RETENTION,
        "Search",
        "Preflight",
        "DropsQueue",
        "Notify",
        "Encryption",
        "EncryptedEndpoint",
        "Endpoint",
        "AutopilotJob",
        "Retune",
    }
    found = {one.feature for one in grants(calls())}
    assert found == {"", *optional}
    plain = document(one for one in grants(calls()) if not one.feature)
    actions = {action for one in plain["Statement"] for action in one["Action"]}
    assert not [
        action
        for action in actions
        if re.match(r"kms|sqs|sns|servicequotas|iam:(Get|List)|.*(Endpoint|Tuning)", action)
    ]
