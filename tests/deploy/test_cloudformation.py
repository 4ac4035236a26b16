"""deploy/cloudformation.yaml: it has the policies of deploy/iam and the alarms of the page, and names what it has."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from scripts.iam import TEMPLATE, policies, template
from tests.support.pages import rows
from tests.support.repository import ROOT


class Tagged(yaml.SafeLoader):
    """Reads CloudFormation's short forms as the long ones."""


def long_form(loader: Tagged, tag: str, node: yaml.Node) -> dict[str, Any]:
    values: Any = (
        loader.construct_scalar(node)
        if isinstance(node, yaml.ScalarNode)
        else loader.construct_sequence(node, deep=True)  # type: ignore[arg-type]
    )
    return {tag if tag in ("Ref", "Condition") else f"Fn::{tag}": values}


Tagged.add_multi_constructor("!", long_form)


@pytest.fixture(scope="module")
def stack() -> dict[str, Any]:
    return yaml.load(TEMPLATE.read_text(), Tagged)  # noqa: S506 - a SafeLoader


def referred(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        for name, value in node.items():
            if name == "Ref":
                yield value
            elif name == "Fn::GetAtt":
                yield value.partition(".")[0]
            elif name == "Fn::Sub":
                yield from (one.partition(".")[0] for one in re.findall(r"\$\{([\w:.]+)\}", value))
            else:
                yield from referred(value)
    elif isinstance(node, list):
        for value in node:
            yield from referred(value)


def test_the_template_has_the_policies(stack: dict[str, Any]) -> None:
    assert TEMPLATE.read_text() == template(), "run python -m scripts.iam"
    # What a request may hold without a detour by way of S3.
    assert TEMPLATE.stat().st_size < 51_200
    for resources, name in (
        (("ExecutionPolicy", "OptionsPolicy"), "execution-role.json"),
        (("SageMakerPolicy",), "sagemaker-role.json"),
    ):
        entries = [one for resource in resources for one in statements(stack, resource)]
        conditional = [one["Fn::If"] for one in entries if "Fn::If" in one]
        assert {condition for condition, *_ in conditional} <= set(stack["Conditions"])
        assert all(otherwise == {"Ref": "AWS::NoValue"} for _, _, otherwise in conditional)
        stated = [one["Fn::If"][1] if "Fn::If" in one else one for one in entries]
        expected = policies()[name]["Statement"]
        assert [(one["Sid"], one["Action"], one.get("Condition")) for one in stated] == [
            (one["Sid"], one["Action"], one.get("Condition")) for one in expected
        ]


@pytest.mark.parametrize("resource", ["ExecutionPolicy", "OptionsPolicy", "SageMakerPolicy"])
def test_a_policy_with_every_option_can_be_attached(stack: dict[str, Any], resource: str) -> None:
    assert stack["Resources"][resource]["Type"] == "AWS::IAM::ManagedPolicy"
    assert {"Ref": resource} in [output["Value"] for output in stack["Outputs"].values()]
    # It may not be empty where no option is used.
    assert [one for one in statements(stack, resource) if "Fn::If" not in one]
    # Every name as long as it gets.
    written = json.dumps(statements(stack, resource), separators=(",", ":"))
    written = re.sub(r"\$\{(AWS::\w+|JobPrefix|AutopilotJob)\}", "x" * 14, written)
    written = re.sub(r"\$\{(Bucket|Folder|AutopilotBucket)\}", "x" * 63, written)
    written = re.sub(r"\$\{\w[\w.]*\}", "x" * 90, written)
    # What a managed policy may hold, without blanks.
    assert len(written) < 6144


def statements(stack: dict[str, Any], resource: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = stack["Resources"][resource]["Properties"]["PolicyDocument"]["Statement"]
    return found


def test_the_template_names_what_it_has(stack: dict[str, Any]) -> None:
    there = {*stack["Parameters"], *stack["Resources"]}
    assert {name for name in referred(stack) if name not in there and not name.startswith("AWS::")} == set()
    used = {name for part in ("Resources", "Conditions") for name in referred(stack[part])}
    assert set(stack["Parameters"]) - used == set()


def test_the_alarms_are_those_of_the_page(stack: dict[str, Any]) -> None:
    page = (ROOT / "docs" / "mwaa.md").read_text()
    alarms = [one["Properties"] for one in stack["Resources"].values() if one["Type"] == "AWS::CloudWatch::Alarm"]
    assert len(alarms) == 3
    table = rows(page[page.index("## Alarms") : page.index("## An update")])
    assert len([row for row in table[1:] if row[3] != "no"]) == len(alarms)
    for one in alarms:
        ((*cells, made),) = [line for line in table if f"`{one['MetricName']}`" in line[1]]
        row = " ".join(cells)
        assert made == ("with `Environment`" if one["Namespace"] == "AmazonMWAA" else "yes")
        assert f"`{one['Namespace']}`" in row
        minutes = re.search(r"above (\d+) minutes", row)
        number = int(minutes[1]) * 60 if minutes else int(re.search(r"(?:above|below) (\d+)", row)[1])  # type: ignore[index]
        assert one["Threshold"] == number
        assert one["ComparisonOperator"].startswith("Less" if "below" in row else "Greater")
