from __future__ import annotations

import re
from dataclasses import FrozenInstanceError
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from include.autopilot.config import ModelConfig, load_models, parse_model
from include.autopilot.errors import ConfigError
from tests.include.autopilot.conftest import YAML


def test_bace() -> None:
    bace = next(model for model in load_models() if model.name == "bace")
    assert (bace.target, bace.key, bace.holdouts) == ("pIC50", "CID", ("sealed", "original"))
    assert set(bace.ignore) == {"mol", "Class", "Model", "canvasUID"}
    assert bace.start_date == datetime(2023, 12, 1, tzinfo=UTC)
    assert bace.search.cutoff == datetime(2024, 1, 1, tzinfo=UTC)


def test_every_key_of_the_example_is_explained() -> None:
    text = (Path(__file__).parents[3] / "include/models/bace.yaml").read_text().splitlines()
    for before, line in pairwise(text):
        if re.match(r"\s*\w+:", line):
            assert before.lstrip().startswith("#"), f"no comment above: {line}"


def test_a_model_is_one_file(tmp_path: Path) -> None:
    (tmp_path / "toy.yaml").write_text(YAML)
    (tmp_path / "zoo.yaml").write_text(YAML.replace("name: toy", "name: zoo"))
    (tmp_path / "README.md").write_text("not a model")
    assert [model.name for model in load_models(tmp_path)] == ["toy", "zoo"]


def test_a_model_cannot_be_changed(config: ModelConfig) -> None:
    with pytest.raises(FrozenInstanceError):
        config.target = "z"  # type: ignore[misc]


def test_a_schedule_may_be_absent_and_a_root_may_end_in_a_slash() -> None:
    config = parse_model(YAML.replace("s3://toy-models/toy", "s3://toy-models/toy/"), "toy.yaml")
    assert config.schedule is None
    assert config.root == "s3://toy-models/toy"


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ("target: y", "targte: y", "toy.yaml: key 'targte' is not known. Remove it or correct its spelling;"),
        ("target: y", "", "toy.yaml: key 'target' is missing. Add it; docs/models.md explains"),
        ("target: y", "target: y\ntarget: z", "toy.yaml: key 'target' is given twice. Keep one of them."),
        ("target: y", "target: 5", "toy.yaml: key 'target' is 5. Input should be a valid string."),
        ("target: y", "target: true", "toy.yaml: key 'target' is True. Input should be a valid string."),
        ("max_candidates: 3", 'max_candidates: "3"', "key 'search.max_candidates' is '3'. Input should be a valid int"),
        ("max_candidates: 3", "max_candidates: true", "key 'search.max_candidates' is True."),
        ("max_candidates: 3", "max_candidates: 0", "key 'search.max_candidates' is 0. Input should be greater"),
        ("fraction: 0.2", "fraction: 1.2", "key 'validation_fraction' is 1.2. Input should be less than 1."),
        ("fraction: 0.2", "fraction: yes", "key 'validation_fraction' is 'yes'."),
        ("2023-12-01", "soon", "key 'start_date' is 'soon'. Value error, write a date like 2024-01-01."),
        ("2023-12-01", "5", "key 'start_date' is 5. Value error, write a date like 2024-01-01."),
        ("s3://toy-models/toy", "/toy", "key 'root' is '/toy'. Value error, '/toy' is not an S3 address"),
        ("[sealed, second]", "[]", "key 'holdouts' is []."),
        ("[sealed, second]", "[a, a]", "key 'holdouts' is ['a', 'a']. Value error, name each entry once."),
        ("[sealed, second]", "[../x]", "key 'holdouts.0' is '../x'."),
        ("[note]", "note", "key 'ignore' is 'note'. Input should be a valid array."),
        ("Regression", "Ranking", "key 'search.problem_type' is 'Ranking'."),
        ("arn:aws:iam::123456789012:role/", "", "key 'search.role_arn' is 'AutopilotRetrain'."),
        ("name: toy", "name: Toy", "key 'name' is 'Toy'."),
        ("name: toy", "name: tau", "toy.yaml: name is 'tau'. Give the file and the model the same name."),
        ("name: toy", "name: [", "toy.yaml is not YAML: "),
    ],
)
def test_what_is_refused(before: str, after: str, message: str) -> None:
    assert before in YAML
    with pytest.raises(ConfigError) as caught:
        parse_model(YAML.replace(before, after), "toy.yaml")
    assert message in str(caught.value)


@pytest.mark.parametrize("text", ["", "just a text", "- a list"])
def test_what_is_no_model_at_all(text: Any) -> None:
    with pytest.raises(ConfigError, match=r"toy.yaml: key 'the file' is "):
        parse_model(text, "toy.yaml")


def test_a_date_may_be_quoted() -> None:
    assert parse_model(YAML.replace("2023-12-01", "'2023-12-01'"), "toy.yaml").start_date.year == 2023


QUEUE = "drops_queue_url: https://sqs.us-east-1.amazonaws.com/123456789012/toy-drops"


def test_a_run_is_started_by_the_schedule_unless_told() -> None:
    assert parse_model(YAML, "toy.yaml").trigger == "schedule"
    heard = parse_model(f"{YAML}\ntrigger: drop\n{QUEUE}\n", "toy.yaml")
    assert (heard.trigger, heard.drops_queue_url) == ("drop", QUEUE.partition(": ")[2])


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ("trigger: drop", "toy.yaml: the file: trigger drop needs drops_queue_url, the SQS queue that S3 tells of"),
        (f"trigger: both\n{QUEUE}", "toy.yaml: the file: trigger both needs a schedule: give a cron expression, or"),
        (f"trigger: always\n{QUEUE}", "toy.yaml: key 'trigger' is 'always'. Input should be 'schedule', 'drop' or"),
        ("trigger: drop\ndrops_queue_url: toy-drops", "key 'drops_queue_url' is 'toy-drops'. String should match"),
    ],
)
def test_a_trigger_that_nobody_would_hear_is_refused(lines: str, message: str) -> None:
    with pytest.raises(ConfigError, match=re.escape(message)):
        parse_model(f"{YAML}\n{lines}\n", "toy.yaml")


def test_the_optional_keys_of_the_example_can_be_used_as_they_stand() -> None:
    text = (Path(__file__).parents[3] / "include/models/bace.yaml").read_text()
    optional = ("prices", "budget_usd", "budget_usd_per_run", "notify", "search_after_losses", "search_again")
    bace = parse_model(re.sub(rf"^# ((?:{'|'.join(optional)}): )", r"\1", text, flags=re.MULTILINE), "bace.yaml")
    assert bace.prices is not None
    assert bace.prices.processing == {}
    assert (bace.budget_usd, bace.budget_usd_per_run, bace.search_after_losses, bace.search_again) == (50, 5, 3, "tell")
    assert bace.notify is not None
    assert bace.notify.webhook_conn_id == "autopilot_webhook"


@pytest.mark.parametrize(
    ("added", "message"),
    [
        ("notify: {}", "notify: give sns_topic_arn, webhook_conn_id or both; to tell nobody leave notify out."),
        ("notify: {sns_topic_arn: autopilot}", "key 'notify.sns_topic_arn' is 'autopilot'."),
        ("budget_usd: -1", "key 'budget_usd' is -1."),
        ("search_after_losses: 0", "key 'search_after_losses' is 0."),
        ("search_again: yes", "key 'search_again' is 'yes'."),
    ],
)
def test_what_is_refused_of_money_and_messages(added: str, message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse_model(f"{YAML}\n{added}\n", "toy.yaml")
    assert message in str(caught.value)
