"""deploy/ by the checkers of others, where they are installed: cfn-lint, and policy_sentry with AWS's tables."""

from __future__ import annotations

import re

import pytest

from scripts.iam import TEMPLATE, policies

# What begins an ARN of a policy's parameter.
ARNS = {
    "${AutopilotRoleArn}": "arn:iam:role/",
    "${DropsQueueArn}": "arn:sqs:",
    "${KmsKeyArn}": "arn:kms:key/",
    "${SageMakerRoleArn}": "arn:iam:role/",
    "${TopicArn}": "arn:sns:",
}


def kind(arn: str) -> str:
    """Of an ARN service and kind of resource; an object is told from its bucket."""
    _, _, service, _, _, place = arn.replace("AWS::", "").split(":", 5)
    if service == "s3":
        return f"arn:s3:{'object' if '/' in place else 'bucket'}"
    return f"arn:{service}:{''.join(re.findall(r'^[a-z-]+[/:]', place)).replace(':', '/')}"


def test_cfn_lint_finds_nothing() -> None:
    cfnlint = pytest.importorskip("cfnlint.api", reason="cfn-lint is not installed")
    assert [str(found) for found in cfnlint.lint_file(TEMPLATE)] == []


@pytest.mark.parametrize("name", sorted(policies()))
def test_every_action_takes_the_resource_and_the_condition_of_its_statement(name: str) -> None:
    tables = pytest.importorskip("policy_sentry.querying.actions", reason="policy_sentry is not installed")
    for one in policies()[name]["Statement"]:
        for action in one["Action"]:
            service, operation = action.split(":")
            rows = tables.get_action_data(service, operation)[service]
            taken = {row["resource_arn_format"] for row in rows if row["action"] == action}
            conditions = {key for row in rows for key in row["condition_keys"]}
            asked = {key for test in one.get("Condition", {}).values() for key in test}
            assert asked <= conditions, (action, asked)
            if one["Resource"] == "*":
                assert "*" in taken, action
            elif ":*/" in one["Resource"]:
                assert taken - {"*"}, action
            else:
                ours = ARNS.get(one["Resource"]) or kind(one["Resource"])
                assert ours in {kind(arn) for arn in taken - {"*"}}, (action, one["Resource"])
