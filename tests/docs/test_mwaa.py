"""docs/mwaa.md and docs/rights.md: what they say of AWS is in botocore, and of this package is so."""

from __future__ import annotations

import re

import boto3
import numpy as np
import pytest

from include.autopilot.gate.decline import decline
from include.autopilot.requests.asking import PATIENCE_SECONDS
from scripts.iam import JOBS, RETENTION, calls, grants
from tests.support.commandlines import unknown_in
from tests.support.modelkeys import keys
from tests.support.named import tasks_of_dags
from tests.support.pages import rows, shell, spans
from tests.support.repository import ROOT

PAGE = (ROOT / "docs" / "mwaa.md").read_text()
RIGHTS = (ROOT / "docs" / "rights.md").read_text()
SECTIONS = dict(re.findall(r"^## (.+?)\n(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL))


def members(operation: str) -> set[str]:
    shape = boto3.client("mwaa", region_name="us-east-1").meta.service_model.operation_model(operation).input_shape
    return set(shape.members) if shape else set()


@pytest.mark.parametrize("command", shell(PAGE) + shell(RIGHTS))
def test_every_command_can_be_typed(command: str) -> None:
    assert unknown_in(command) == []


def test_the_log_filter_finds_a_decline() -> None:
    (pattern,) = re.findall(r"--filter-pattern '\"(.+?)\"'", PAGE)
    random = np.random.default_rng(0)
    good, bad = random.exponential(1, 300), random.exponential(4, 300)
    assert pattern in decline(good, [bad]).sentence
    assert pattern not in decline(good, [good]).sentence


def test_every_service_that_is_asked_has_its_endpoint() -> None:
    told = {span.partition(".")[0] for row in rows(SECTIONS["Network"]) for span in spans(row[0])}
    asked = set()
    for file in [*(ROOT / "plugins").rglob("*.py"), *(ROOT / "include" / "autopilot").rglob("*.py")]:
        code = file.read_text()
        found = re.findall(r"connect\(.*?\"([a-z0-9-]+)\"\)", code)
        for names in re.findall(r"for service in \((.*?)\)", code):
            found += re.findall(r"\"([a-z0-9-]+)\"", names)
        asked |= {name.replace("-", "") for name in found}
    assert asked >= {"s3", "sqs", "logs", "iam", "sts", "servicequotas"}
    assert asked | {"sagemaker", "sns"} <= told


def test_every_option_has_its_line() -> None:
    told = {span for row in rows(RIGHTS)[1:] for span in spans(row[0])}
    there = {one.feature for one in [*grants(calls()), *JOBS]}
    assert told == there - {"", RETENTION}


def test_the_key_is_chosen_at_creation_only() -> None:
    assert "KmsKey" in members("CreateEnvironment") - members("UpdateEnvironment")
    assert "chosen when it is created, and never changed" in SECTIONS["Encryption"]


def test_the_strategies_are_those_of_aws() -> None:
    model = boto3.client("mwaa", region_name="us-east-1").meta.service_model
    told = set(re.findall(r"`([A-Z]{6,})`", SECTIONS["An update of the environment"]))
    assert told == set(model.shape_for("WorkerReplacementStrategy").enum)
    assert "WorkerReplacementStrategy" in members("UpdateEnvironment")


def test_keys_and_tasks_are_there(airflow_db: None) -> None:
    named = {"encryption", "encryption.kms_key", "notify.sns_topic_arn", "notify.webhook_conn_id", "budget_usd"}
    assert named <= keys()
    assert named <= set(spans(PAGE))
    tasks = {span for row in rows(SECTIONS["What a task needs"])[1:] for span in spans(row[0])}
    assert tasks <= frozenset().union(*tasks_of_dags().values())


def test_the_preflight_waits_as_long_as_the_page_says() -> None:
    assert PATIENCE_SECONDS == 10
    assert "unknown after ten seconds" in SECTIONS["Network"]


def test_no_price_is_invented() -> None:
    assert re.findall(r"\$ ?\d|\d ?USD", SECTIONS["What the environment costs"]) == []
