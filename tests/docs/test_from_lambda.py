"""docs/from-lambda.md sends whoever comes from the Lambda to things that are there."""

from __future__ import annotations

import re

import pytest

from include.autopilot.settings.config import parse_model
from tests.support.commandlines import unknown_in
from tests.support.named import known
from tests.support.pages import rows, shell, spans
from tests.support.repository import ROOT

PAGE = (ROOT / "docs" / "from-lambda.md").read_text()
# What the page says of the old project, beside the first columns of its tables.
OLD = {"handler.py", "batch_transform_job.ipynb", "old_training_job_name", 'bool("False")', "<model>", "null"}
# The environment variables that the old handler reads.
VARIABLES = [
    "instance_count", "instance_type", "old_training_job_name", "raw_data_s3_location", "spot_training",
    "training_job_prefix", "transformed_data_s3_location",
]  # fmt: skip


def ours() -> list[str]:
    """What the page writes as code, but for what stands in the first columns: that is the old project's."""
    old = [span for row in rows(PAGE) for span in spans(row[0])]
    found = spans(PAGE)
    for span in old:
        found.remove(span)
    return sorted(set(found) - OLD)


@pytest.mark.parametrize("name", ours())
def test_everything_that_is_named_is_there(airflow_db: None, name: str) -> None:
    if name.startswith("--"):
        assert unknown_in(f"python -m include.autopilot.describe {name}") == []
    elif name.startswith(("make ", "python ", "aws ")):
        assert unknown_in(name) == []
    else:
        assert known(name)


@pytest.mark.parametrize("command", shell(PAGE))
def test_every_command_can_be_typed(command: str) -> None:
    assert unknown_in(command) == []


def test_every_environment_variable_is_mapped() -> None:
    section = PAGE[PAGE.index("## Its environment variables") : PAGE.index("## What stood around it")]
    assert sorted(span for row in rows(section)[1:] for span in spans(row[0])) == VARIABLES


def test_the_yaml_for_whoever_knows_two_jobs_only_is_a_model() -> None:
    found = re.search(r"^   ```yaml\n(.*?)^   ```", PAGE, re.MULTILINE | re.DOTALL)
    assert found
    text = found[1].replace("the name in the Lambda's code", "old-transform")
    model = parse_model(text.replace("the value of old_training_job_name", "old-training"), "bace2.yaml")
    assert model.autopilot is not None
    assert (model.autopilot.transform_job, model.autopilot.training_job) == ("old-transform", "old-training")
    assert (model.schedule, model.holdouts) == (None, ("sealed",))


def test_the_walk_ends_with_the_rule_switched_off() -> None:
    walk = PAGE[PAGE.index("## The walk") : PAGE.index("## Both at once")]
    assert walk.index("bace2_retrain") < walk.index("aws events disable-rule") < walk.index("remove rule")


@pytest.mark.parametrize(
    "command",
    [
        "make drops",
        "make drop FIEL=x",
        "python -m include.autopilot.describe --job x",
        "aws events disable-rule --rule x",
        "airflow dags untrigger x",
        "rm -r x",
    ],
)
def test_a_wrong_command_is_noticed(command: str) -> None:
    assert unknown_in(command) != []


@pytest.mark.parametrize("name", ["predict_holdout", "bace_retain", "gate.modus", "plugins/none.py", "VpcConfigs"])
def test_a_wrong_name_is_noticed(airflow_db: None, name: str) -> None:
    assert not known(name)
